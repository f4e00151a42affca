import { randomInt } from 'node:crypto'
import type { KeyRole, PublicKeyInfo } from '#main/core/ports/vault.ts'
import { askPage, importPage, keyMadePage, wordsPage, type NewKeyHead } from './new-key-pages.ts'
import { messagePage } from './page-frame.ts'
import { privateKeyOfWords, pubKeyHexOf, readSecret, wordsOf } from './private-keys.ts'
import type { Step, Ticket } from './tickets.ts'

export interface NewKeyRequest {
  id: string
  name: string
  role: KeyRole
  network: string
  mode: 'make' | 'import'
}

export interface NewKeyPorts {
  addressOf(pubKeyHex: string): string
  random(bytes: number): Uint8Array
  /** A key of the same network that has this address already. */
  existing(network: string, address: string): { name: string; role: KeyRole } | undefined
  /** Seals and saves. Throws when it could not be written: then nothing is kept. */
  keep(privateKey: Uint8Array, key: PublicKeyInfo): Promise<void>
}

const ENTROPY_BYTES = 32
const ASKED = 3

/** Makes or brings in one key. Nothing is kept before the words matched; leaving the page leaves nothing. */
export async function createNewKeyTicket(request: NewKeyRequest, network: NewKeyHead['network'], ports: NewKeyPorts): Promise<Ticket> {
  const head: NewKeyHead = { name: request.name, role: request.role, network }
  if (request.mode === 'import') return importTicket(request, head, ports)

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
        const wrong = positions.filter((position, index) => tidy(form.get(`word${index}`)) !== words[position])
        if (wrong.length > 0) return { kind: 'again', notice: wrongWords(wrong) }
        // Derived once more from the words themselves: what is kept is what the paper gives back.
        const privateKey = await privateKeyOfWords(words)
        return keep(request, head, ports, privateKey, nowMs, address)
      }
      return { kind: 'again', notice: 'That button is not on this page. Look again.' }
    },
    close() {
      entropy.fill(0)
      words.fill('')
    },
  }
}

function importTicket(request: NewKeyRequest, head: NewKeyHead, ports: NewKeyPorts): Ticket {
  let typed = ''
  return {
    render: (nonce, notice) => importPage(head, typed, nonce, notice),
    async post(form, { nowMs }): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return cancelled(request, head)
      if (action !== 'import') return { kind: 'again', notice: 'That button is not on this page. Look again.' }
      typed = (form.get('secret') ?? '').slice(0, 2000)
      const secret = readSecret(typed)
      if (secret.kind === 'wrong') return { kind: 'again', notice: secret.sentence }
      const privateKey = secret.kind === 'hex' ? secret.privateKey : await privateKeyOfWords(secret.words)
      return keep(request, head, ports, privateKey, nowMs, undefined)
    },
    close() {
      typed = ''
    },
  }
}

async function keep(
  request: NewKeyRequest,
  head: NewKeyHead,
  ports: NewKeyPorts,
  privateKey: Uint8Array,
  nowMs: number,
  shownAddress: string | undefined,
): Promise<Step> {
  try {
    const pubKeyHex = pubKeyHexOf(privateKey)
    const address = ports.addressOf(pubKeyHex)
    if (shownAddress !== undefined && shownAddress !== address) throw new Error('the words gave another address')
    const there = ports.existing(request.network, address)
    if (there)
      return { kind: 'again', notice: `This key is in the vault already, as your ${there.role} key “${there.name}”. Nothing was changed.` }
    const key: PublicKeyInfo = {
      id: request.id,
      role: request.role,
      name: request.name,
      network: request.network,
      address,
      pubKeyHex,
      createdAtMs: nowMs,
      wordsConfirmedAtMs: nowMs,
    }
    try {
      await ports.keep(privateKey, key)
    } catch {
      return {
        kind: 'again',
        notice:
          'The vault file could not be written, so the key was not kept. Look at free space and rights of the data folder, then try again.',
      }
    }
    return { kind: 'done', page: keyMadePage(head, address), outcome: { kind: 'key-made', key } }
  } finally {
    privateKey.fill(0)
  }
}

function cancelled(request: NewKeyRequest, head: NewKeyHead): Step {
  return {
    kind: 'done',
    page: messagePage('No key was made', ['Nothing is kept. You can close this page.'], 200, head.network),
    outcome: { kind: 'key-cancelled', keyId: request.id },
  }
}

/** Three places in rising order, chosen anew each time the question is asked. */
function threePositions(count: number): number[] {
  const places = new Set<number>()
  while (places.size < ASKED) places.add(randomInt(count))
  return [...places].sort((a, b) => a - b)
}

function wrongWords(positions: number[]): string {
  const names = positions.map((position) => String(position + 1))
  const list = names.length === 1 ? `Word ${names[0]} is` : `Words ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are`
  return `${list} not what was shown. Nothing is kept yet. Look at your paper, or show the words again and mend it.`
}

const tidy = (text: string | undefined): string => (text ?? '').normalize('NFKD').trim().toLowerCase()
