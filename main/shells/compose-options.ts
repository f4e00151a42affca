import type { SpawnKeyProcess } from '#main/adapters/vault/index.ts'
import type { App, MinerHostTimes } from '#main/core/app-shape.ts'
import type { SecondWrap } from '#main/core/ports/vault.ts'

/** What a shell tells the wiring. */
export interface ComposeOptions {
  /** Folder of the databases and the vault, already there and 0700. */
  dataDir: string
  shell: 'web' | 'electron'
  /** Makes the address at which the shell serves a ticket of the confirm surface. */
  surfaceUrl(token: string): string
  /** Image by the catalogue's name, for engines that cannot reach a registry. */
  imageOverrides?: Record<string, string>
  /** Another signed catalogue of backends than the shipped one: its folder, and the key (ed25519, hex) that it is signed with. */
  catalog?: { folder: string; publicKey: string }
  engineEndpoint?: string
  /** Rules of the local chain other than the shipped ones; judged by the wiring. */
  localRules?: Record<string, unknown>
  /** How long is waited before the relay miner's host is changed by Hearth, other than usual. */
  minerHostTimes?: MinerHostTimes
  /** How the key process is started; a Node child unless told otherwise. */
  spawnKeyProcess?: SpawnKeyProcess
  /** The keychain of the operating system, where the shell has one: it may open the vault after a restart. */
  keychain?: SecondWrap
}

export type Compose = (options: ComposeOptions) => Promise<App>
