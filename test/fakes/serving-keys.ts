import { operatorKeyName, type ServingKey, type ServingKeys, type ServingNow } from '#main/core/keys/serving-keys.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'

/** An operator key that lies in the vault and may serve. */
export const servingKey = (address: string, change: Partial<PublicKeyInfo> = {}, record?: SupplierRecord): ServingKey => ({
  address,
  name: operatorKeyName(address),
  key: {
    id: address,
    kind: 'key',
    role: 'operator',
    name: address,
    network: 'local',
    address,
    pubKeyHex: '',
    origin: 'made',
    hdPath: undefined,
    hasWords: true,
    createdAtMs: 1,
    wordsConfirmedAtMs: 2,
    ...change,
  },
  fenced: undefined,
  record,
})

/** The chain has been looked at, and these serve. */
export const servingNow = (...addresses: string[]): ServingNow => ({ keys: addresses.map((address) => servingKey(address)), isKnown: true })

export const servingKeys = (...addresses: string[]): ServingKeys => ({ read: () => Promise.resolve(servingNow(...addresses)) })
