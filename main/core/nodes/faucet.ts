import { HearthError } from '#shared/api/errors.ts'
import { formatPokt, parsePokt } from '#shared/model/money.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { TxCodec } from '../ports/tx.ts'
import type { Tasks } from '../tasks/tasks.ts'

/** Play money is in the next block or the one after; this long means that something is wrong. */
const ARRIVAL_MS = 60_000
const LOOK_MS = 500

/**
 * Asks the Local chain's faucet for play money and waits until it is on the address.
 * @returns the task's id. Rejects `amount-invalid`, `address-invalid`; the task ends in `tx-refused`, `node-not-ready`, `tx-expired`
 */
export function requestPlayMoney(
  deps: {
    tasks: Tasks
    heads: Heads
    clock: Clock
    isAddress: (text: string) => boolean
    send: (address: string, upokt: bigint, signal: AbortSignal) => Promise<void>
    onArrived: (facts: { address: string; amountUpokt: string }) => void
  },
  wish: { address: string; amountPokt: string },
): string {
  const { tasks, heads, clock } = deps
  const { address } = wish
  const parsed = parsePokt(wish.amountPokt)
  if (!parsed.ok) throw new HearthError('amount-invalid', { problem: parsed.problem, given: wish.amountPokt })
  if (!deps.isAddress(address)) throw new HearthError('address-invalid', { problem: 'not-an-address', which: 'recipient' })
  return tasks.start('faucet', ['ask', 'arrive'], async (task) => {
    task.update({ facts: { address, amountPokt: formatPokt(parsed.upokt) } })
    const expected = (await heads.require().balance(address)) + parsed.upokt
    await task.step('ask', () => deps.send(address, parsed.upokt, task.signal))
    await task.step('arrive', async () => {
      const until = clock.now() + ARRIVAL_MS
      while ((await heads.require().balance(address)) < expected) {
        if (task.signal.aborted) throw new HearthError('cancelled')
        if (clock.now() > until) throw new HearthError('tx-expired', { address })
        await clock.sleep(LOOK_MS, task.signal)
      }
    })
    heads.wake()
    deps.onArrived({ address, amountUpokt: parsed.upokt.toString() })
  })
}

/** The request for play money. @param send gives upokt from the chain's own faucet to an address */
export function faucetHandlers(deps: {
  tasks: Tasks
  heads: Heads
  clock: Clock
  codec: Pick<TxCodec, 'isAddress'>
  send: (address: string, upokt: bigint, signal: AbortSignal) => Promise<void>
  activity: (text: string, facts: Record<string, string>) => void
}): Pick<Handlers, 'faucet.request'> {
  return {
    'faucet.request': (wish) => {
      const onArrived = (facts: Record<string, string>): void => deps.activity('faucet', facts)
      const isAddress = (text: string): boolean => deps.codec.isAddress(text)
      return Promise.resolve({ taskId: requestPlayMoney({ ...deps, isAddress, onArrived }, wish) })
    },
  }
}
