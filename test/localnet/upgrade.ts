/**
 * An upgrade of the chain, for real, through the whole app: a supplier serves, the chain agrees on an upgrade, at its height the old node hangs with a green container, Hearth
 * changes node and relay miner, blocks go on, and the claim of the session that was open is paid. `--unsafe-skip-upgrades` stands in for the new release. Then the same image is
 * made anew and broken, twice: Hearth takes it back by itself. Closing figures as JSON on the last line.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RequestOutput } from '#shared/api/requests.ts'
import { allResults } from './batches.ts'
import { reachServing, removeAndStop, startDriver, type Driver } from './driver.ts'
import { docker, mustDocker } from './engine.ts'
import { prepareMachine } from './prepare.ts'
import { sleep, until } from './process.ts'
import { runPracticeUpgrade } from './upgrade-practice.ts'

const PLAN = 'v0.1.99'
const OFFICIAL = 'ghcr.io/pokt-network/pocketd'
/** Long enough for a vote from a machine that does other things too. */
const VOTING_MS = 16_000
/** Windows that outlast a change of node and miner: what is tried is the upgrade, not how fast this machine starts a miner. */
const RULES = {
  blockMs: 500,
  blocksPerSession: 60,
  grace: 1,
  claimOpen: 1,
  claimClose: 60,
  proofOpen: 0,
  proofClose: 60,
  supplierUnbondingSessions: 4,
  votingSeconds: VOTING_MS / 1_000,
}
/** Into the session, so that relays before and after the upgrade belong to one claim. */
const INTO_SESSION = 34
const BATCH = 10
const REPORT = process.env['HEARTH_TEST_REPORT']

let passed = 0
let failed = 0
const check = (what: string, good: boolean, seen?: unknown): void => {
  if (good) passed += 1
  else failed += 1
  console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)?.slice(0, 1500)}`}`)
}
const beganMs = Date.now()
const say = (line: string): void => console.log(`${((Date.now() - beganMs) / 1000).toFixed(1).padStart(6)} s  ${line}`)

const machine = await prepareMachine({ log: console.log })
const socket = machine.engineSocket ?? ''
const base = machine.images[`${OFFICIAL}:0.1.35`]
if (base === undefined || socket === '') throw new Error('this machine lacks the engine or the image')
/** A repository of its own, so that no other test meets these tags. */
const repository = `${base.replace(/:[^:/]*$/, '')}-updates-${process.pid}`
const tags = { old: `${repository}:0.1.35`, next: `${repository}:0.1.99` }

/** The program of before, told to do without the upgrade at the height that it wrote down: what a new release would bring is absent here, that it goes on is not. */
const NEW_RELEASE = [
  '#!/bin/sh',
  'if [ "$1" = start ]; then',
  '  height=$(sed -n \'s/.*"height":"\\{0,1\\}\\([0-9]*\\).*/\\1/p\' /home/pocket/.pocket/data/upgrade-info.json 2>/dev/null)',
  '  [ -n "$height" ] && exec /bin/pocketd "$@" --unsafe-skip-upgrades "$height"',
  'fi',
  'exec /bin/pocketd "$@"',
]
const BROKEN = {
  /** Ends at once. */
  ends: ['#!/bin/sh', 'echo "panic: this release is broken" >&2', 'exit 3'],
  /** Runs with a green container and never makes a block; everything else of it works. */
  silent: ['#!/bin/sh', '[ "$1" = start ] && exec sleep 100000', 'exec /bin/pocketd "$@"'],
}

async function publish(tag: string, script: string[]): Promise<void> {
  const lines = script.map((line) => `'${line.replaceAll("'", "'\\''")}'`).join(' ')
  const dockerfile = `FROM ${base}\nUSER root\nRUN printf '%s\\n' ${lines} > /usr/local/bin/pocketd && chmod 755 /usr/local/bin/pocketd\nUSER pocket\n`
  await mustDocker(socket, ['build', '--quiet', '--no-cache', '--tag', tag, '-'], {
    input: dockerfile,
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  })
  await mustDocker(socket, ['push', '--quiet', tag])
  // Fetched for real when its time comes.
  await docker(socket, ['image', 'rm', tag])
}

const ports = (driver: Driver): Record<string, number> => driver.state.nodes['pocket']?.ports ?? {}
const nodeContainer = async (driver: Driver): Promise<string> =>
  (await mustDocker(socket, ['ps', '--filter', `publish=${ports(driver)['26657']}`, '--format', '{{.Names}}'])).trim()
const imageOf = async (name: string): Promise<string> =>
  (await mustDocker(socket, ['inspect', '--format', '{{.Config.Image}}', name])).trim()

async function inNode(name: string, command: string[]): Promise<string> {
  const keyring = [
    '--keyring-backend',
    'test',
    '--home',
    '/home/pocket/.pocket',
    '--chain-id',
    'hearth-local-1',
    '--yes',
    '--output',
    'json',
  ]
  const answer = await mustDocker(socket, ['exec', name, 'pocketd', ...command, ...keyring, '--gas', '400000', '--fees', '10upokt'])
  const { code, raw_log: log } = JSON.parse(answer) as { code: number; raw_log: string }
  if (code !== 0) throw new Error(`${command.slice(0, 4).join(' ')}: ${log}`)
  return answer
}

/** The chain agrees on an upgrade as mainnet would: proposed, voted for, taken up. */
async function agreeOnUpgrade(driver: Driver, height: number): Promise<void> {
  const name = await nodeContainer(driver)
  const at = ['--upgrade-height', String(height), '--title', 't', '--summary', 's', '--deposit', '10upokt', '--no-validate']
  await inNode(name, ['tx', 'upgrade', 'software-upgrade', PLAN, ...at, '--from', 'validator'])
  // A vote on what is in no block yet would be lost, and its answer would not say so.
  await until('the proposal', VOTING_MS, async () => ((await asked(driver, 'proposals/1'))['proposal'] ? true : undefined))
  await inNode(name, ['tx', 'gov', 'vote', '1', 'yes', '--from', 'validator'])
  await until('the vote', VOTING_MS, async () => {
    const { proposal } = (await asked(driver, 'proposals/1')) as { proposal?: { status: string } }
    if (proposal?.status === 'PROPOSAL_STATUS_PASSED') return true
    const { tally } = (await asked(driver, 'proposals/1/tally')) as { tally?: { yes_count: string } }
    return Number(tally?.yes_count ?? 0) > 0 ? true : undefined
  })
}

/** What the chain says of its votes. */
async function asked(driver: Driver, path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${ports(driver)['1317']}/cosmos/gov/v1/${path}`)
  return (await answer.json()) as Record<string, unknown>
}

const endOf = new Map<string, number>()
async function send(driver: Driver): Promise<void> {
  const { taskId } = await driver.call('relays.sendTest', { serviceId: 'anvil', count: BATCH })
  const { tasks } = await driver.until('a batch', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
  const facts = tasks[taskId]?.steps[0]?.facts
  if (facts?.['sessionId'] !== undefined) endOf.set(facts['sessionId'], Number(facts['endHeight']))
}

/** Hash of each block, and of the one before it, between two heights; a block that the node does not have is absent. */
async function blocksOf(driver: Driver, from: number, to: number): Promise<Map<number, { hash: string; previous: string }>> {
  const found = new Map<number, { hash: string; previous: string }>()
  for (let height = from; height <= to; height += 1) {
    const answer = await fetch(`http://127.0.0.1:${ports(driver)['26657']}/block?height=${height}`)
    const { result } = (await answer.json()) as {
      result?: { block_id: { hash: string }; block?: { header: { height: string; last_block_id: { hash: string } } } | null }
    }
    const header = result?.block?.header
    if (result && header?.height === String(height)) found.set(height, { hash: result.block_id.hash, previous: header.last_block_id.hash })
  }
  return found
}

/**
 * Blocks that the change of the node lost: those of before that are no more or are others now, those that are not there at all, and those that do not follow on the one before.
 * @param before as the old node had them
 */
async function lostBlocks(driver: Driver, before: ReadonlyMap<number, { hash: string }>, to: number): Promise<number> {
  const from = Math.min(...before.keys())
  const after = await blocksOf(driver, from, to)
  let lost = 0
  for (let height = from; height <= to; height += 1) {
    const now = after.get(height)
    const was = before.get(height)
    const follows = height === from || now?.previous === after.get(height - 1)?.hash
    if (!now || (was && was.hash !== now.hash) || !follows) lost += 1
  }
  return lost
}

/** The update of this image that is over, by its stage. */
async function ended(driver: Driver, stage: string, since: number): Promise<RequestOutput<'updates.list'>['history'][number] | undefined> {
  const { history } = await driver.call('updates.list', {})
  return history.find((row) => row.stage === stage && row.reason !== 'first' && row.createdAtMs >= since)
}
async function untilEnded(driver: Driver, stage: string, since: number, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs
  let last = ''
  while (Date.now() < end) {
    if (await ended(driver, stage, since)) return true
    const { open } = await driver.call('updates.list', {})
    const now = open.map((row) => `${row.reason} ${row.toVersion} ${row.stage}${row.waits === null ? '' : ` (${row.waits})`}`).join(', ')
    if (now !== last) say(`        ${now} at ${driver.state.chain.height}, ${driver.state.chain.status}`)
    last = now
    await sleep(500)
  }
  return false
}
const works = ({ state }: Driver): boolean =>
  ['pocket', 'miner', 'ingress'].every((nodeId) => state.nodes[nodeId]?.seen === 'running' && state.nodes[nodeId].reason === null)

await mustDocker(socket, ['tag', base, tags.old])
await mustDocker(socket, ['push', '--quiet', tags.old])
await publish(tags.next, NEW_RELEASE)
const dataDir = mkdtempSync(join(tmpdir(), 'hearth-upgrade-'))
const images = { ...machine.images, [`${OFFICIAL}:0.1.35`]: tags.old, [`${OFFICIAL}:0.1.99`]: tags.next }
const driver = await startDriver(dataDir, RULES, images)
let blocksMissed = -1
let claimsLost = -1
let rolledBack = 0
let standstillMs = -1
let fetchedBlocksBefore = 0
try {
  await reachServing(driver)
  await driver.until('the ingress', () => works(driver))
  say(`serving at height ${driver.state.chain.height}`)
  const { clock, chain } = driver.state
  const serving = clock.lanes.find((lane) => lane.stage === 'serving')
  const sessionEnd = serving?.end ?? chain.height
  // The vote takes its time: the session after the next one has its whole begin before the upgrade.
  const start = sessionEnd + (sessionEnd - chain.height > 50 ? 1 : RULES.blocksPerSession + 1)
  const height = start + INTO_SESSION
  await agreeOnUpgrade(driver, height)
  await driver.until('the plan', (state) => state.health.upgrade?.height === height)
  check('the plan was seen before its height', driver.state.chain.height < height, driver.state.chain.height)
  await driver.until('it to be said', (state) => state.attention['upgrade-planned'] !== undefined)
  await driver.until('the new image to be here', (state) => state.health.updates?.upgrade === 'ready')
  fetchedBlocksBefore = height - driver.state.chain.height
  check('the new image was fetched before the height', fetchedBlocksBefore > 0, fetchedBlocksBefore)
  const before = await nodeContainer(driver)
  check(
    'and is not taken before it',
    (await imageOf(before)).startsWith(`${repository}@`) && driver.state.nodes['pocket']?.version === '0.1.35',
  )
  await driver.until('the session of the upgrade', (state) => state.chain.height >= start + 2)
  const answeredFrom = driver.state.chain.height
  while (driver.state.chain.height < height - 8) {
    await send(driver)
    await sleep(400)
  }
  say(`relays sent from ${answeredFrom} to ${driver.state.chain.height}`)
  // As the old node has them, up to the last before it hangs: it may be gone a moment after that.
  const oldBlocks = await blocksOf(driver, answeredFrom, driver.state.chain.height)
  for (const endMs = Date.now() + 60_000; !oldBlocks.has(height - 1) && Date.now() < endMs; await sleep(100)) {
    const last = Math.max(...oldBlocks.keys())
    const { height: now } = driver.state.chain
    for (const [at, block] of await blocksOf(driver, last + 1, Math.min(now, height - 1)).catch(() => [])) oldBlocks.set(at, block)
    if (now >= height - 1) break
  }
  check('the blocks of before the swap are known', oldBlocks.size >= height - 2 - answeredFrom, [...oldBlocks.keys()])
  await driver.until('the height', (state) => state.chain.height >= height - 1)
  const stoodAtMs = Date.now()
  say(`the chain stands at ${driver.state.chain.height}`)
  const running = await docker(socket, ['inspect', '--format', '{{.State.Running}}', before])
  check('the old node hangs with a green container', running.stdout.trim() === 'true', running)
  await driver.until('blocks after it', (state) => state.chain.height > height)
  standstillMs = Date.now() - stoodAtMs
  say(`blocks again after ${standstillMs} ms`)
  check('upgrade done', await untilEnded(driver, 'done', beganMs, 180_000), await driver.call('updates.list', {}))
  const { history } = await driver.call('updates.list', {})
  const done = history.find((row) => row.reason === 'upgrade')
  check('it is in the history, with no way back', done?.stage === 'done' && done.noWayBack === 'migrated', history)
  check(
    'node and miner run the new release',
    ['pocket', 'miner'].every((nodeId) => driver.state.nodes[nodeId]?.version === '0.1.99'),
    driver.state.nodes,
  )
  await driver.until('relay miner and ingress', () => works(driver))
  await driver.until('a session to serve in', (state) =>
    state.clock.lanes.some((lane) => lane.stage === 'serving' && lane.end - state.chain.height > 8),
  )
  await send(driver)

  const lastSettle = Math.max(
    ...driver.state.clock.lanes.filter((lane) => lane.start <= driver.state.chain.height).map((lane) => lane.settle),
  )
  await driver.until('the last settlement', (state) => state.earnings.readHeight > lastSettle, 240_000)
  blocksMissed = await lostBlocks(driver, oldBlocks, driver.state.chain.height)
  check('no block was lost or made anew', blocksMissed === 0, blocksMissed)
  const rows = (await allResults(driver)).filter((row) => row.signatureOk)
  const claims = (await driver.call('earnings.claims', { limit: 200 })).rows
  const sessions = [...endOf].filter(([sessionId]) => rows.some((row) => row.sessionId === sessionId))
  claimsLost = sessions.filter(([, end]) => !claims.some((claim) => claim.sessionEndHeight === end && claim.stage === 'settled')).length
  for (const [sessionId, end] of sessions) {
    const claim = claims.find((candidate) => candidate.sessionEndHeight === end)
    say(
      `session to ${end}: ${rows.filter((row) => row.sessionId === sessionId).length} answered, ${claim?.relays ?? 'none'} claimed at ${claim?.claimHeight ?? '-'}, ${claim?.stage ?? 'no claim'}`,
    )
  }
  const open = sessions.find(([, end]) => end > height && end < height + RULES.blocksPerSession)
  check('the session that was open at the upgrade had relays', open !== undefined, [...endOf])
  check(
    'every claim was paid',
    claimsLost === 0 && sessions.length > 0,
    claims.map((claim) => [claim.sessionEndHeight, claim.stage, claim.reason]),
  )

  for (const [kind, script] of Object.entries(BROKEN)) {
    const since = Date.now()
    const pinned = driver.state.nodes['pocket']?.digest
    await publish(tags.next, script)
    await driver.call('updates.check', {})
    const offer = (await driver.call('updates.list', {})).running.find((now) => now.image === OFFICIAL)?.offer
    check(`${kind}: the new build is offered`, offer?.reason === 'rebuild' && offer.canGoBack, offer)
    await driver.call('updates.start', { image: OFFICIAL, when: 'now' })
    if (await untilEnded(driver, 'rolled-back', since, 300_000)) rolledBack += 1
    check(
      `${kind}: it was taken back by itself`,
      (await ended(driver, 'rolled-back', since)) !== undefined,
      await driver.call('updates.list', {}),
    )
    const at = driver.state.chain.height
    await driver.until('blocks and the miner', (state) => state.chain.height >= at + 3 && works(driver))
    check(`${kind}: what ran before runs again`, driver.state.nodes['pocket']?.digest === pinned, driver.state.nodes['pocket'])
    check(`${kind}: it is said`, driver.state.attention['update-trouble']?.key === 'update-rolled-back', driver.state.attention)
  }
} catch (error) {
  check('the run came to its end', false, error instanceof Error ? error.message : String(error))
} finally {
  await removeAndStop(driver)
  // By name, never by id: one of them is the image of every other test under another name.
  const made = await docker(socket, ['images', '--digests', '--format', '{{.Repository}}@{{.Digest}} {{.Repository}}:{{.Tag}}', repository])
  for (const name of new Set(made.stdout.split(/\s+/)))
    if (name !== '' && !name.includes('<none>')) await docker(socket, ['image', 'rm', name])
  rmSync(dataDir, { recursive: true, force: true })
}

await runPracticeUpgrade(check)

console.log(`\n${passed} passed, ${failed} failed`)
if (REPORT !== undefined) writeFileSync(REPORT, JSON.stringify({ passed, failed, skipped: 0 }))
const figures = {
  blocksMissed: { value: blocksMissed, goal: 0 },
  claimsLost: { value: claimsLost, goal: 0 },
  rolledBack: { value: rolledBack > 0 ? 1 : 0, goal: 1 },
  rolledBackOf2: { value: rolledBack, goal: 2 },
  standstillMs: { value: standstillMs },
  fetchedBlocksBefore: { value: fetchedBlocksBefore },
}
console.log(JSON.stringify({ bench: 'upgrade', figures }))
process.exitCode = failed === 0 ? 0 : 1
