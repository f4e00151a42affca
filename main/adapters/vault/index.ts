/** What the rest of Hearth uses of the vault. Everything else in this folder belongs to the key process or to the file. */
export { createVault, type VaultOptions } from './create-vault.ts'
export { createRehearsalKeys } from './rehearsal-keys.ts'
export { keyProcessFile, type KeyProcess, type SpawnKeyProcess } from './fork-key-process.ts'
export { postOwnBytes } from './own-bytes.ts'
export type { FromKeyProcess } from './messages.ts'
