/**
 * A relay miner for Mainnet, through the whole app with the stock miner: a real chain that bears mainnet's id and genesis time, asked over TLS alone, by Hearth and by the miner in its
 * container. Relays are paid, the miner is moved to another host and restarted without a loss, also by Hearth when its host dies before the claim is sent, nothing is removed while
 * something is open, and the Local chain beside it is not touched.
 * `node test/localnet/mainnet-bundle.ts` runs it alone.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { networkOf } from '#shared/networks/index.ts'
import { createGateway, type Gateway } from './application.ts'
import { startTestChain, type TestChain } from './chain.ts'
import { PASSWORD, startDriver, type Driver } from './driver.ts'
import { docker, freePort } from './engine.ts'
import { paramsOf } from './genesis.ts'
import { anvilProgram } from './images.ts'
import { bridgeAddress, codeOf, INSTALL, isServing, SERVICE, stake, startWithout, task, within } from './mainnet-parts.ts'
import { readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import type { Check, Figures } from './report.ts'
import { startTlsFront, startTlsHost, type Authority, type TlsHost } from './tls-front.ts'
import { trustingImage } from './trusting-image.ts'
import { playUnderAuthority, runUnderAuthority } from './under-authority.ts'

export { bridgeAddress, codeOf, INSTALL, isServing, SERVICE, stake, startWithout, task } from './mainnet-parts.ts'

const LIMIT_MS = 300_000
const RELAYS = 10
/** Blocks of a session that are left when its relays are sent: with the claim window they have to outlast a drain and a start. */
const ROOM = 16
const MAINNET = networkOf('mainnet')
/** A host is given up sooner than usual: sessions are short here as well. */
const HOST_TIMES = { hiccupMs: 2_000, soonMs: 60_000 }

const startChain = (): Promise<TestChain> =>
  startTestChain({
    name: 'bundle',
    chainId: 'pocket',
    economy: 'mainnet',
    services: [{ id: SERVICE }],
    blocksPerSession: 20,
    grace: 1,
    claimOpen: 1,
    // A miner that is drained and started anew, early in a session and after its host died, is up some seconds before it closes.
    claimClose: 32,
    proofOpen: 0,
    proofClose: 10,
    editGenesis: (genesis) => {
      genesis['genesis_time'] = MAINNET.genesisTime
      paramsOf(genesis, 'proof')['proof_request_probability'] = 1
      // Longer than all windows of a session.
      for (const role of ['supplier', 'application', 'gateway']) paramsOf(genesis, 'shared')[`${role}_unbonding_period_sessions`] = '3'
    },
  })

/** Id and start of each container of ours by its name, so that one that was made or started anew is another. */
async function lives(socket: string, mark: string): Promise<Map<string, string>> {
  const { stdout } = await docker(socket, ['ps', '--all', '--quiet', '--no-trunc', '--filter', 'name=hearth-'])
  const ids = stdout.split('\n').filter((id) => id !== '')
  if (ids.length === 0) return new Map()
  const shown = await docker(socket, ['inspect', '--format', '{{.Name}} {{.Id}} {{.State.StartedAt}}', ...ids])
  const rows = shown.stdout.split('\n').flatMap((line) => {
    const [name = '', ...life] = line.replace(/^\//, '').split(' ')
    return name.startsWith(mark) ? [[name, life.join(' ')] as const] : []
  })
  return new Map(rows)
}

/** Sends relays in one session and waits until they are paid, whatever is done meanwhile. @returns relays of the claims that were settled since */
async function paid(
  driver: Driver,
  gateway: Gateway,
  count: number,
  during: () => Promise<void>,
): Promise<{ relays: number; more: bigint }> {
  const until = within(driver)
  const before = BigInt(driver.state.earnings.settledUpokt)
  const known = new Set((await driver.call('earnings.claims', { limit: 50 })).rows.map((row) => row.key))
  await until('room in the session', ({ clock, chain }) =>
    clock.lanes.some((lane) => lane.stage === 'serving' && chain.height > lane.start && lane.end - chain.height > ROOM),
  )
  await gateway.send(count)
  await during()
  await until('the payment', ({ earnings }) => BigInt(earnings.settledUpokt) > before)
  const { rows } = await driver.call('earnings.claims', { limit: 50 })
  const relays = rows.filter((row) => !known.has(row.key) && row.stage === 'settled').reduce((sum, row) => sum + Number(row.relays), 0)
  return { relays, more: BigInt(driver.state.earnings.settledUpokt) - before }
}

async function restart(driver: Driver): Promise<void> {
  const life = driver.state.nodes['miner']?.startedAtMs ?? 0
  await driver.call('nodes.restart', { nodeId: 'miner', when: 'now', drained: true })
  await within(driver)('the miner anew', ({ nodes }) => (nodes['miner']?.startedAtMs ?? 0) > life && nodes['miner']?.seen === 'running')
}

/** The host that the miner asks falls silent with relays that are not claimed yet; nobody is there. @returns how long it took until the miner ran with the other one */
async function hostDies(driver: Driver | undefined, check: Check, other: TlsHost, asked: TlsHost): Promise<number> {
  if (driver === undefined) return 0
  const until = within(driver)
  const [host, from] = [other, asked].map((each) => new URL(each.rpcUrl).host)
  await driver.call('bundle.hostByItself', { on: true })
  const life = driver.state.nodes['miner']?.startedAtMs ?? 0
  const before = other.grpcTaken
  const fromMs = Date.now()
  await asked.stop()
  await until('another host', ({ bundle }) => bundle?.host === host)
  await until('the miner anew', ({ nodes }) => (nodes['miner']?.startedAtMs ?? 0) > life && nodes['miner']?.seen === 'running')
  const outageMs = Date.now() - fromMs
  const { bundle, attention } = driver.state
  check(
    'a host that dies is changed by Hearth, and stands in for the chosen one',
    bundle?.changed?.from === from && bundle?.standsInFor === from,
    bundle,
  )
  check('the other one is asked from then on', other.grpcTaken > before, other.grpcTaken)
  await until('the finding', (state) => state.attention['miner-host-changed']?.key === 'miner-host-stands-in')
  check('that is told, and nothing else is wrong with the host', attention['miner-host-down'] === undefined, attention)
  const { rows } = await driver.call('activity.list', { limit: 50 })
  check(
    'and is among what happened',
    rows.some(({ text, facts }) => text === 'miner-host-silent' && facts['to'] === host),
    rows,
  )
  return outageMs
}

async function play(check: Check, authority: Authority): Promise<Figures> {
  const machine = readMachine()
  const socket = machine.engineSocket ?? ''
  const address = await bridgeAddress()
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-bundle-'))
  const anvilPort = await freePort()
  const { program } = await anvilProgram()
  const anvil = spawn(program, ['--host', '0.0.0.0', '--port', String(anvilPort), '--chain-id', '1', '--block-time', '1', '--silent'], {
    stdio: 'ignore',
  })
  const began: { stop(): Promise<unknown> }[] = []
  let driver: Driver | undefined
  let relaysPaid = 0
  let differenceUpokt = 1
  let hostChangedByItself = 0
  let outageMs = 0
  try {
    const [chain, image] = await Promise.all([
      startChain(),
      trustingImage(socket, machine.images[POCKETD_IMAGE.reference] ?? '', authority.caFile),
    ])
    began.push({ stop: image.remove }, chain)
    const first = await startTlsHost(authority, address, chain)
    const second = await startTlsHost(authority, address, chain)
    const silent = await startTlsFront(authority, '127.0.0.2', chain)
    began.unshift(first, second, silent)
    await startWithout(dataDir, first)
    const images = { ...machine.images, [POCKETD_IMAGE.reference]: image.reference }
    driver = await startDriver(dataDir, undefined, images, { minerHostTimes: HOST_TIMES })
    const until = within(driver)
    const gatewayOf = createGateway(chain, SERVICE)

    // The Local chain first, so that its ports are taken.
    await driver.call('vault.create', { password: PASSWORD })
    await driver.call('app.chooseNetwork', { network: 'local' })
    const notHere = await codeOf(driver, 'bundle.start', {})
    check('on the Local chain there is no bundle', notHere === 'not-allowed', notHere)
    await task(driver, (await driver.call('localChain.start', {})).taskId, 'the Local chain')
    const local = `hearth-${INSTALL}-`
    await driver.call('app.chooseNetwork', { network: 'mainnet' })
    const beside = await lives(socket, local)

    await until('the head', ({ chain: seen }) => seen.status === 'ready' && seen.height > 1)
    const unknown = await codeOf(driver, 'bundle.start', {})
    check('S22: nothing is started for a chain that is not known', unknown === 'chain-unknown-fingerprint', unknown)
    const absent = await codeOf(driver, 'nodes.start', { nodeId: 'ingress' })
    check('before it is set up that is what is said', absent === 'bundle-absent', absent)
    await driver.call('chain.addEndpoint', { rpcUrl: silent.rpcUrl, restUrl: silent.restUrl })
    await until('both to agree', ({ chain: seen }) => seen.known === 'first-use')
    const asked = await codeOf(driver, 'bundle.start', {})
    check('S22: nor before the user has said that it is the right one', asked === 'chain-not-confirmed', asked)
    await driver.call('chain.confirm', { block1Hash: driver.state.chain.found?.block1Hash ?? '', isRight: true })
    await until('the word to count', ({ chain: seen, earnings }) => seen.known === 'confirmed' && earnings.readHeight > 0)

    const people = await stake(driver, chain, anvilPort)
    await driver.call('vault.lock', {})
    await task(driver, (await driver.call('bundle.start', {})).taskId, 'the bundle')
    await until('the wait for the key', ({ vault }) => vault.needed !== null)
    check(
      'no node of the chain and no backend is among them',
      Object.keys(driver.state.nodes).sort().join() === 'ingress,keeper,miner',
      Object.keys(driver.state.nodes),
    )
    await driver.call('vault.unlock', { password: PASSWORD })
    await isServing(driver)
    await driver.call('bundle.hostByItself', { on: false })
    const used = driver.state.bundle
    check('the host with a gRPC address is asked', used?.host === new URL(first.rpcUrl).host && !used.chosen, used)
    const miner = `${local}mainnet-miner`
    const ran = await docker(socket, ['inspect', '--format', '{{json .Args}}', miner])
    check('over TLS', ran.stdout.includes('--grpc-insecure=false') && first.grpcTaken > 0, ran.stdout)
    check('and signs for the chain by its id', ran.stdout.includes('"--chain-id","pocket"'), ran.stdout)
    const ports = Object.values(driver.state.nodes).flatMap((node) => Object.values(node.ports))
    const { stdout: published } = await docker(socket, ['ps', '--format', '{{.Names}} {{.Ports}}', '--filter', `name=${local}`])
    const clashes = published.split('\n').filter((line) => !line.includes('-mainnet-') && ports.some((port) => line.includes(`:${port}->`)))
    check('its ports are none of the Local chain’s', clashes.length === 0, clashes)
    await until('the height of the miner', ({ nodes, chain: seen }) => (nodes['miner']?.height ?? 0) > seen.height - 4)

    const lifeBefore = (await lives(socket, miner)).get(miner)
    await driver.call('app.chooseNetwork', { network: 'local' })
    await until('a page without it', ({ app, bundle }) => app.network === 'local' && bundle === null)
    await driver.call('app.chooseNetwork', { network: 'mainnet' })
    await isServing(driver)
    const lifeAfter = (await lives(socket, miner)).get(miner)
    check('it goes on while another network is chosen', lifeBefore !== undefined && lifeAfter === lifeBefore, { lifeBefore, lifeAfter })

    await until('the first session', ({ supplier }) => supplier.status === 'active')
    const gateway = await gatewayOf(people.operator, () => {
      const port = driver?.state.nodes['ingress']?.ports['8080']
      return `http://127.0.0.1:${String(port)}`
    })
    const own = await paid(driver, gateway, RELAYS, async () => {
      const served = driver === undefined ? '' : await codeOf(driver, 'bundle.remove', { loseOpenClaims: false })
      check('relays that are not claimed yet keep it from being removed', served === 'work-unsent', served)
      if (driver !== undefined) await restart(driver)
      await until('the claim', ({ clock }) => clock.lanes.some((lane) => lane.stage === 'claimed' || lane.stage === 'proof-due'))
      const open = driver === undefined ? '' : await codeOf(driver, 'bundle.remove', { loseOpenClaims: false })
      check('and so does an open claim', open === 'claims-open', open)
    })
    relaysPaid += own.relays
    check('relays are claimed, proven and paid, with a restart of the miner before', own.relays === RELAYS && own.more > 0n, {
      ...own,
      more: own.more.toString(),
    })

    await driver.call('chain.addEndpoint', { rpcUrl: second.rpcUrl, restUrl: second.restUrl, grpcUrl: second.grpcUrl })
    const noGrpc = await codeOf(driver, 'bundle.chooseHost', { rpcUrl: silent.rpcUrl })
    check('a host without a gRPC address is not taken', noGrpc === 'endpoint-no-grpc', noGrpc)
    const moved = await paid(driver, gateway, RELAYS, async () => {
      if (driver === undefined) return
      const life = driver.state.nodes['miner']?.startedAtMs ?? 0
      const before = second.grpcTaken
      await driver.call('bundle.chooseHost', { rpcUrl: second.rpcUrl })
      await until('the miner anew', ({ nodes }) => (nodes['miner']?.startedAtMs ?? 0) > life && nodes['miner']?.seen === 'running')
      check('the chosen host is asked from then on', second.grpcTaken > before && driver.state.bundle?.chosen === true, driver.state.bundle)
    })
    relaysPaid += moved.relays
    check('moving it costs no relay', moved.relays === RELAYS, { ...moved, more: moved.more.toString() })
    const survived = await paid(driver, gateway, RELAYS, async () => void (outageMs = await hostDies(driver, check, first, second)))
    relaysPaid += survived.relays
    hostChangedByItself = Number(driver.state.bundle?.changed?.why === 'silent')
    check('its claim is sent in time, proven and paid', survived.relays === RELAYS, { ...survived, more: survived.more.toString() })
    await driver.call('earnings.check', {})
    const { ledger } = await until('the comparison', ({ earnings }) => earnings.ledger.status !== 'unchecked').then(
      (state) => state.earnings,
    )
    differenceUpokt = ledger.rows.reduce((total, row) => total + Math.abs(Number(row.differenceUpokt)), 0)
    check('ledger and balances are the same', ledger.status === 'equal' && differenceUpokt === 0, ledger)

    // What was served last is settled; once no session can hold anything it may go.
    let removal = ''
    for (let tries = 0; removal !== 'taken' && tries < 120; tries += 1) {
      removal = await codeOf(driver, 'bundle.remove', { loseOpenClaims: false })
      if (removal !== 'taken') await sleep(500)
    }
    await until('the removal', ({ tasks }) => Object.values(tasks).some((each) => each.kind === 'bundle-remove' && each.status === 'done'))
    const left = [...(await lives(socket, `${local}mainnet-`)).keys()]
    const { stdout: volumes } = await docker(socket, ['volume', 'ls', '--quiet', '--filter', `name=${local}mainnet-`])
    check('removed, it leaves nothing on the engine', left.length === 0 && volumes.trim() === '', { left, volumes })
    check(
      'and its earnings, keys and backend stay',
      BigInt(driver.state.earnings.settledUpokt) > 0n && Object.keys(driver.state.keys).length === 2,
      driver.state.earnings,
    )
    check(
      'nothing is said of a bundle any more',
      driver.state.bundle === null && Object.keys(driver.state.nodes).length === 0,
      driver.state.bundle,
    )
    const now = await lives(socket, local)
    check('the Local chain’s containers were not touched', beside.size > 0 && JSON.stringify([...now]) === JSON.stringify([...beside]), {
      beside: [...beside],
      now: [...now],
    })
  } catch (error) {
    check('the bundle came to its end', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
    if (process.env['HEARTH_TEST_LOGS'] !== undefined) await tellLogs(socket)
  } finally {
    await leave(driver)
    for (const part of began) await part.stop()
    anvil.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    mainnetRelaysPaid: { value: relaysPaid, goal: 3 * RELAYS },
    mainnetRelaysUnpaid: { value: 3 * RELAYS - relaysPaid, goal: 0 },
    mainnetHostChangedByItself: { value: hostChangedByItself, goal: 1 },
    mainnetHostOutageSeconds: { value: Math.round(outageMs / 1_000) },
    mainnetLedgerDifferenceUpokt: { value: differenceUpokt, goal: 0 },
  }
}

/** The last words of what was started, for whoever looks why it broke off. */
async function tellLogs(socket: string): Promise<void> {
  for (const nodeId of ['miner', 'ingress', 'gate']) {
    const { stdout, stderr } = await docker(socket, ['logs', '--tail', '40', `hearth-${INSTALL}-mainnet-${nodeId}`])
    console.log(`-- ${nodeId}\n${stdout}${stderr}`)
  }
}

/** Takes the bundle and the Local chain away, where it got that far. */
async function leave(driver: Driver | undefined): Promise<void> {
  if (driver === undefined) return
  const until = within(driver)
  try {
    if (driver.state.app.network === 'mainnet') {
      await driver.call('backends.remove', { serviceId: SERVICE }).catch(() => undefined)
      if (driver.state.bundle !== null) {
        const { taskId } = await driver.call('bundle.remove', { loseOpenClaims: true })
        await until('the removal', ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running')
      }
      await driver.call('app.chooseNetwork', { network: 'local' })
    }
    const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
    await until('the removal', ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running')
  } catch (error) {
    console.log(String(error))
  }
  await driver.stop()
}

/** @returns the figures */
export const runMainnetBundle = async (check: Check): Promise<Figures> =>
  runUnderAuthority(import.meta.filename, check, LIMIT_MS, [await bridgeAddress()])

if (import.meta.main) await playUnderAuthority('mainnet-bundle', runMainnetBundle, play)
