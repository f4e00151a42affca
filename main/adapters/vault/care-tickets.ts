import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { threePositions, wrongPlaces, wrongWords } from './asked-words.ts'
import { deletePage, exportAskPage, exportShownPage, provePage, type ExportForm, type KeyHead } from './care-pages.ts'
import { closeArmor } from './cosmos-armor.ts'
import type { Form } from './forms.ts'
import { ImportError, importSentence } from './import-error.ts'
import type { OpenVault } from './open-vault.ts'
import { messagePage } from './page-frame.ts'
import { privateKeyOfWords, wordsOf } from './private-keys.ts'
import { pubKeyHexOf } from './signatures.ts'
import { forget, readImport } from './read-import.ts'
import { refusePassword, unknownButton, type Step, type Ticket } from './tickets.ts'
import { publicHexOf } from './vault-content.ts'

/** pocketd opens nothing shorter. */
const MIN_PASSPHRASE = 8
const NOT_WRITTEN =
  'The vault file could not be written, so nothing was changed. Look at free space and rights of the data folder, then try again.'

type CareVault = Pick<OpenVault, 'passwordOpens' | 'withSecret' | 'confirm' | 'remove'>

const left = (head: KeyHead, title: string): Step => ({
  kind: 'done',
  page: messagePage(title, ['You can close this page.'], 200, head.network),
  outcome: { kind: 'left' },
})

/** Shows the secret of one key after the password. */
export function createExportTicket(head: KeyHead, vault: CareVault, random: (bytes: number) => Uint8Array): Ticket {
  const { key } = head
  let shown: string[] | string | undefined

  const secretOf = async (form: ExportForm, passphrase: string): Promise<string[] | string> => {
    if (form === 'armor') {
      const privateKey = vault.withSecret(key.id, (secret) => Uint8Array.from(secret.privateKey))
      try {
        return await closeArmor(privateKey, passphrase, random(16))
      } finally {
        privateKey.fill(0)
      }
    }
    return vault.withSecret(key.id, (secret) =>
      form === 'words' && secret.entropy ? wordsOf(secret.entropy) : Buffer.from(secret.privateKey).toString('hex'),
    )
  }
  return {
    render: (nonce, notice) => (shown === undefined ? exportAskPage(head, nonce, notice) : exportShownPage(head, shown, nonce)),
    async post(form, context): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel' && shown === undefined) return left(head, 'Nothing was shown')
      if (action === 'done' && shown !== undefined) return left(head, 'Closed')
      if (action !== 'show' || shown !== undefined) return unknownButton
      const wanted = formOf(form, key)
      if (wanted === undefined) return { kind: 'again', notice: 'Nothing was shown: choose one of the forms first.' }
      const passphrase = form.get('passphrase') ?? ''
      if (wanted === 'armor' && passphrase.length < MIN_PASSPHRASE)
        return { kind: 'again', notice: `Nothing was shown: the passphrase needs at least ${MIN_PASSPHRASE} characters.` }
      if (wanted === 'armor' && passphrase !== form.get('again'))
        return { kind: 'again', notice: 'Nothing was shown: the two passphrases differ. Type the same twice.' }
      const refused = await refusePassword(form, context, vault, 'Nothing was shown')
      if (refused) return refused
      shown = await secretOf(wanted, passphrase)
      return { kind: 'again', password: 'right', outcome: { kind: 'key-exported', key, form: wanted } }
    },
    close() {
      if (Array.isArray(shown)) shown.fill('')
      shown = undefined
    },
  }
}

function formOf(form: Form, key: PublicKeyInfo): ExportForm | undefined {
  const wanted = form.get('form')
  if (wanted === 'words') return key.hasWords ? wanted : undefined
  if (wanted === 'armor') return key.kind === 'key' ? wanted : undefined
  return wanted === 'hex' ? wanted : undefined
}

/** Asks for three words of a key, or for the whole copy when it has none, works out the address anew and notes the day. */
export function createProofTicket(head: KeyHead, vault: CareVault, addressOf: (pubKeyHex: string) => string): Ticket {
  const { key } = head
  const words = key.hasWords ? vault.withSecret(key.id, ({ entropy }) => (entropy ? wordsOf(entropy) : [])) : []
  const positions = words.length > 0 ? threePositions(words.length) : undefined

  /** @returns the sentence of what does not fit */
  const problemWith = async (form: Form): Promise<string | undefined> => {
    if (positions) {
      const wrong = wrongPlaces(form, positions, words)
      if (wrong.length > 0) return `${wrongWords(wrong)} Look at your paper again. The key in the vault is as it was.`
      const derived = await privateKeyOfWords(words, key.hdPath)
      const fits = addressOf(pubKeyHexOf(derived)) === key.address
      derived.fill(0)
      return fits
        ? undefined
        : 'The words are right, but they give another address than this key has. Show the private key and keep that as well.'
    }
    const found = await readImport(form)
    const fits = found.some((one) => publicHexOf(key.kind, one.secret) === key.pubKeyHex)
    forget(found)
    return fits ? undefined : 'That is a good key, but not this one: it gives another address.'
  }
  return {
    render: (nonce, notice) => provePage(head, positions, nonce, notice),
    async post(form, { nowMs }): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return left(head, 'Nothing was checked')
      if (action !== 'check') return unknownButton
      let problem: string | undefined
      try {
        problem = await problemWith(form)
      } catch (error) {
        if (!(error instanceof ImportError)) throw error
        problem = importSentence(error)
      }
      if (problem !== undefined) return { kind: 'again', notice: problem }
      try {
        const proven = await vault.confirm(key.id, nowMs)
        return {
          kind: 'done',
          page: messagePage('Your copy is right', ['The same address came out of it. You can close this page.'], 200, head.network),
          outcome: { kind: 'key-proven', key: proven },
        }
      } catch {
        return { kind: 'again', notice: NOT_WRITTEN }
      }
    },
    close() {
      words.fill('')
    },
  }
}

/** Takes one key out of the vault, after the password and, unless a drill proved a backup of it, after its typed address. */
export function createDeleteTicket(head: KeyHead, facts: { drilledAtMs: number | undefined; inUse: boolean }, vault: CareVault): Ticket {
  const { key } = head
  const needs = {
    address: key.kind !== 'watch' && (facts.drilledAtMs === undefined || facts.inUse),
    inUse: facts.inUse,
    drilled: facts.drilledAtMs === undefined ? undefined : new Date(facts.drilledAtMs).toISOString().slice(0, 10),
  }
  return {
    render: (nonce, notice) => deletePage(head, needs, nonce, notice),
    async post(form, context): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return left(head, 'The key is kept')
      if (action !== 'delete') return unknownButton
      if (needs.address && (form.get('address') ?? '').replace(/\s+/g, '') !== key.address)
        return { kind: 'again', notice: 'Nothing was deleted: what was typed is not the whole address of this key.' }
      const refused = await refusePassword(form, context, vault, 'Nothing was deleted')
      if (refused) return refused
      try {
        await vault.remove(key.id)
      } catch {
        return { kind: 'again', password: 'right', notice: NOT_WRITTEN }
      }
      const title = key.kind === 'watch' ? 'No longer watched' : 'The key is deleted'
      return {
        kind: 'done',
        password: 'right',
        page: messagePage(title, ['It is no longer in this vault. You can close this page.'], 200, head.network),
        outcome: { kind: 'key-removed', key },
      }
    },
    close() {},
  }
}
