/**
 * An endpoint of the user's own, through the whole app on the real chain with the real miner: a node on this PC behind a provider's token is attached, a wrong chain is refused, test
 * relays are answered through it, and its token is nowhere but where it belongs; what it does while it is down is told.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docker } from './engine.ts'
import { reachServing, removeAndStop, startDriver } from './driver.ts'
import { prepareMachine, readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import { startAnvil, startProvider } from './provider.ts'
import type { Check, Figures } from './report.ts'

const TOKEN = 'canary-4d1e88a70b62'
const RELAYS = 20
const RULES = { blockMs: 500, blocksPerSession: 20, grace: 1, claimOpen: 1, claimClose: 4, proofOpen: 0, proofClose: 4 }

/** @returns the code of the refusal, or `taken` */
const codeOf = (error: unknown): string => /^[\w.]+: ([\w-]+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'unknown'

/** Every file under a folder that holds the text, by its path. */
function holding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    return statSync(path).isFile() && readFileSync(path).includes(text)
  })
}

/** Names of Hearth's containers, running or not. */
async function containers(socket: string): Promise<string[]> {
  const { stdout } = await docker(socket, ['ps', '-a', '--format', '{{.Names}}', '--filter', 'name=hearth-'])
  return stdout.split('\n').filter((name) => name !== '')
}

/** @returns the figures */
export async function runAttach(check: Check): Promise<Figures> {
  const socket = readMachine().engineSocket ?? ''
  const earlier = await containers(socket)
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-attach-'))
  const driver = await startDriver(dataDir, RULES)
  const anvil = await startAnvil()
  /** Nobody is answered without the token. */
  const provider = await startProvider(
    anvil.port,
    ({ headers, url }) => headers.authorization === `Bearer ${TOKEN}` && url === `/v2/${TOKEN}`,
  )
  const { port } = provider
  const wish = {
    serviceId: 'anvil',
    httpUrl: `http://127.0.0.1:${port}/v2/${TOKEN}`,
    restUrl: '',
    webSocketUrl: '',
    credential: { kind: 'bearer' as const, token: TOKEN },
    keep: false,
  }
  let relaysThroughOwn = 0
  try {
    await reachServing(driver)
    await driver.until('the ingress', ({ nodes }) => nodes['ingress']?.seen === 'running' && nodes['ingress'].reason === null)
    const list = async () => (await driver.call('backends.list', {})).rows.find((row) => row.serviceId === 'anvil')
    await driver.call('backends.check', { serviceId: 'anvil' })
    const own = await list()
    check(
      "the container's backend passes the gateways' questions",
      own?.report?.checks.every((each) => each.outcome === 'passed') === true,
      own,
    )

    const wrong = await driver.call('backends.attach', { ...wish, serviceId: 'gnosis' }).then(() => 'taken', codeOf)
    check('a node of another chain is refused', wrong === 'backend-wrong-chain', wrong)
    const rpc = driver.state.nodes['pocket']?.ports['26657']
    const pocket = await driver
      .call('backends.attach', { ...wish, serviceId: 'pocket', httpUrl: `http://127.0.0.1:${rpc}`, credential: { kind: 'none' } })
      .then(() => 'taken', codeOf)
    check("the Local chain's node is not taken for mainnet's", pocket === 'backend-wrong-chain', pocket)
    const metadata = await driver.call('backends.attach', { ...wish, httpUrl: 'http://169.254.169.254/latest' }).then(() => 'taken', codeOf)
    check('metadata of a cloud are refused', metadata === 'backend-address-refused', metadata)
    const noToken = await driver.call('backends.test', { ...wish, credential: { kind: 'none' } }).then(() => 'taken', codeOf)
    check('without the token nothing is attached', noToken === 'backend-unreachable' && provider.refused > 0, noToken)

    const preview = await driver.call('backends.preview', { serviceId: 'anvil', remove: false, restUrl: false, webSocketUrl: false })
    check(
      'the change of the configuration is shown, without the token',
      preview.diff.includes('http://gate:9100/s/anvil/…') && !/[0-9a-f]{32}/.test(preview.diff) && !preview.diff.includes(TOKEN),
      preview,
    )
    const before = driver.state.nodes['miner']?.startedAtMs ?? 0
    const report = await driver.call('backends.attach', wish)
    check(
      'the endpoint is known by its chain',
      report.chain === '0x7a69' && report.checks.every((each) => each.outcome === 'passed'),
      report,
    )
    await driver.until(
      'the miner anew',
      ({ nodes }) => (nodes['miner']?.startedAtMs ?? 0) > before && nodes['miner']?.seen === 'running' && nodes['ingress']?.reason === null,
      120_000,
    )
    for (let tries = 0; tries < 60 && (await list())?.attached?.reach !== 'reached'; tries += 1) await sleep(500)
    const attached = await list()
    check('the gate reaches this PC from its container', attached?.attached?.reach === 'reached', attached?.attached)

    await driver.until('room in the session', ({ clock, chain }) =>
      clock.lanes.some((lane) => lane.stage === 'serving' && lane.end - chain.height > 8),
    )
    const seenBefore = provider.answered
    const { taskId } = await driver.call('relays.sendTest', { serviceId: 'anvil', count: RELAYS })
    await driver.until('the relays', ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running')
    const verified = driver.state.relays.last?.verified ?? 0
    relaysThroughOwn = provider.answered - seenBefore
    check(`${RELAYS} relays were answered and signed`, verified === RELAYS, driver.state.relays.last)
    check('all of them by the endpoint', relaysThroughOwn >= RELAYS, relaysThroughOwn)

    provider.isUp = false
    for (let look = 0; look < 2; look += 1) await driver.call('backends.check', { serviceId: 'anvil' })
    const told = (await driver.until('the finding', ({ attention }) => attention['attached-failing'] !== undefined)).attention[
      'attached-failing'
    ]
    check(
      'an endpoint that stops answering is told',
      told?.key === 'attached-no-answer' && told.level === 'bad' && told.fix === 'nodes',
      told,
    )
    provider.isUp = true
    await driver.call('backends.check', { serviceId: 'anvil' })
    await driver.until('its end', ({ attention }) => attention['attached-failing'] === undefined)
    check('and no more once it answers', driver.state.health.backendsFailing.length === 0, driver.state.health.backendsFailing)

    const files = holding(dataDir, TOKEN)
    check('S18: on disk the token is in one file of the secret folder', files.join() === 'vault/backends.json', files)
    const mode = statSync(join(dataDir, 'vault/backends.json')).mode & 0o777
    check('S19: which nobody else can read', mode === 0o600, mode)
    check('S18: it is not in the state', !JSON.stringify(driver.state).includes(TOKEN), 'the token')
    const names = (await containers(socket)).filter((name) => !earlier.includes(name))
    let shown = ''
    for (const name of names) {
      const logs = await docker(socket, ['logs', name])
      shown += (await docker(socket, ['inspect', name])).stdout + logs.stdout + logs.stderr
    }
    check('S18: no container shows it', names.length > 0 && !shown.includes(TOKEN), names)
    const config = await docker(socket, [
      'exec',
      names.find((name) => name.endsWith('-miner')) ?? '',
      'cat',
      '/home/pocket/relayminer.yaml',
    ])
    check("S18: the miner's configuration does not hold it", config.stdout.includes('gate:9100') && !config.stdout.includes(TOKEN), config)

    const life = driver.state.nodes['miner']?.startedAtMs ?? 0
    await driver.call('backends.remove', { serviceId: 'anvil' })
    await driver.until(
      'the miner with the container again',
      ({ nodes }) => (nodes['miner']?.startedAtMs ?? 0) > life && nodes['miner']?.seen === 'running',
      120_000,
    )
    check('removed, it leaves no credential behind', holding(dataDir, TOKEN).length === 0, holding(dataDir, TOKEN))
    let left = 'some'
    for (let tries = 0; tries < 40 && left !== ''; tries += 1) {
      await sleep(500)
      left = (await containers(socket)).filter((name) => names.includes(name) && name.endsWith('-gate')).join()
    }
    check('and no gate', left === '', left)
    // Its container goes first.
    let gates: string[] = ['some']
    for (let tries = 0; tries < 40 && gates.length > 0; tries += 1) {
      if (tries > 0) await sleep(500)
      const volumes = (await docker(socket, ['volume', 'ls', '--quiet'])).stdout.split('\n')
      gates = volumes.filter((name) => name.endsWith('-gate') && names.some((other) => other === name))
    }
    check('nor the memory that it had', gates.length === 0, gates)
  } catch (error) {
    check('attaching came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    await removeAndStop(driver)
    anvil.stop()
    provider.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { relaysThroughOwn: { value: relaysThroughOwn, goal: RELAYS } }
}

if (import.meta.main) {
  await prepareMachine({ log: console.log })
  let failed = 0
  const figures = await runAttach((what, good, seen) => {
    if (!good) failed += 1
    console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
  })
  console.log(JSON.stringify({ bench: 'attach', figures, failed }))
  process.exitCode = failed === 0 ? 0 : 1
}
