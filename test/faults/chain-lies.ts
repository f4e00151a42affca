import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { connectChains, type ChainPool } from '#main/core/chain/pool.ts'
import { canonical } from '#main/core/chain/vote.ts'
import type { Chain, ChainEndpoints } from '#main/core/ports/chain.ts'
import { HearthError } from '#shared/api/errors.ts'
import { startTestChain, type TestChain } from '#test/localnet/chain.ts'
import { ByHand, startLiar, type Liar, type Question } from './liar.ts'
import { lieCases, type LieCase, type LieWorld } from './lie-cases.ts'

/**
 * Lies of an endpoint, each told to a pool in which it is asked first and two honest ones stand behind it, all strangers and each another owner's. A lie is caught when it was really told
 * and what comes out is the truth all the same. Some are told by three hosts of one owner, who are one voice; and of what ends a transaction nobody is believed alone. `node test/faults/chain-lies.ts [part of a name…]` runs them alone.
 */

/** Lies told at the same time, each by a liar of its own: most of their time is spent waiting for one that says nothing. */
const LIARS = 6

/** Hosts of one owner that tell the same lie. */
const CHORUS = 3
/** What three hosts of one owner tell together: each kind of question that is put to a vote. */
const TOLD_TOGETHER: readonly string[] = [
  'a higher balance',
  'another sequence',
  'another owner of a supplier',
  'other session timing',
  'another minimum gas price',
  'that a transfer failed',
  'that a transfer is not there',
  'a swapped block with its results',
]

interface Chains {
  real: TestChain
  other: TestChain
}
/** All that talk to the real chain in one try. */
interface Cast {
  world: LieWorld
  real: TestChain
  liar: Liar
  /** More hosts of its owner, that tell the same; asked right after it. */
  chorus: Liar[]
  honest: ChainEndpoints[]
  /** Asks the real chain itself. */
  direct: Chain
  /** Somebody new with money, who has signed nothing yet. */
  payer: () => Person
}

const codec = createTxCodec()

interface Person {
  secret: Uint8Array
  pubKeyHex: string
  address: string
}
function newPerson(): Person {
  const secret = secp256k1.utils.randomSecretKey()
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(secret, true))
  return { secret, pubKeyHex, address: codec.addressOf(pubKeyHex) }
}

const supplierConfig = (operator: string): string =>
  `owner_address: ${operator}
operator_address: ${operator}
stake_amount: 60000000000upokt
default_rev_share_percent:
  ${operator}: 100
services:
  - service_id: anvil
    endpoints:
      - publicly_exposed_url: http://127.0.0.1:8545
        rpc_type: JSON_RPC
`

/** Puts on the chain what is lied about: a transfer, a supplier, an application, and a session of the two. */
async function makeWorld({ real, other }: Chains, direct: Chain): Promise<LieWorld> {
  const { address } = newPerson()
  const must = async (from: string, command: string[]): Promise<{ hash: string; height: number }> => {
    const sent = await real.send(from, command)
    if (sent.code !== 0) throw new Error(sent.log)
    return sent
  }
  const { hash, height } = await must('faucet', ['bank', 'send', real.faucetAddress, address, '1234567upokt'])
  await real.exec(['sh', '-c', 'cat > /tmp/supplier.yaml'], supplierConfig(real.validatorAddress))
  await real.exec(['sh', '-c', 'cat > /tmp/application.yaml'], 'stake_amount: 200000000upokt\nservice_ids:\n  - anvil\n')
  await must('validator', ['supplier', 'stake-supplier', '--config', '/tmp/supplier.yaml'])
  await must('validator', ['application', 'stake-application', '--config', '/tmp/application.yaml'])
  const sessionHeight = (await real.height()) + 8
  await real.waitForHeight(sessionHeight + 2)
  const { chainId, block1Hash } = await direct.fingerprint()
  return {
    rpcUrl: real.rpcUrl,
    otherRpcUrl: other.rpcUrl,
    root: { chainId, height: 1, hash: block1Hash },
    faucetAddress: real.faucetAddress,
    validatorAddress: real.validatorAddress,
    address,
    hash,
    height,
    sessionHeight,
  }
}

export interface LieFigures {
  tried: number
  caught: number
  /** Each with what happened instead. */
  missed: string[]
}

const LATE_MS = 90_000

/** The liar is asked first; none of them is believed for being on this machine. */
function poolOf({ world, liar, chorus, honest }: Cast): ChainPool {
  const expected = { block1Hash: () => world.root.hash, root: () => world.root }
  const endpoints = [liar, ...chorus]
    .map((each) => each.endpoint)
    .concat(honest)
    .map((endpoint) => ({ ...endpoint, own: false }))
  return connectChains(endpoints, { connect: connectChain, clock: systemClock, expected })
}

/** @returns what went wrong; undefined when the lie was caught */
async function tell(lie: LieCase, cast: Cast): Promise<string | undefined> {
  const { liar, chorus, direct } = cast
  const pool = poolOf(cast)
  for (const each of [liar, ...chorus]) each.lie(undefined)
  if (lie.cold !== true) await pool.head()
  for (const each of [liar, ...chorus]) each.lie((question) => lie.when(question))
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no end in time')), LATE_MS)
  try {
    const said = await Promise.race([lie.ask(pool), late])
    if (liar.lied === 0) return 'the lie was never told'
    const truth = await lie.ask(direct)
    const isTrue = lie.judge ? lie.judge(said, truth) : canonical(said) === canonical(truth)
    return isTrue ? undefined : `believed: ${canonical(said).slice(0, 200)}`
  } catch (error) {
    // With two honest ones there is always an answer.
    return error instanceof HearthError ? `no answer: ${error.code} ${JSON.stringify(error.detail)}` : String(error)
  } finally {
    clearTimeout(timer)
  }
}

/** A transfer of somebody new, signed and not sent. */
async function signedTransfer({ real, direct, world, payer }: Cast): Promise<{ bytes: Uint8Array; hash: string }> {
  const person = payer()
  const account = await direct.account(person.address)
  if (!account) throw new Error('no account')
  const doc = codec.signDoc({
    messages: [{ kind: 'send', fromAddress: person.address, toAddress: world.address, amountUpokt: 1n }],
    memo: '',
    chainId: real.chainId,
    accountNumber: account.accountNumber,
    sequence: account.sequence,
    pubKeyHex: person.pubKeyHex,
    feeUpokt: 1_000n,
    gasLimit: 200_000n,
    timeoutHeight: 0,
  })
  const bytes = codec.assemble(doc, secp256k1.sign(sha256(doc), person.secret, { prehash: false, lowS: true }))
  return { bytes, hash: codec.hash(bytes) }
}
const isSending = (question: Question): boolean => question.side === 'rest' && question.path === '/cosmos/tx/v1beta1/txs'
const answerTo = (hash: string, code: number): unknown => ({
  tx_response: { height: '0', txhash: hash, codespace: code === 0 ? '' : 'sdk', code, raw_log: code === 0 ? '' : 'insufficient fee' },
})
async function gotIn(direct: Chain, hash: string): Promise<boolean> {
  for (let waited = 0; waited < 60; waited += 1) {
    if ((await direct.tx(hash)).kind === 'included') return true
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return false
}

/** A transaction that the first endpoint keeps to itself must still get into a block, also where all hosts of its owner do. */
async function swallowed(cast: Cast): Promise<string | undefined> {
  const { bytes, hash } = await signedTransfer(cast)
  const all = [cast.liar, ...cast.chorus]
  const pool = poolOf(cast)
  for (const each of all) each.lie(undefined)
  await pool.head()
  for (const each of all) each.swallow(isSending, answerTo(hash, 0))
  const said = await pool.broadcast(bytes)
  const wasTold = cast.liar.lied > 0
  for (const each of all) each.swallow(undefined)
  if (!wasTold) return 'the lie was never told'
  if (said.kind === 'refused') return `refused: ${said.log}`
  return (await gotIn(cast.direct, hash)) ? undefined : 'never included'
}

/** @returns what was believed; undefined when it was left open for want of a second owner */
async function leftOpen<T>(work: Promise<T> | undefined): Promise<string | undefined> {
  if (work === undefined) return 'nobody to second'
  return work.then(
    (said) => `believed: ${canonical(said)}`,
    (error: unknown) => (error instanceof HearthError && error.detail['alone'] === 'yes' ? undefined : String(error)),
  )
}

/**
 * The second owner falls silent after the signature. What the liar then says of the transaction, that it was refused, that it is nowhere, that nothing was signed since, ends nothing;
 * when the second owner is back, the truth does.
 */
async function lastWord(cast: Cast): Promise<string | undefined> {
  const { real, liar, direct, world } = cast
  const { bytes, hash } = await signedTransfer(cast)
  const silent = await startLiar({ rpcUrl: real.rpcUrl, restUrl: real.restUrl }, '127.0.0.9')
  try {
    const pool = poolOf({ ...cast, chorus: [], honest: [silent.endpoint] })
    liar.lie(undefined)
    await pool.head()
    silent.lie(() => () => new ByHand((response) => void response.destroy()))
    liar.swallow(isSending, answerTo(hash, 13))
    const seconded = pool.seconded?.()
    const refused = await leftOpen(seconded?.broadcast(bytes))
    const wasTold = liar.lied > 0
    liar.swallow(undefined)
    if (!wasTold) return 'the lie was never told'
    if (refused !== undefined) return `of a refusal by one ${refused}`
    // It kept it, of course.
    await direct.broadcast(bytes)
    if (!(await gotIn(direct, hash))) return 'never included'
    const nowhere = lieCases({ ...world, hash }).find((lie) => lie.name === 'that a transfer is not there')
    liar.lie((question) => nowhere?.when(question))
    const absent = await leftOpen(seconded?.tx(hash))
    if (liar.lied === 0) return 'the second lie was never told'
    if (absent !== undefined) return `of one that is nowhere ${absent}`
    liar.lie(undefined)
    silent.lie(undefined)
    await pool.head()
    const said = await seconded?.tx(hash)
    return said?.kind === 'included' ? undefined : `not found when both answer: ${canonical(said)}`
  } finally {
    await silent.stop()
  }
}

/** @param report told each lie by name, and what went wrong with it @param isWanted which lies are told; all without */
export async function tellLies(
  report: (name: string, problem: string | undefined) => void,
  isWanted: (name: string) => boolean = () => true,
): Promise<LieFigures> {
  const [real, other] = await Promise.all([startTestChain({ name: 'lies' }), startTestChain({ name: 'lies-other' })])
  const endpoint = { rpcUrl: real.rpcUrl, restUrl: real.restUrl }
  const liars = await Promise.all(Array.from({ length: LIARS }, (_, index) => startLiar(endpoint, `127.0.1.${index + 1}`)))
  const choruses = await Promise.all(
    liars.map((_, index) => Promise.all(Array.from({ length: CHORUS - 1 }, () => startLiar(endpoint, `127.0.1.${index + 1}`)))),
  )
  const truthful = await startLiar(endpoint, '127.0.0.2')
  const missed: string[] = []
  let tried = 0
  const note = (name: string, problem: string | undefined): void => {
    tried += 1
    if (problem !== undefined) missed.push(`${name}: ${problem}`)
    report(`an endpoint tells ${name}`, problem)
  }
  try {
    const direct = connectChain(endpoint)
    const world = await makeWorld({ real, other }, direct)
    const cases = lieCases(world)
    // Together, since the faucet signs one after the other.
    const payers = Array.from({ length: 3 }, newPerson)
    await real.fund(
      payers.map((each) => each.address),
      5_000_000n,
    )
    const payer = (): Person => {
      const next = payers.pop()
      if (!next) throw new Error('nobody left to pay')
      return next
    }
    const together = TOLD_TOGETHER.map((name) => {
      const lie = cases.find((each) => each.name === name)
      if (!lie) throw new Error(`no lie ${name}`)
      return lie
    })
    const alone = (cast: Cast): Cast => ({ ...cast, chorus: [] })
    const waiting = [
      ...cases.map((lie) => ({ name: lie.name, tell: (cast: Cast) => tell(lie, alone(cast)) })),
      ...together.map((lie) => ({ name: `${lie.name}, as do its owner’s others`, tell: (cast: Cast) => tell(lie, cast) })),
      { name: 'that it took a transaction', tell: (cast: Cast) => swallowed(alone(cast)) },
      { name: 'that it took a transaction, as do its owner’s others', tell: swallowed },
      { name: 'what became of a transaction, alone', tell: lastWord },
    ].filter(({ name }) => isWanted(name))
    await Promise.all(
      liars.map(async (liar, index) => {
        const cast: Cast = { world, real, liar, chorus: choruses[index] ?? [], honest: [truthful.endpoint, endpoint], direct, payer }
        for (let lie = waiting.pop(); lie !== undefined; lie = waiting.pop()) note(lie.name, await lie.tell(cast))
      }),
    )
  } finally {
    await Promise.all([...liars, ...choruses.flat(), truthful, real, other].map((part) => part.stop()))
  }
  return { tried, caught: tried - missed.length, missed }
}

if (import.meta.main) {
  const wanted = process.argv.slice(2)
  const figures = await tellLies(
    (name, problem) => console.log(problem === undefined ? `ok      ${name}` : `not ok  ${name}: ${problem}`),
    (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  )
  console.log(
    JSON.stringify({
      bench: 'chain-lies',
      figures: { lyingEndpointsCaught: { value: figures.caught, goal: figures.tried }, tried: { value: figures.tried } },
    }),
  )
  process.exitCode = figures.missed.length === 0 ? 0 : 1
}
