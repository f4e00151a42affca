import { HearthError } from '#shared/api/errors.ts'
import type { PublicKeyInfo, UnlockMode, Vault, VaultPage, VaultStatus } from '#main/core/ports/vault.ts'

export const KEY: PublicKeyInfo = {
  id: 'key-1',
  kind: 'key',
  role: 'operator',
  name: 'op1',
  network: 'local',
  address: 'pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w',
  pubKeyHex: '03'.padEnd(66, '0'),
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 2,
}

/** A vault without keys or cryptography, whose state a test sets. The password is `right`. */
export function fakeVault(now: () => number) {
  const seen = { opened: [] as unknown[], pages: [] as VaultPage[], delivered: [] as string[] }
  const self = {
    status: { kind: 'absent' } as VaultStatus,
    keys: [] as PublicKeyInfo[],
    mode: 'ask' as UnlockMode,
    place: 'here',
    wasOlder: false,
    /** What the unattended way rejects. */
    unattendedError: undefined as HearthError | undefined,
    ...seen,
  }
  const check = (password: string): void => {
    if (password !== 'right') throw new HearthError('wrong-password')
    self.status = { kind: 'unlocked' }
  }
  const ticket = () => Promise.resolve({ token: 'token', expiresAtMs: now() + 600_000 })
  const vault = {
    place: () => Promise.resolve(self.place),
    status: () => Promise.resolve(self.status),
    async create(password: string) {
      if (password === 'weak') throw new HearthError('weak-password')
      self.status = { kind: 'unlocked' }
    },
    async unlock(password: string) {
      check(password)
      return { wasOlder: self.wasOlder }
    },
    async unlockUnattended() {
      if (self.unattendedError) throw self.unattendedError
      self.status = { kind: 'unlocked' }
    },
    unlockMode: () => Promise.resolve(self.mode),
    unlockOffers: () => Promise.resolve({ keychain: 'no-keychain', file: undefined }),
    async setUnlockMode(mode: UnlockMode, password: string) {
      check(password)
      self.mode = mode
    },
    async changePassword(current: string) {
      check(current)
    },
    async lock() {
      self.status = { kind: 'locked' }
    },
    keys: () => Promise.resolve(self.keys),
    openNewKey(request: unknown) {
      self.opened.push(request)
      return ticket()
    },
    async addWatch(wish: { name: string; address: string }) {
      const key: PublicKeyInfo = { ...KEY, ...wish, id: 'key-w', kind: 'watch', role: 'owner' }
      self.keys.push(key)
      return key
    },
    openPage(page: VaultPage) {
      self.pages.push(page)
      return ticket()
    },
    async deliverKey(keyId: string) {
      self.delivered.push(keyId)
    },
  } as Partial<Vault> as Vault
  return { vault, self }
}
