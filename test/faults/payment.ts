import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { startTestChain } from '#test/localnet/chain.ts'
import { prepareMachine } from '#test/localnet/prepare.ts'
import { runLife, type Scenario } from './scenario.ts'

const AMOUNT_UPOKT = 5_000_000n
/** Prepared, signed, sent, in a block. */
const WRITES = 4
/** Blocks that go by before the next life where the signed one lies stored and unsent: the machine was busy or off for a while. More than the least that a transaction stands. */
const AWAY_BLOCKS = 30
/** Funded at once. */
const SENDERS = 12
const codec = createTxCodec()
const freshKey = (): { keyHex: string; address: string } => {
  const key = randomBytes(32)
  return { keyHex: key.toString('hex'), address: codec.addressOf(bytesToHex(secp256k1.getPublicKey(key, true))) }
}

/** A payment of 5 POKT on a real chain, killed at each step between the wish and the note that it was sent: the recipient has it exactly once in the end. */
export const paymentScenario: Scenario = {
  name: 'payment',
  owns: (point) => point.startsWith('tx.') || point.startsWith('store.intent.'),
  // The intent row is written four times; each round of a store point dies at another of them.
  rounds: (point) => (point.startsWith('store.intent.') ? WRITES : 1),
  fullRounds: 12,
  lanes: 2,
  async start() {
    await prepareMachine()
    const chain = await startTestChain({ name: 'faults' })
    const folder = mkdtempSync(join(tmpdir(), 'hearth-faults-'))
    let run = 0
    /** The faucet signs one transaction after the other. */
    let funding: Promise<unknown> = Promise.resolve()
    const ready: { keyHex: string; address: string }[] = []
    const sender = (): Promise<{ keyHex: string; address: string }> => {
      const mine = funding.then(async () => {
        if (ready.length === 0) {
          const fresh = Array.from({ length: SENDERS }, freshKey)
          await chain.fund(
            fresh.map((key) => key.address),
            100_000_000n,
          )
          ready.push(...fresh)
        }
        return ready.pop() ?? freshKey()
      })
      funding = mine.catch(() => undefined)
      return mine
    }

    const once = async (point: string, count: number, guard: 'guarded' | 'unguarded') => {
      run += 1
      const life = join(folder, String(run))
      const recipient = freshKey().address
      const args = [life, chain.rpcUrl, chain.restUrl, (await sender()).keyHex, recipient]
      const first = await runLife('tx-life.ts', [...args, guard], point, count)
      if (first.killed) await chain.waitForHeight((await chain.height()) + (point === 'tx.stored' ? AWAY_BLOCKS : 2))
      const second = await runLife('tx-life.ts', [...args, 'guarded'])
      await chain.waitForHeight((await chain.height()) + 2)
      const payments = Number((await chain.balance(recipient)) / AMOUNT_UPOKT)
      return { first, second, payments }
    }

    return {
      async kill(point, round) {
        const { first, second, payments } = await once(point, 1 + (round % paymentScenario.rounds(point)), 'guarded')
        const finished = second.answer !== undefined
        return {
          killed: first.killed,
          lost: payments === 0 ? 1 : 0,
          doubled: Math.max(0, payments - 1),
          problem: finished
            ? payments === 1
              ? undefined
              : `paid ${payments} times: ${JSON.stringify(second.answer)}`
            : `the next life failed: ${second.output.slice(-400)}`,
        }
      },
      async withoutGuard() {
        const { payments } = await once('tx.after-broadcast', 1, 'unguarded')
        return Math.max(0, payments - 1)
      },
      async [Symbol.asyncDispose]() {
        await chain.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}
