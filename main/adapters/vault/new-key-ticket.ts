import { threePositions, wrongPlaces, wrongWords } from './asked-words.ts'
import { createImportTicket } from './import-ticket.ts'
import { cancelled, keepKey, publicKey, type NewKeyPorts, type NewKeyRequest } from './keep-key.ts'
import { askPage, wordsPage, type NewKeyHead } from './new-key-pages.ts'
import type { KeySecret } from './open-vault.ts'
import { entropyOf, KEY_PATH, privateKeyOfWords, wordsOf } from './private-keys.ts'
import { pubKeyHexOf } from './signatures.ts'
import { unknownButton, type Step, type Ticket } from './tickets.ts'

const ENTROPY_BYTES = 32

/** Makes or brings in one key. Nothing is kept before the words matched; leaving the page leaves nothing. */
export async function createNewKeyTicket(request: NewKeyRequest, network: NewKeyHead['network'], ports: NewKeyPorts): Promise<Ticket> {
  const head: NewKeyHead = { name: request.name, role: request.role, network }
  if (request.mode === 'import') return createImportTicket(request, head, ports)

  const entropy = ports.random(ENTROPY_BYTES)
  const words = wordsOf(entropy)
  const first = await privateKeyOfWords(words)
  const address = ports.addressOf(pubKeyHexOf(first))
  first.fill(0)
  let step: 'words' | 'ask' = 'words'
  let positions: number[] = []

  return {
    render: (nonce, notice) =>
      step === 'words' ? wordsPage(head, words, address, nonce, notice) : askPage(head, positions, address, nonce, notice),
    async post(form, { nowMs }): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return cancelled(request, head)
      if (step === 'words' && action === 'written') {
        step = 'ask'
        positions = threePositions(words.length)
        return { kind: 'again' }
      }
      if (step === 'ask' && action === 'back') {
        step = 'words'
        return { kind: 'again' }
      }
      if (step === 'ask' && action === 'check') {
        const wrong = wrongPlaces(form, positions, words)
        if (wrong.length > 0)
          return {
            kind: 'again',
            notice: `${wrongWords(wrong)} Nothing is kept yet. Look at your paper, or show the words again and mend it.`,
          }
        // Derived once more from the words themselves: what is kept is what the paper gives back.
        const privateKey = await privateKeyOfWords(words)
        const secret: KeySecret = { privateKey, entropy: entropyOf(words) }
        const key = publicKey(request, { origin: 'made', hdPath: KEY_PATH, hasWords: true, pubKeyHex: pubKeyHexOf(privateKey) }, nowMs)
        return keepKey({ ...key, address: ports.addressOf(key.pubKeyHex) }, secret, head, ports, address)
      }
      return unknownButton
    },
    close() {
      entropy.fill(0)
      words.fill('')
    },
  }
}
