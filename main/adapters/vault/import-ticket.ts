import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { ImportError, importSentence } from './import-error.ts'
import { choosePage, importPage, type ImportFields } from './import-pages.ts'
import { morseAddressOf } from './morse-keyfile.ts'
import type { NewKeyHead } from './new-key-pages.ts'
import { cancelled, keepKey, publicKey, type NewKeyPorts, type NewKeyRequest } from './keep-key.ts'
import { forget, readImport, type FoundKey } from './read-import.ts'
import { unknownButton, type Step, type Ticket } from './tickets.ts'
import { publicHexOf } from './vault-content.ts'

/** Fields that come back when something in them is refused. The passphrase never does. */
const FIELDS = ['secret', 'folder', 'account', 'index', 'expected'] as const
const MAX_FIELD = 6000

/** Brings in one key: words, hex, an armor, a Morse key file, or one key of a keyring folder. What is typed is seen by the key process alone. */
export function createImportTicket(request: NewKeyRequest, head: NewKeyHead, ports: NewKeyPorts): Ticket {
  let typed: ImportFields = { secret: '', folder: '', account: '', index: '', expected: '' }
  let choice: { found: FoundKey; key: PublicKeyInfo }[] = []

  const close = (): void => {
    typed = { secret: '', folder: '', account: '', index: '', expected: '' }
    forget(choice.map(({ found }) => found))
    choice = []
  }
  const described = (found: FoundKey, nowMs: number): { found: FoundKey; key: PublicKeyInfo } => {
    const { origin, path } = found
    const pubKeyHex = publicHexOf(origin === 'morse' ? 'morse' : 'key', found.secret)
    const key = publicKey(request, { origin, hdPath: path, hasWords: found.entropy !== undefined, pubKeyHex }, nowMs)
    const address = origin === 'morse' ? morseAddressOf(Buffer.from(pubKeyHex, 'hex')) : ports.addressOf(pubKeyHex)
    return { found, key: { ...key, address } }
  }
  const keep = (one: { found: FoundKey; key: PublicKeyInfo }): Promise<Step> =>
    keepKey(one.key, { privateKey: one.found.secret, entropy: one.found.entropy }, head, ports, undefined)

  const bring = async (form: ReadonlyMap<string, string>, nowMs: number): Promise<Step> => {
    const expected = typed.expected.trim()
    // Checked before any key is opened: a mistyped address would refuse the right key.
    if (expected !== '' && !ports.isAddress(expected) && !/^[0-9A-F]{40}$/.test(expected))
      throw new ImportError('wrong-prefix', head.network.prefix)
    const found = await readImport(form)
    const all = found.map((one) => described(one, nowMs))
    const fitting = expected === '' ? all : all.filter(({ key }) => key.address === expected)
    forget(all.filter((one) => !fitting.includes(one)).map((one) => one.found))
    const [first] = fitting
    if (!first)
      return {
        kind: 'again',
        notice: `What you typed is a good key of another address${all.length === 1 ? `, ${all[0]?.key.address ?? ''}` : ''}. Nothing was kept. With words, another account or index gives another address.`,
      }
    if (fitting.length === 1) return keep(first)
    choice = fitting
    return { kind: 'again' }
  }

  return {
    render: (nonce, notice) =>
      choice.length > 0
        ? choosePage(
            head,
            choice.map(({ found, key }) => ({ name: found.name, address: key.address })),
            nonce,
            notice,
          )
        : importPage(head, typed, nonce, notice),
    async post(form, { nowMs }): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return cancelled(request, head)
      if (choice.length > 0) {
        if (action === 'back') {
          close()
          return { kind: 'again' }
        }
        const chosen = choice[Number(form.get('choice') ?? 'none')]
        if (action !== 'choose') return unknownButton
        if (!chosen) return { kind: 'again', notice: 'Choose one of the keys first.' }
        // What is kept is a copy, so that another can be chosen when this one is refused.
        const { secret } = chosen.found
        return keep({ ...chosen, found: { ...chosen.found, secret: Uint8Array.from(secret) } })
      }
      if (action !== 'import') return unknownButton
      typed = Object.fromEntries(FIELDS.map((name) => [name, (form.get(name) ?? '').slice(0, MAX_FIELD)])) as unknown as ImportFields
      try {
        return await bring(form, nowMs)
      } catch (error) {
        if (error instanceof ImportError) return { kind: 'again', notice: importSentence(error) }
        throw error
      }
    },
    close,
  }
}
