import { operatorKeyName, type ServingKey, type ServingKeys, type ServingNow } from '#main/core/keys/serving-keys.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'

/** An operator key that lies in the vault and may serve. */
export const servingKey = (
  address: string,
  change: Partial<PublicKeyInfo> = {},
  record?: SupplierRecord,
  owes: readonly string[] = [],
): ServingKey => ({
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
  owes,
})

/** The chain has been looked at, and these serve. */
export const servingNow = (...addresses: string[]): ServingNow => ({ keys: addresses.map((address) => servingKey(address)), isKnown: true })

export const servingKeys = (...addresses: string[]): ServingKeys => ({ read: () => Promise.resolve(servingNow(...addresses)) })

/** The same, each with a supplier of these services, reached by JSON-RPC. */
export const servingSuppliers = (serviceIds: readonly string[], ...addresses: string[]): ServingKeys => {
  const endpoints = [{ url: 'http://127.0.0.1:1', rpcType: 'JSON_RPC' }]
  const record = { services: serviceIds.map((serviceId) => ({ serviceId, endpoints })), pending: [] } as unknown as SupplierRecord
  return { read: () => Promise.resolve({ keys: addresses.map((address) => servingKey(address, {}, record)), isKnown: true }) }
}
