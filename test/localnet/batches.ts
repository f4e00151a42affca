import type { RequestOutput } from '#shared/api/requests.ts'
import { PASSWORD, type Driver } from './driver.ts'

/** What runs that count relays to the last one have in common. */
export type RelayRow = RequestOutput<'relays.results'>['rows'][number]
export type ClaimRow = RequestOutput<'earnings.claims'>['rows'][number]

/** A relay of the last blocks may arrive after its session. */
const LEFT_BLOCKS = 6
const PAGE = 500

/** Whether a batch that is sent now arrives in the session of now. */
export const isEarly = ({ state }: Driver): boolean => {
  const lane = state.clock.lanes.find((candidate) => candidate.stage === 'serving')
  return lane !== undefined && lane.end - state.chain.height > LEFT_BLOCKS
}

/** When the relay miner was started; 0 while it does not run. */
export const lifeOf = ({ state }: Driver): number => state.nodes['miner']?.startedAtMs ?? 0

/** Whether relays come in, and nothing is about to change that. */
export const serves = ({ state }: Driver): boolean =>
  ['miner', 'ingress'].every((nodeId) => state.nodes[nodeId]?.seen === 'running' && state.nodes[nodeId].reason === null)

/** Every test relay that was sent, newest first. */
export async function allResults(driver: Driver): Promise<RelayRow[]> {
  const all: RelayRow[] = []
  for (;;) {
    const last = all.at(-1)
    const { rows } = await driver.call('relays.results', { limit: PAGE, ...(last && { beforeId: last.id }) })
    all.push(...rows)
    if (rows.length < PAGE) return all
  }
}

/** Waits until every session up to now is paid or past. @returns all claims */
export async function allSettled(driver: Driver): Promise<ClaimRow[]> {
  const { clock, chain } = driver.state
  const last = Math.max(...clock.lanes.filter((lane) => lane.start <= chain.height).map((lane) => lane.settle))
  await driver.until('the last settlement', (state) => state.earnings.readHeight > last, 300_000)
  return (await driver.call('earnings.claims', { limit: 200 })).rows
}

/** Signs a sheet that was asked for otherwise than by `driver.sign`. */
export async function signSheet(driver: Driver, token: string): Promise<void> {
  const shown = await driver.app.surface(token, 'GET', new Uint8Array())
  const nonce = /name="nonce" value="([^"]+)"/.exec(new TextDecoder().decode(shown.html))?.[1] ?? ''
  const form = new URLSearchParams({ nonce, action: 'sign', password: PASSWORD }).toString()
  await driver.app.surface(token, 'POST', new TextEncoder().encode(form))
}
