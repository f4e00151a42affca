import type { StoredPublicKey } from './vault-format.ts'

/** A key belongs to one network: which of several it keeps, where a backup or two files together name more. */

/** A key of a file that is not taken, and the same key under which it stays. */
export interface LeftOutKey {
  key: StoredPublicKey
  stays: StoredPublicKey
  /** Whether that was in the vault before, and not in the file as well. */
  wasHere: boolean
}

/** Where a key can stay for one network alone, it is the one whose money is worth most: nothing that has a value may become unreachable. */
const WORTH: readonly string[] = ['mainnet', 'beta', 'local', 'practice']
const rank = ({ network }: StoredPublicKey): number => {
  const found = WORTH.indexOf(network)
  return found < 0 ? WORTH.length : found
}
const isHeld = (key: StoredPublicKey): boolean => key.kind !== 'watch' && key.pubKeyHex !== ''

/**
 * SECURITY: S22 a key that is used on one network is not used on another, also when it comes out of a backup.
 * @param brought keys of a file @param here keys that stay as they are
 * @returns `brought` without those that are held for another network, here or in the file, in its order
 */
export function oneNetworkEach(
  brought: readonly StoredPublicKey[],
  here: readonly StoredPublicKey[] = [],
): { taken: StoredPublicKey[]; leftOut: LeftOutKey[] } {
  const stays = new Map<string, StoredPublicKey>()
  for (const key of brought.filter(isHeld).toSorted((a, b) => rank(b) - rank(a))) stays.set(key.pubKeyHex, key)
  for (const key of here.filter(isHeld)) stays.set(key.pubKeyHex, key)
  const leftOut = brought.flatMap((key): LeftOutKey[] => {
    const other = isHeld(key) ? stays.get(key.pubKeyHex) : undefined
    return other === undefined || other.network === key.network ? [] : [{ key, stays: other, wasHere: here.includes(other) }]
  })
  return { taken: brought.filter((key) => !leftOut.some((each) => each.key === key)), leftOut }
}
