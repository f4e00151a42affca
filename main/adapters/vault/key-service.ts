import { createHash, randomBytes } from 'node:crypto'
import { HearthError } from '#shared/api/errors.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { PublicKeyInfo, SignRequest } from '#main/core/ports/vault.ts'
import { deliverKey } from './exec-stdin.ts'
import { readForm } from './forms.ts'
import { keyNetwork } from './key-networks.ts'
import type { DeliverTarget, KeyAnswers, KeyRequest, TicketRef } from './messages.ts'
import { createNewKeyTicket, type NewKeyRequest } from './new-key-ticket.ts'
import { expiredPage, messagePage } from './page-frame.ts'
import { pubKeyHexOf, signBytes } from './private-keys.ts'
import {
  DATA_KEY_BYTES,
  openRow,
  passwordBytes,
  passwordOpens,
  sealBody,
  sealKey,
  unwrapDataKey,
  verifyBody,
  wrapDataKey,
} from './sealing.ts'
import { createSignTicket } from './sign-ticket.ts'
import { TICKET_MS, type Step, type Ticket } from './tickets.ts'
import {
  damaged,
  FORMAT_VERSION,
  parseVault,
  serializeVault,
  type KdfTarget,
  type StoredPublicKey,
  type VaultBody,
} from './vault-format.ts'

export interface KeyServicePorts {
  codec: TxCodec
  /** Writes the sealed file; resolves once it is on the disk. */
  save(file: Uint8Array): Promise<void>
  deliver?: typeof deliverKey
  random?: (bytes: number) => Uint8Array
}

/** Answers one request after the other: two tries of a password never run side by side. */
export interface KeyService {
  handle<K extends KeyRequest['kind']>(request: Extract<KeyRequest, { kind: K }>): Promise<KeyAnswers[K]>
}

type OpenTicket =
  | { state: 'open'; ticket: Ticket; nonce: string; expiresAtMs: number }
  | { state: 'over'; page: Step & { kind: 'done' }; expiresAtMs: number }

/** The commands that take a key from their stdin. */
const DELIVER_COMMAND = ['pocketd', 'keys', 'import-hex']
const MAX_TICKETS = 20

/** All that happens to keys. Runs inside the key process; holds the data key while the vault is open, and a private key only while one is used. */
export function createKeyService(ports: KeyServicePorts): KeyService {
  const { codec } = ports
  const random = ports.random ?? ((bytes: number) => new Uint8Array(randomBytes(bytes)))
  const deliver = ports.deliver ?? deliverKey
  const tickets = new Map<string, OpenTicket>()
  let open: { dataKey: Uint8Array; body: VaultBody } | undefined

  const opened = (): { dataKey: Uint8Array; body: VaultBody } => {
    if (!open) throw new HearthError('vault-locked')
    return open
  }
  const keys = (): PublicKeyInfo[] => opened().body.keys.map(publicKeyOf)
  const keyOf = (id: string): { key: PublicKeyInfo; withPrivateKey: <T>(use: (privateKey: Uint8Array) => T) => T } => {
    const { dataKey, body } = opened()
    const stored = body.keys.find((one) => one.id === id)
    const row = body.rows.find((one) => one.id === id)
    if (!stored || !row) throw new HearthError('key-unknown')
    return {
      key: publicKeyOf(stored),
      withPrivateKey(use) {
        const { privateKey } = openRow(dataKey, row)
        try {
          return use(privateKey)
        } finally {
          privateKey.fill(0)
        }
      },
    }
  }

  const create = async (password: Uint8Array, target: KdfTarget, nowMs: number): Promise<KeyAnswers['create']> => {
    const dataKey = random(DATA_KEY_BYTES)
    const body = sealBody(dataKey, {
      version: FORMAT_VERSION,
      createdAtMs: nowMs,
      ...(await wrapDataKey(dataKey, password, target)),
      keys: [],
      rows: [],
    })
    await ports.save(serializeVault(body))
    open = { dataKey, body }
    return { keys: [] }
  }

  const unlock = async (password: Uint8Array, file: Uint8Array, target: KdfTarget): Promise<KeyAnswers['unlock']> => {
    const body = parseVault(file)
    const dataKey = await unwrapDataKey(body, password)
    if (dataKey.length !== DATA_KEY_BYTES) throw damaged('data-key')
    verifyBody(dataKey, body, pubKeyHexOf)
    open = { dataKey, body }
    if (body.kdf.memoryKiB < target.memoryKiB || body.kdf.passes < target.passes) await raise(password, target)
    return { keys: keys() }
  }

  /** Silent: a file that cannot be written now is raised next time. */
  const raise = async (password: Uint8Array, target: KdfTarget): Promise<void> => {
    const { dataKey, body } = opened()
    const { seal: _seal, ...rest } = body
    const raised = sealBody(dataKey, { ...rest, ...(await wrapDataKey(dataKey, password, target)) })
    try {
      await ports.save(serializeVault(raised))
      open = { dataKey, body: raised }
    } catch {
      // The old file still stands and opens.
    }
  }

  const keep = async (privateKey: Uint8Array, key: PublicKeyInfo): Promise<void> => {
    const { dataKey, body } = opened()
    const stored: StoredPublicKey = { ...key, wordsConfirmedAtMs: key.wordsConfirmedAtMs ?? null }
    const { seal: _seal, ...rest } = body
    const next = sealBody(dataKey, { ...rest, keys: [...body.keys, stored], rows: [...body.rows, sealKey(dataKey, privateKey, stored)] })
    await ports.save(serializeVault(next))
    open = { dataKey, body: next }
  }

  const openTicket = (ticket: Ticket, nowMs: number): TicketRef => {
    for (const [id, one] of tickets) if (one.expiresAtMs <= nowMs) end(id)
    if (tickets.size >= MAX_TICKETS) end([...tickets.keys()][0] ?? '')
    // SECURITY: S18 32 random bytes, kept only as a hash; the token opens one page for one purpose and ends with it.
    const token = Buffer.from(random(32)).toString('base64url')
    const expiresAtMs = nowMs + TICKET_MS
    tickets.set(hashOf(token), { state: 'open', ticket, nonce: newNonce(), expiresAtMs })
    return { token, expiresAtMs }
  }
  const newNonce = (): string => Buffer.from(random(16)).toString('base64url')
  const end = (id: string): void => {
    const one = tickets.get(id)
    if (one?.state === 'open') one.ticket.close()
    tickets.delete(id)
  }

  const openNewKey = async (request: Omit<NewKeyRequest, 'id'>, nowMs: number): Promise<TicketRef> => {
    opened()
    const network = keyNetwork(request.network)
    if (!network) throw new HearthError('key-wrong-network', { network: request.network })
    const id = `key-${Buffer.from(random(8)).toString('hex')}`
    const ticket = await createNewKeyTicket({ ...request, id }, network, {
      addressOf: (pubKeyHex) => codec.addressOf(pubKeyHex),
      random,
      existing: (networkId, address) => keys().find((key) => key.network === networkId && key.address === address),
      keep,
    })
    return openTicket(ticket, nowMs)
  }

  const openSign = (request: SignRequest, nowMs: number): TicketRef => {
    const { key, withPrivateKey } = keyOf(request.keyId)
    if (key.wordsConfirmedAtMs === undefined) throw new HearthError('not-allowed', { reason: 'words-not-confirmed' })
    const ticket = createSignTicket(request, key, {
      codec,
      known: (address) => keys().find((one) => one.network === key.network && one.address === address),
      async passwordOpens(text) {
        const { dataKey, body } = opened()
        const password = passwordBytes(text)
        try {
          return await passwordOpens(body, password, dataKey)
        } finally {
          password.fill(0)
        }
      },
      sign: (bytes) => withPrivateKey((privateKey) => signBytes(privateKey, bytes)),
    })
    return openTicket(ticket, nowMs)
  }

  const surface = async ({
    token,
    method,
    body,
    nowMs,
    waitSeconds,
  }: Extract<KeyRequest, { kind: 'surface' }>): Promise<KeyAnswers['surface']> => {
    const id = hashOf(token)
    const one = tickets.get(id)
    if (!open || !one || one.expiresAtMs <= nowMs) {
      end(id)
      body.fill(0)
      return { page: expiredPage(), outcome: undefined, password: undefined }
    }
    // Used up: what it ended with is shown again, and nothing happens a second time.
    if (one.state === 'over') {
      body.fill(0)
      return { page: one.page.page, outcome: undefined, password: undefined }
    }
    const again = (notice: string | undefined, password: 'right' | 'wrong' | undefined): KeyAnswers['surface'] => {
      one.nonce = newNonce()
      return { page: one.ticket.render(one.nonce, notice), outcome: undefined, password }
    }
    if (method === 'GET') return again(undefined, undefined)
    const form = readForm(body)
    if (!form)
      return {
        page: messagePage('This form cannot be read', ['Nothing was done. Go back and try again.'], 400),
        outcome: undefined,
        password: undefined,
      }
    // SECURITY: S18 every page carries a number that counts once, so that no post can be replayed.
    if (form.get('nonce') !== one.nonce)
      return again('This page was shown again since, so nothing was done. Look again, then go on from here.', undefined)
    one.nonce = newNonce()
    const step = await one.ticket.post(form, { nowMs, waitSeconds })
    if (step.kind === 'again') {
      one.expiresAtMs = nowMs + TICKET_MS
      return again(step.notice, step.password)
    }
    one.ticket.close()
    tickets.set(id, { state: 'over', page: step, expiresAtMs: one.expiresAtMs })
    return { page: step.page, outcome: step.outcome, password: step.password }
  }

  const deliverTo = async (keyId: string, target: DeliverTarget): Promise<void> => {
    const { key, withPrivateKey } = keyOf(keyId)
    // SECURITY: S18 an owner key never leaves the vault, and no command but the importing one is ever given a key.
    if (key.role !== 'operator') throw new HearthError('not-allowed', { reason: 'owner-key' })
    if (!DELIVER_COMMAND.every((word, index) => target.command[index] === word)) throw new HearthError('not-allowed', { reason: 'command' })
    const input = withPrivateKey(hexLine)
    try {
      await deliver(target, input, key.address)
    } finally {
      input.fill(0)
    }
  }

  const run = async (request: KeyRequest): Promise<KeyAnswers[KeyRequest['kind']]> => {
    switch (request.kind) {
      case 'create':
        return create(request.password, request.target, request.nowMs).finally(() => request.password.fill(0))
      case 'unlock':
        return unlock(request.password, request.file, request.target).finally(() => request.password.fill(0))
      case 'open-new-key':
        return openNewKey(request.request, request.nowMs)
      case 'open-sign':
        return openSign(request.request, request.nowMs)
      case 'surface':
        return surface(request)
      case 'close-ticket':
        end(hashOf(request.token))
        return {}
      case 'deliver':
        await deliverTo(request.keyId, request.target)
        return {}
      default:
        return assertNever(request)
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  return {
    handle<K extends KeyRequest['kind']>(request: Extract<KeyRequest, { kind: K }>): Promise<KeyAnswers[K]> {
      const answer = last.then(() => run(request))
      last = answer.catch(() => undefined)
      return answer as Promise<KeyAnswers[K]>
    },
  }
}

function publicKeyOf(stored: StoredPublicKey): PublicKeyInfo {
  return { ...stored, wordsConfirmedAtMs: stored.wordsConfirmedAtMs ?? undefined }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** 64 hex digits and a newline, without making a text of them that could not be zeroed. */
function hexLine(privateKey: Uint8Array): Uint8Array {
  const digits = new TextEncoder().encode('0123456789abcdef')
  const line = new Uint8Array(privateKey.length * 2 + 1)
  for (const [index, byte] of privateKey.entries()) {
    line[index * 2] = digits[byte >> 4] ?? 0
    line[index * 2 + 1] = digits[byte & 15] ?? 0
  }
  line[line.length - 1] = 0x0a
  return line
}
