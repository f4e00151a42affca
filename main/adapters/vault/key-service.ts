import { randomBytes } from 'node:crypto'
import { HearthError } from '#shared/api/errors.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { PublicKeyInfo, SignRequest, WatchWish } from '#main/core/ports/vault.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { createTxCodec } from '../cosmos/tx/index.ts'
import { createBackupTicket, createDrillTicket, createRestoreTicket, type BackupPorts } from './backup-tickets.ts'
import type { KeyHead } from './care-pages.ts'
import { createDeleteTicket, createExportTicket, createProofTicket } from './care-tickets.ts'
import { deliverKey } from './exec-stdin.ts'
import type { NewKeyRequest } from './keep-key.ts'
import { keyNetwork, type KeyNetwork } from './key-networks.ts'
import type { DeliverTarget, KeyAnswers, KeyRequest, PageRequest, Saved, SaveTarget, TicketRef } from './messages.ts'
import { morseAddressOf, signMorse } from './morse-keyfile.ts'
import { createNewKeyTicket } from './new-key-ticket.ts'
import { createOpenVault } from './open-vault.ts'
import { signBytes } from './signatures.ts'
import { createSignTicket } from './sign-ticket.ts'
import { createTicketDesk, type Ticket } from './tickets.ts'
import type { KdfTarget, StoredPublicKey } from './vault-format.ts'

export interface KeyServicePorts {
  /** Writes sealed bytes; resolves once they are on the disk, or says why not. */
  save(file: Uint8Array, target: SaveTarget): Promise<Saved>
  deliver?: typeof deliverKey
  /** Reads and makes transactions of one kind of address; for tests that spoil one. */
  codecFor?: (prefix: AddressPrefix) => TxCodec
  random?: (bytes: number) => Uint8Array
}

/** Answers one request after the other: two tries of a password never run side by side. */
export interface KeyService {
  handle<K extends KeyRequest['kind']>(request: Extract<KeyRequest, { kind: K }>): Promise<KeyAnswers[K]>
}

/** The commands that take a key from their stdin. */
const DELIVER_COMMAND = ['pocketd', 'keys', 'import-hex']

/** All that happens to keys. Runs inside the key process; holds the data key while the vault is open, and a private key only while one is used. */
export function createKeyService(ports: KeyServicePorts): KeyService {
  const random = ports.random ?? ((bytes: number) => new Uint8Array(randomBytes(bytes)))
  const deliver = ports.deliver ?? deliverKey
  const desk = createTicketDesk(random)
  const vault = createOpenVault({
    random,
    async save(file) {
      const saved = await ports.save(file, { kind: 'vault' })
      if (!saved.ok) throw new HearthError(saved.reason === 'disk-full' ? 'disk-full' : 'not-written')
    },
  })
  const codecs: Partial<Record<AddressPrefix, TxCodec>> = {}
  const codecOf = (network: KeyNetwork): TxCodec => (codecs[network.prefix] ??= (ports.codecFor ?? createTxCodec)(network.prefix))
  const networkOf = (id: string): KeyNetwork => {
    const network = keyNetwork(id)
    if (!network) throw new HearthError('key-wrong-network', { network: id.slice(0, 40) })
    return network
  }
  const newId = (): string => `key-${Buffer.from(random(8)).toString('hex')}`
  const keyAt = (network: string, address: string): PublicKeyInfo | undefined =>
    vault.keys().find((key) => key.network === network && key.address === address)
  const addressOf = (key: StoredPublicKey): string | undefined => {
    if (key.kind === 'morse') return morseAddressOf(Buffer.from(key.pubKeyHex, 'hex'))
    const network = keyNetwork(key.network)
    return network && codecOf(network).addressOf(key.pubKeyHex)
  }
  const mustBeOpen = (): void => {
    if (!vault.isOpen()) throw new HearthError('vault-locked')
  }

  const addWatch = async ({ name, role, network: id, address }: WatchWish, nowMs: number): Promise<PublicKeyInfo> => {
    const network = networkOf(id)
    if (!codecOf(network).isAddress(address))
      throw new HearthError('address-invalid', { address: address.slice(0, 100), prefix: network.prefix })
    const there = keyAt(id, address)
    if (there) throw new HearthError('key-exists', { name: there.name })
    const key: PublicKeyInfo = {
      id: newId(),
      kind: 'watch',
      role,
      name,
      network: id,
      address,
      pubKeyHex: '',
      origin: 'watch',
      hdPath: undefined,
      hasWords: false,
      createdAtMs: nowMs,
      wordsConfirmedAtMs: undefined,
    }
    await vault.add(key, undefined)
    return key
  }

  const openNewKey = async (request: Omit<NewKeyRequest, 'id'>, nowMs: number, lastsMs: number | undefined): Promise<TicketRef> => {
    mustBeOpen()
    const network = networkOf(request.network)
    const codec = codecOf(network)
    const ticket = await createNewKeyTicket({ ...request, id: newId() }, network, {
      addressOf: (pubKeyHex) => codec.addressOf(pubKeyHex),
      isAddress: (text) => codec.isAddress(text),
      random,
      existing(networkId, address) {
        const there = keyAt(networkId, address)
        return there?.kind === 'watch' ? undefined : there
      },
      elsewhere(networkId, pubKeyHex) {
        const there = vault.keys().find((key) => key.kind !== 'watch' && key.network !== networkId && key.pubKeyHex === pubKeyHex)
        return there && { name: there.name, title: keyNetwork(there.network)?.title ?? there.network }
      },
      keep: (key, secret) => vault.add(key, secret),
    })
    return desk.open(ticket, nowMs, lastsMs)
  }

  const openSign = (request: SignRequest, nowMs: number, lastsMs: number | undefined): TicketRef => {
    const key = vault.key(request.keyId)
    if (key.kind === 'watch') throw new HearthError('key-watch-only')
    if (key.kind === 'morse') throw new HearthError('not-allowed', { reason: 'morse-key' })
    if (key.wordsConfirmedAtMs === undefined) throw new HearthError('not-allowed', { reason: 'words-not-confirmed' })
    const morseKey = request.morseKeyId === undefined ? undefined : vault.key(request.morseKeyId)
    if (morseKey && (morseKey.kind !== 'morse' || morseKey.network !== key.network)) throw new HearthError('key-unknown')
    const ticket = createSignTicket(request, key, {
      ...(morseKey && {
        morse: {
          pubKeyHex: morseKey.pubKeyHex,
          sign: (bytes) => vault.withSecret(morseKey.id, ({ privateKey }) => signMorse(privateKey, bytes)),
        },
      }),
      codec: codecOf(networkOf(key.network)),
      known: (address) => keyAt(key.network, address),
      passwordOpens: (text) => vault.passwordOpens(text),
      sign: (bytes) => vault.withSecret(key.id, ({ privateKey }) => signBytes(privateKey, bytes)),
    })
    return desk.open(ticket, nowMs, lastsMs)
  }

  const pageTicket = (page: PageRequest, backups: BackupPorts): Ticket => {
    const head = (id: string): KeyHead => {
      const key = vault.key(id)
      return { key, network: networkOf(key.network) }
    }
    const headOfHeld = (id: string): KeyHead => {
      if (vault.key(id).kind === 'watch') throw new HearthError('key-watch-only')
      return head(id)
    }
    switch (page.kind) {
      case 'export':
        return createExportTicket(headOfHeld(page.keyId), vault, random)
      case 'prove': {
        const one = headOfHeld(page.keyId)
        return createProofTicket(one, vault, (pubKeyHex) => codecOf(networkOf(one.key.network)).addressOf(pubKeyHex))
      }
      case 'delete':
        return createDeleteTicket(head(page.keyId), page, vault)
      case 'backup':
        return createBackupTicket(page.folder ?? '', backups)
      case 'drill':
        return createDrillTicket(page.file, page.path, backups)
      case 'restore':
        return createRestoreTicket(page.file, backups)
      default:
        return assertNever(page)
    }
  }
  const openPage = (page: PageRequest, target: KdfTarget, nowMs: number, lastsMs: number | undefined): TicketRef => {
    // A restore is what makes a vault where there is none; everything else is about an open one.
    if (page.kind !== 'restore') mustBeOpen()
    return desk.open(pageTicket(page, { vault, target, save: (file, to) => ports.save(file, to), addressOf }), nowMs, lastsMs)
  }

  const deliverTo = async (keyId: string, target: DeliverTarget): Promise<void> => {
    const key = vault.key(keyId)
    // SECURITY: S18 an owner key never leaves the vault, and no command but the importing one is ever given a key.
    if (key.role !== 'operator') throw new HearthError('not-allowed', { reason: 'owner-key' })
    if (!DELIVER_COMMAND.every((word, index) => target.command[index] === word)) throw new HearthError('not-allowed', { reason: 'command' })
    const input = vault.withSecret(keyId, ({ privateKey }) => hexLine(privateKey))
    try {
      await deliver(target, input, key.address)
    } finally {
      input.fill(0)
    }
  }

  const run = async (request: KeyRequest): Promise<KeyAnswers[KeyRequest['kind']]> => {
    switch (request.kind) {
      case 'create':
        await vault.create(request.password, request.target, request.nowMs).finally(() => request.password.fill(0))
        return { keys: [] }
      case 'unlock': {
        const wasOlder = await vault.unlock(request.password, request.file, request.target).finally(() => request.password.fill(0))
        return { keys: vault.keys(), wasOlder }
      }
      case 'unlock-second':
        try {
          vault.unlockSecond(request.secret, request.file)
        } finally {
          request.secret.fill(0)
        }
        return { keys: vault.keys() }
      case 'change-password':
        await vault.changePassword(request.current, request.next, request.target).finally(() => {
          request.current.fill(0)
          request.next.fill(0)
        })
        return {}
      case 'check-password': {
        mustBeOpen()
        const opens = await vault.passwordOpens(new TextDecoder().decode(request.password)).finally(() => request.password.fill(0))
        if (!opens) throw new HearthError('wrong-password')
        return {}
      }
      case 'set-second':
        await vault.setSecond(request.password, request.second).finally(() => {
          request.password.fill(0)
          request.second?.secret.fill(0)
        })
        return {}
      case 'add-watch':
        return { key: await addWatch(request.wish, request.nowMs) }
      case 'open-new-key':
        return openNewKey(request.request, request.nowMs, request.lastsMs)
      case 'open-sign':
        return openSign(request.request, request.nowMs, request.lastsMs)
      case 'open-page':
        return openPage(request.page, request.target, request.nowMs, request.lastsMs)
      case 'surface':
        return desk.surface(request)
      case 'close-ticket':
        desk.close(request.token)
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
