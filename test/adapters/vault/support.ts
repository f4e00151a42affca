import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createKeyService, type KeyService, type KeyServicePorts } from '#main/adapters/vault/key-service.ts'
import type { KeyAnswers, PageRequest, SaveTarget } from '#main/adapters/vault/messages.ts'
import { KDF_BOUNDS, type KdfTarget } from '#main/adapters/vault/vault-format.ts'
import type { TxDraft } from '#main/core/ports/tx.ts'
import type { SignRequest, SurfacePage } from '#main/core/ports/vault.ts'

/** Keys that pocketd made and exported. */
export const VECTOR_KEYS = JSON.parse(readFileSync(new URL('../../fixtures/vectors/keys.json', import.meta.url), 'utf8')) as {
  mnemonic: string
  keys: { name: string; path: string; address: string; pubkeyBase64: string; privateKeyHex: string }[]
}

export const PASSWORD = 'violet tractor seldom ink'
export const NOW = 1_700_000_000_000
/** The cheapest derivation that a vault file may ask for. */
export const CHEAP: KdfTarget = { memoryKiB: KDF_BOUNDS.memoryKiB.min, passes: KDF_BOUNDS.passes.min, lanes: 1 }
export const codec = createTxCodec()
export const CONTEXT: SignRequest['context'] = {
  balanceUpokt: '60000000000',
  unbondingText: 'about 20 days after you ask',
  playMoney: true,
  networkTitle: 'Local chain',
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (page: SurfacePage): string => new TextDecoder().decode(page.html)

/** A folder that goes when the test does. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-vault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Hidden field of a page. */
export function nonceOf(page: SurfacePage): string {
  const nonce = /name="nonce" value="([^"]+)"/.exec(textOf(page))?.[1]
  if (nonce === undefined) throw new Error(`no form on this page: ${textOf(page)}`)
  return nonce
}

/** The words of a page that shows them, in order. */
export function wordsOn(page: SurfacePage): string[] {
  return [...textOf(page).matchAll(/<li><i>\d+<\/i><b>([a-z]+)<\/b><\/li>/g)].map((match) => match[1] ?? '')
}

/** Places (from 0) of the words that a page asks back. */
export function askedOn(page: SurfacePage): number[] {
  return [...textOf(page).matchAll(/<label>Word (\d+)</g)].map((match) => Number(match[1]) - 1)
}

/** A form post of the page that was shown last. */
export function formOf(page: SurfacePage, fields: Record<string, string>): Uint8Array {
  return bytes(new URLSearchParams({ nonce: nonceOf(page), ...fields }).toString())
}

/** The key service in this process, with the cheapest derivation and a file that is only kept here. */
export interface TestService {
  service: KeyService
  file(): Uint8Array
  saves: Uint8Array[]
  /** Backups and drills. */
  others: { target: SaveTarget; file: Uint8Array }[]
  /** The next save fails. */
  failNextSave(): void
  surface(
    token: string,
    method: 'GET' | 'POST',
    body?: Uint8Array,
    more?: { nowMs?: number; waitSeconds?: number },
  ): Promise<KeyAnswers['surface']>
  /** Brings in a private key and gives back its id. */
  /** Opens a page of the surface and shows it. */
  openPage(page: PageRequest): Promise<{ token: string; shown: KeyAnswers['surface'] }>
  importKey(secret: string, role?: 'owner' | 'operator', network?: string, name?: string): Promise<string>
}

export async function openService(more: Partial<KeyServicePorts> = {}): Promise<TestService> {
  const saves: Uint8Array[] = []
  const others: TestService['others'] = []
  let fail = false
  const service = createKeyService({
    async save(file, target) {
      if (fail) {
        fail = false
        return { ok: false, reason: 'not-written' }
      }
      if (target.kind === 'vault') saves.push(Uint8Array.from(file))
      else others.push({ target, file: Uint8Array.from(file) })
      return {
        ok: true,
        path: target.kind === 'backup' ? `${target.folder}/backup` : '',
        bytes: target.kind === 'drill' ? Uint8Array.from(file) : new Uint8Array(0),
      }
    },
    ...more,
  })
  await service.handle<'create'>({ kind: 'create', password: bytes(PASSWORD), target: CHEAP, nowMs: NOW })
  const surface: TestService['surface'] = (token, method, body = new Uint8Array(0), options = {}) =>
    service.handle<'surface'>({ kind: 'surface', token, method, body, nowMs: options.nowMs ?? NOW, waitSeconds: options.waitSeconds ?? 0 })
  return {
    service,
    saves,
    others,
    surface,
    file: () => saves.at(-1) ?? new Uint8Array(0),
    failNextSave: () => {
      fail = true
    },
    async openPage(page) {
      const { token } = await service.handle<'open-page'>({ kind: 'open-page', page, target: CHEAP, nowMs: NOW })
      return { token, shown: await surface(token, 'GET') }
    },
    async importKey(secret, role = 'operator', network = 'local', name = 'key one') {
      const { token } = await service.handle<'open-new-key'>({
        kind: 'open-new-key',
        request: { name, role, network, mode: 'import' },
        nowMs: NOW,
      })
      const shown = await surface(token, 'GET')
      const done = await surface(token, 'POST', formOf(shown.page, { action: 'import', secret }))
      if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
      return done.outcome.key.id
    },
  }
}

export const SERVICES = [
  {
    serviceId: 'eth',
    endpoints: [{ url: 'https://relay.example.net:443/eth', rpcType: 'JSON_RPC' as const }],
    revShare: [
      { address: 'pokt1r5v5srda7xfth3hn2s26txvrcrntldjuxdc0t8', percent: 80 },
      { address: 'pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w', percent: 20 },
    ],
  },
]
export const OWNER = 'pokt1r5v5srda7xfth3hn2s26txvrcrntldjuxdc0t8'
export const OPERATOR = 'pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w'

/** A transaction of the owner of keys.json on a local chain. */
export function ownerDraft(more: Partial<TxDraft> = {}): TxDraft {
  return {
    messages: [
      { kind: 'stake-supplier', signer: OWNER, ownerAddress: OWNER, operatorAddress: OPERATOR, stakeUpokt: 59_505_000_000n, services: [] },
    ],
    memo: '',
    chainId: 'hearth-local-1',
    accountNumber: 7n,
    sequence: 3n,
    pubKeyHex: Buffer.from('ArpmqEz3g5rxcqE+f8n15wCMuLyhWF+PO6+zA57aPB/d', 'base64').toString('hex'),
    feeUpokt: 4n,
    gasLimit: 250_000n,
    timeoutHeight: 900,
    ...more,
  }
}
