import { mustDocker } from '#test/localnet/engine.ts'
import { until } from '#test/localnet/process.ts'
import { WAIT_MS, type AppProcess } from './app-process.ts'
import { claimed, SETTLED_MS, type Windows } from './reboot.ts'

/**
 * What `docker container prune` and `docker volume prune --all` take away while the relay miner is stopped with a claim open: the miner starts all the same, with an empty volume; which
 * claim hangs on the one that is gone is told before the chain takes stake for it, and the loss itself afterwards.
 * @param name what a node's container is called; its volume has the same name
 */
export async function checkPruned(
  app: AppProcess,
  parts: {
    socket: string
    name: (nodeId: string) => string
    rules: Windows & { proofClose: number }
    must: (what: string, good: boolean) => void
  },
): Promise<void> {
  const { socket, rules, must } = parts
  const miner = parts.name('miner')
  const told = (): Promise<Awaited<ReturnType<AppProcess['state']>>['attention'][string] | undefined> =>
    app.state().then((state) => state.attention['volume-lost'])
  const endHeight = await claimed(app, 4, rules, must)
  // At once: a drain lasts longer than it is to the proof.
  await app.call('nodes.stop', { nodeId: 'miner', drained: false })
  await app.until('the stopped miner', (state) => state.nodes['miner']?.seen === 'stopped')
  must('told of nothing that is gone', (await told()) === undefined)
  await mustDocker(socket, ['rm', miner])
  await mustDocker(socket, ['volume', 'rm', miner])
  await app.call('nodes.start', { nodeId: 'miner' })
  const state = await app.until('the miner', (now) => now.nodes['miner']?.seen === 'running' && now.attention['volume-lost'] !== undefined)
  const finding = state.attention['volume-lost']
  const deadline = endHeight + rules.claimOpen + rules.claimClose + rules.proofOpen + rules.proofClose + 1
  must(
    `told ${JSON.stringify(finding)}, expected block ${deadline}`,
    finding?.level === 'bad' &&
      finding.key === 'volume-lost-claims' &&
      finding.facts['count'] === '1' &&
      finding.facts['height'] === String(deadline) &&
      BigInt(finding.facts['claimedUpokt'] ?? 0) > 0n &&
      BigInt(finding.facts['penaltyUpokt'] ?? 0) > 0n,
  )
  const { rows } = await app.call('activity.list', { limit: 50 })
  const lines = rows.filter((row) => row.text === 'volume-lost')
  must(`lines ${JSON.stringify(lines)}`, lines.length === 1 && lines[0]?.level === 'bad' && lines[0].facts['volume'] === miner)
  const claim = async () => (await app.call('earnings.claims', { limit: 50 })).rows.find((row) => row.sessionEndHeight === endHeight)
  // What was said of it is so.
  await until('the end of the claim', SETTLED_MS, async () => ((await claim())?.stage === 'expired' ? true : undefined))
  await app.until(
    'the loss in its place',
    (now) => now.attention['proof-missed'] !== undefined && now.attention['volume-lost'] === undefined,
    WAIT_MS,
  )
}
