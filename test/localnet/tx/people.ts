import { randomBytes } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { priceTx } from '#main/core/supplier/fee.ts'
import type { Chain, TxLookup } from '#main/core/ports/chain.ts'
import type { Message, SignMode, TxDraft } from '#main/core/ports/tx.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { TestChain } from '../chain.ts'

/** Accounts whose keys live in this process, and what they send on a real chain. Every transaction is also made by the real pocketd, and the bytes held side by side. */

export const codec = createTxCodec()

export type Person = { name: string; privateKey: Uint8Array; pubKeyHex: string; address: string }

export type Sent = { hash: string; height: number; code: number; log: string }

export type How = {
  mode?: SignMode
  unordered?: boolean
  /** The same message by pocketd's own command, as after `pocketd tx`; without one pocketd signs what Hearth wrote. */
  command?: readonly string[]
  /** Files that the command names, by path. */
  files?: Record<string, string>
  /** Gas that is asked for without a trial run. */
  gasLimit?: bigint
}

const KEYRING = ['--keyring-backend', 'test', '--home', '/home/pocket/.pocket'] as const
const WAIT_MS = 60_000
const ORDER_TRIES = 12

export function newPerson(name: string): Person {
  const privateKey = Uint8Array.from(randomBytes(32))
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
  return { name, privateKey, pubKeyHex, address: codec.addressOf(pubKeyHex) }
}

export const signWith = (person: Person, bytes: Uint8Array): Uint8Array =>
  secp256k1.sign(sha256(bytes), person.privateKey, { prehash: false, lowS: true })

/** Signs in either mode and gives TxRaw. */
export function signDraft(person: Person, draft: TxDraft, mode: SignMode = 'direct'): Uint8Array {
  const doc = codec.signDoc(draft)
  const bytes = mode === 'direct' ? doc : new TextEncoder().encode(codec.outsideForms(doc).aminoJson)
  return codec.assemble(doc, signWith(person, bytes), mode)
}

/** Sends on one real chain, compares with pocketd, and counts. */
export class Sender {
  readonly chain: Chain
  readonly testChain: TestChain
  included = 0
  different: string[] = []
  readonly #known = new Set<string>()

  constructor(testChain: TestChain) {
    this.testChain = testChain
    this.chain = connectChain({ rpcUrl: testChain.rpcUrl, restUrl: testChain.restUrl })
  }

  async draft(person: Person, messages: Message[], more: Partial<TxDraft> = {}): Promise<TxDraft> {
    const [account, fingerprint, head] = await Promise.all([
      this.chain.account(person.address),
      this.chain.fingerprint(),
      this.chain.head(),
    ])
    if (!account) throw new Error(`${person.name} has no account`)
    return {
      messages,
      memo: '',
      chainId: fingerprint.chainId,
      accountNumber: account.accountNumber,
      sequence: account.sequence,
      pubKeyHex: person.pubKeyHex,
      feeUpokt: 1n,
      gasLimit: 1_000_000n,
      timeoutHeight: head.height + 200,
      ...more,
    }
  }

  /** Tries, prices, signs, compares with pocketd, sends, and waits for the block. */
  async send(person: Person, message: Message, how: How = {}): Promise<Sent> {
    const head = await this.chain.head()
    const unordered = how.unordered === true ? { unordered: true, sequence: 0n, timeoutAtMs: Math.floor(head.timeMs) + 9 * 60_000 } : {}
    const draft = await this.draft(person, [message], unordered)
    const price = await this.chain.minimumGasPrice()
    const used = how.gasLimit ?? (await this.chain.simulate(codec.simulationTx(draft)))
    const priced = { ...draft, ...priceTx(used, price) }
    const txBytes = signDraft(person, priced, how.mode)
    await this.#compare(person, priced, txBytes, how)
    const answer = await this.chain.broadcast(txBytes)
    if (answer.kind === 'refused') throw new Error(`${message.kind}: ${answer.log}`)
    const again = await this.chain.broadcast(txBytes)
    if (again.kind !== 'already-known') {
      const found = await this.chain.tx(answer.hash)
      if (found.kind !== 'included') throw new Error(`the same bytes again: ${JSON.stringify(again)}`)
    }
    const found = await this.#included(answer.hash)
    if (found.code === 0) this.included += 1
    return { hash: answer.hash, height: found.height, code: found.code, log: found.log }
  }

  /** What the chain says to a trial run, or to the bytes at its door; throws when it takes them. */
  async refusal(person: Person, message: Message): Promise<string> {
    try {
      await this.chain.simulate(codec.simulationTx(await this.draft(person, [message])))
    } catch (error) {
      if (error instanceof HearthError && error.code === 'tx-refused') return error.detail['log'] ?? ''
      throw error
    }
    throw new Error(`${message.kind} was not refused`)
  }

  /** What the chain says to the bytes at its door. */
  async doorRefusal(person: Person, draft: TxDraft): Promise<{ code: number; log: string }> {
    const answer = await this.chain.broadcast(signDraft(person, draft))
    if (answer.kind !== 'refused') throw new Error(`was not refused: ${answer.kind}`)
    return { code: answer.code, log: answer.log }
  }

  async #included(hash: string): Promise<Extract<TxLookup, { kind: 'included' }>> {
    const endMs = Date.now() + WAIT_MS
    for (;;) {
      const found = await this.chain.tx(hash)
      if (found.kind === 'included') return found
      if (Date.now() > endMs) throw new Error(`transaction ${hash} is in no block`)
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  }

  async #compare(person: Person, draft: TxDraft, txBytes: Uint8Array, how: How): Promise<void> {
    const { exec } = this.testChain
    const must = async (command: readonly string[], stdin?: string): Promise<string> => {
      const done = await exec(command, stdin)
      if (done.code !== 0)
        throw new Error(`${command.slice(0, 5).join(' ')}: ${(done.stderr || done.stdout).trim().split('\n').slice(-3).join(' ')}`)
      return done.stdout
    }
    if (!this.#known.has(person.name)) {
      await must(['pocketd', 'keys', 'import-hex', person.name, bytesToHex(person.privateKey), ...KEYRING])
      this.#known.add(person.name)
    }
    let unsigned = codec.outsideForms(codec.signDoc(draft)).unsignedJson
    if (how.command) {
      for (const [path, text] of Object.entries(how.files ?? {})) await must(['sh', '-c', `cat > ${path}`], text)
      const words = ['pocketd', 'tx', ...how.command, '--from', person.address, '--generate-only', '--chain-id', draft.chainId, ...KEYRING]
      const costs = [
        '--gas',
        draft.gasLimit.toString(),
        '--fees',
        `${draft.feeUpokt}upokt`,
        '--timeout-height',
        String(draft.timeoutHeight),
      ]
      type Unsigned = { body: { messages: unknown; timeout_timestamp: unknown } }
      const ours = JSON.parse(unsigned) as Unsigned
      let theirs: Unsigned
      let tries = 0
      do {
        theirs = JSON.parse(await must([...words, ...costs, '--output', 'json'])) as Unsigned
        tries += 1
        // pocketd keeps shares in a map and writes them in an order of chance.
      } while (tries < ORDER_TRIES && JSON.stringify(theirs.body.messages) !== JSON.stringify(ours.body.messages))
      // It stamps every transaction with a time of its own; all the rest must be Hearth's, byte for byte.
      theirs.body.timeout_timestamp = ours.body.timeout_timestamp
      unsigned = JSON.stringify(theirs)
    }
    await must(['sh', '-c', 'cat > /tmp/unsigned.json'], unsigned)
    const mode = how.mode === 'amino' ? 'amino-json' : 'direct'
    const numbers = ['--offline', '--account-number', draft.accountNumber.toString(), '--sequence', draft.sequence.toString()]
    const signed = await must(
      [
        ['pocketd', 'tx', 'sign', '/tmp/unsigned.json', '--from', person.name, '--chain-id', draft.chainId, '--sign-mode', mode],
        numbers,
        [...KEYRING],
        ['--output', 'json'],
      ].flat(),
    )
    await must(['sh', '-c', 'cat > /tmp/signed.json'], signed)
    const theirs = Buffer.from((await must(['pocketd', 'tx', 'encode', '/tmp/signed.json'])).trim(), 'base64')
    const kind = draft.messages[0]?.kind ?? ''
    if (Buffer.compare(theirs, Buffer.from(txBytes)) !== 0)
      this.different.push(`${kind} ${mode}: ${theirs.toString('base64')} ${Buffer.from(txBytes).toString('base64')}`)
    else {
      // What an outside wallet would hand back is taken for the same transaction.
      const imported = codec.readSigned(codec.signDoc(draft), signed)
      if (Buffer.compare(Buffer.from(imported), Buffer.from(txBytes)) !== 0) this.different.push(`${kind} ${mode} imported`)
    }
  }
}
