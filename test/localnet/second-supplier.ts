import { isEarly, lifeOf, serves, type ClaimRow, type RelayRow } from './batches.ts'
import type { Driver } from './driver.ts'
import { sleep } from './process.ts'

/** What runs with two suppliers behind one relay miner have in common. */

const SERVICE = 'anvil'
/** Relays of a batch, unless another number is asked for. */
export const BATCH = 5
const PAUSE_MS = 500

/** Sends a batch to one of the suppliers; test relays go to the one in view. */
export async function sendTo(driver: Driver, operatorAddress: string, count = BATCH): Promise<void> {
  await driver.until('room in the session', () => isEarly(driver))
  if (driver.state.supplier.operatorAddress !== operatorAddress) await driver.call('supplier.choose', { operatorAddress })
  const { taskId } = await driver.call('relays.sendTest', { serviceId: SERVICE, count })
  await driver.until('a batch', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
}

/** One batch after the other, to each in turn, while a piece of work goes on. @returns what the work returns */
export async function whileSending<T>(driver: Driver, operators: readonly string[], work: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const sending = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (const each of operators) if (!over.signal.aborted && isEarly(driver)) await sendTo(driver, each)
      await sleep(PAUSE_MS)
    }
  }
  const [result] = await Promise.all([work().finally(() => over.abort()), sending()])
  return result
}

async function fund(driver: Driver, address: string, amountPokt: string): Promise<void> {
  const { taskId } = await driver.call('faucet.request', { address, amountPokt })
  await driver.until('play money', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
}

/** From nothing to a second supplier of the same owner on the same miner, while relays to those of `sendingTo` go on from its offer on. @returns its operator */
export async function joinSecond(
  driver: Driver,
  owner: { id: string; address: string },
  sendingTo: readonly string[] = [],
): Promise<string> {
  await fund(driver, owner.address, '60000')
  const operator = await driver.makeKey('Second', 'operator')
  await fund(driver, operator.address, '100')
  await driver.until('the second among the suppliers', (state) => state.suppliers[operator.address] !== undefined)
  await driver.sign({ kind: 'stake-owner', ownerKeyId: owner.id, operatorAddress: operator.address, amountPokt: '59505' })
  await driver.until('its stake', (state) => state.suppliers[operator.address]?.status === 'staked-no-services')
  const options = await driver.call('supplier.options', {})
  const life = lifeOf(driver)
  await whileSending(driver, sendingTo, async () => {
    await driver.sign({
      kind: 'stake-services',
      operatorKeyId: operator.id,
      ownerAddress: owner.address,
      services: [
        { serviceId: SERVICE, url: options.endpointUrl ?? '', rpcType: 'JSON_RPC', revShare: [{ address: owner.address, percent: 100 }] },
      ],
    })
    await driver.until('a miner with both keys', () => lifeOf(driver) > life && serves(driver))
    await driver.until('its first session', (state) => state.suppliers[operator.address]?.status === 'active')
  })
  return operator.address
}

/** Relays of one supplier: how many it answered and how many of them were paid. */
export interface RelayCount {
  answered: number
  paid: number
}

/** @param rows all test relays @param claims all claims */
export const countOf = (rows: readonly RelayRow[], claims: readonly ClaimRow[], operatorAddress: string): RelayCount => ({
  answered: rows.filter((row) => row.signatureOk && row.operatorAddress === operatorAddress).length,
  paid: claims
    .filter((claim) => claim.operatorAddress === operatorAddress && claim.stage === 'settled')
    .reduce((total, claim) => total + Number(claim.relays), 0),
})
