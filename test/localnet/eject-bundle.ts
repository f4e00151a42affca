/**
 * Leaves Hearth with a relay miner of Mainnet and comes back: a real chain that bears mainnet's id, behind TLS, an endpoint of the user's own behind the gate that answers nobody without its
 * token and path. The files that were written are run with Docker Compose in the middle of a session, and taken back in the middle of another.
 * `node test/localnet/eject-bundle.ts` runs it alone.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { networkOf } from '#shared/networks/index.ts'
import { createGateway, type Gateway } from './application.ts'
import { startTestChain, type TestChain } from './chain.ts'
import { composeTool } from './compose-tool.ts'
import { PASSWORD, startDriver, type Driver } from './driver.ts'
import { ejectedFiles, handOver, paidAndEqual, type EjectedFiles } from './ejected-files.ts'
import { docker } from './engine.ts'
import { paramsOf } from './genesis.ts'
import { bridgeAddress, codeOf, isServing, stake, startWithout, task } from './mainnet-parts.ts'
import { readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import { startAnvil, startProvider } from './provider.ts'
import type { Check, Figures } from './report.ts'
import { startTlsFront, startTlsHost, type Authority } from './tls-front.ts'
import { trustingImage } from './trusting-image.ts'
import { playUnderAuthority, runUnderAuthority } from './under-authority.ts'

const LIMIT_MS = 400_000
const SERVICE = 'eth'
const TOKEN = 'canary-7f20c9d3ab41'
const PATH = 'v2/canary-52b8e6'
const QUERY = 'key=canary-90aa17'
/** In each of the four stretches: Hearth, the files, the files again, Hearth again. */
const RELAYS = 5

const startChain = (): Promise<TestChain> =>
  startTestChain({
    name: 'eject',
    chainId: 'pocket',
    economy: 'mainnet',
    services: [{ id: SERVICE }],
    blocksPerSession: 80,
    grace: 1,
    claimOpen: 1,
    claimClose: 16,
    proofOpen: 0,
    proofClose: 16,
    editGenesis: (genesis) => {
      genesis['genesis_time'] = networkOf('mainnet').genesisTime
      paramsOf(genesis, 'proof')['proof_request_probability'] = 1
    },
  })

const until = (driver: Driver, what: string, done: Parameters<Driver['until']>[1]): Promise<unknown> => driver.until(what, done, 120_000)

/** A session has so many blocks left. */
const roomInSession = (driver: Driver, blocks: number): Promise<unknown> =>
  until(driver, 'room in the session', ({ clock, chain }) =>
    clock.lanes.some((lane) => lane.stage === 'serving' && chain.height > lane.start && lane.end - chain.height >= blocks),
  )
const sessionNow = (driver: Driver): number => driver.state.clock.lanes.find((lane) => lane.stage === 'serving')?.end ?? 0

/** The first relay through an ingress that has just come up. */
async function sendOnceUp(gateway: Gateway, count: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await gateway.send(1)
      break
    } catch (error) {
      if (tries >= 40) throw error
      await sleep(250)
    }
  }
  await gateway.send(count - 1)
}

async function play(check: Check, authority: Authority): Promise<Figures> {
  const machine = readMachine()
  const socket = machine.engineSocket ?? ''
  const tool = composeTool(() => undefined)
  const address = await bridgeAddress()
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-eject-bundle-'))
  const anvil = await startAnvil(1)
  /** Answers nobody without token, path and query. */
  const provider = await startProvider(
    anvil.port,
    ({ headers, url }) => headers.authorization === `Bearer ${TOKEN}` && url?.startsWith(`/${PATH}?${QUERY}`) === true,
  )
  const began: { stop(): Promise<unknown> }[] = []
  let driver: Driver | undefined
  let files: EjectedFiles | undefined
  const figures = { sent: 0, difference: 1, handOverMs: 0, downMs: 0 }
  try {
    if ('missing' in tool) throw new Error(tool.missing)
    const [chain, image] = await Promise.all([
      startChain(),
      trustingImage(socket, machine.images[POCKETD_IMAGE.reference] ?? '', authority.caFile),
    ])
    began.push({ stop: image.remove }, chain)
    const first = await startTlsHost(authority, address, chain)
    const silent = await startTlsFront(authority, '127.0.0.2', chain)
    began.unshift(first, silent)
    await startWithout(dataDir, first)
    const started = await startDriver(dataDir, undefined, { ...machine.images, [POCKETD_IMAGE.reference]: image.reference })
    driver = started
    await started.call('vault.create', { password: PASSWORD })
    await started.call('app.chooseNetwork', { network: 'mainnet' })
    await until(started, 'the head', ({ chain: seen }) => seen.status === 'ready' && seen.height > 1)
    const nothing = await codeOf(started, 'eject.write', { name: 'out' })
    check('before the bundle there is nothing to write', nothing === 'eject-folder', nothing)
    await started.call('chain.addEndpoint', { rpcUrl: silent.rpcUrl, restUrl: silent.restUrl })
    await until(started, 'both to agree', ({ chain: seen }) => seen.known === 'first-use')
    await started.call('chain.confirm', { block1Hash: started.state.chain.found?.block1Hash ?? '', isRight: true })
    await until(started, 'the word to count', ({ chain: seen, earnings }) => seen.known === 'confirmed' && earnings.readHeight > 0)
    const people = await stake(started, chain, anvil.port)
    await started.call('backends.attach', {
      serviceId: SERVICE,
      httpUrl: `http://127.0.0.1:${String(provider.port)}/${PATH}?${QUERY}`,
      restUrl: '',
      webSocketUrl: '',
      credential: { kind: 'bearer', token: TOKEN },
      keep: false,
    })
    await task(started, (await started.call('bundle.start', {})).taskId, 'the bundle')
    await isServing(started)
    await until(started, 'the first session', ({ supplier }) => supplier.status === 'active')
    const relayPort = String(started.state.nodes['ingress']?.ports['8080'])
    const gateway = await createGateway(chain, SERVICE)(people.operator, () => `http://127.0.0.1:${relayPort}`)

    const none = await codeOf(started, 'eject.handOver', { when: 'now' })
    check('nothing is handed over before files are there', none === 'eject-not-written', none)
    const { preview, written } = {
      preview: await started.call('eject.preview', {}),
      written: await started.call('eject.write', { name: 'my way out', withSecrets: false }),
    }
    check('what was said beforehand is what was written', preview.files.map((file) => file.name).join() === written.files.join(), written)
    check('the user is told of three places to fill in', written.toFillIn === 3 && preview.secrets.length === 3, preview.secrets)
    const way = ejectedFiles(written.path, tool.path, socket, check)
    files = way
    check('S18: no credential of the endpoint is in any file', ![TOKEN, PATH, QUERY].some((text) => way.holds(text)), written.files)
    const inRow = people.operatorWords.split(' ').map((_word, at, all) => all.slice(at, at + 3).join(' '))
    check(
      'S18: nor three words of the operator key in a row',
      inRow.slice(0, -2).every((part) => !way.holds(part)),
      '',
    )
    check('S19: the gate’s file is for the user alone', way.modeOf('gate.json') === '600', way.modeOf('gate.json'))
    const isTwice = await codeOf(started, 'eject.write', { name: 'my way out', withSecrets: true })
    check('a folder is never written over', isTwice === 'eject-folder' && way.modeOf('gate.json') === '600' && !way.holds(TOKEN), isTwice)

    // In the middle of a session.
    await roomInSession(started, 66)
    const session = sessionNow(started)
    await gateway.send(RELAYS)
    const lastRelayMs = Date.now()
    figures.handOverMs = await handOver(started)
    const { stdout: still } = await docker(socket, ['ps', '--format', '{{.Names}}', '--filter', 'name=-mainnet-'])
    const ours = still.split('\n').filter((name) => /-mainnet-(?:keeper|miner|ingress|gate)$/.test(name))
    check('handed over, nothing of it runs', ours.length === 0, ours)
    for (const [name, input] of [
      ['nodes.start', { nodeId: 'miner' }],
      ['bundle.start', {}],
      ['bundle.remove', { loseOpenClaims: true }],
    ] as const) {
      const said = await codeOf(started, name, input)
      check(`${name} is refused meanwhile`, said === 'handed-over', said)
    }

    const [up = '', ps = '', ...look] = way.of('2')
    await way.must(up)
    const unfilled = await way.again('the gate’s word', 'docker compose logs gate', ({ out }) => out.includes('not filled in'))
    check('a gate that is not filled in does not start', unfilled.out.includes('gate.json'), unfilled.out)
    const gateFile = join(way.folder, 'gate.json')
    const filled = readFileSync(gateFile, 'utf8')
      .replaceAll(`PUT-THE-PATH-FOR-${SERVICE}-HERE`, PATH)
      .replaceAll(`PUT-THE-QUERY-FOR-${SERVICE}-HERE`, QUERY)
      .replaceAll(`PUT-THE-TOKEN-FOR-${SERVICE}-HERE`, TOKEN)
    writeFileSync(gateFile, filled)
    check('nothing is left to fill in', !filled.includes('PUT-THE-'), '')
    await way.must('docker compose up -d --force-recreate gate')
    const [giveKey = '', serve = ''] = way.of('3')
    const given = await way.must(giveKey, `${people.operatorWords}\n`)
    check('the words make the operator address', given.out.includes(people.operator), given.out)
    await way.must(serve)
    await sendOnceUp(gateway, RELAYS)
    figures.downMs = Date.now() - lastRelayMs
    figures.sent += 2 * RELAYS
    check('the same session is served on', sessionNow(started) === session, { session, now: sessionNow(started) })
    check('the gate asks with the credentials', provider.refused === 0, { refused: provider.refused })
    await way.must(ps)
    for (const line of look) await way.must(line)
    const told = await names(socket)
    const inspected = await docker(socket, ['inspect', ...told])
    const isTold = [TOKEN, PATH, QUERY].some((text) => inspected.stdout.includes(text))
    check('S18: no credential is where the engine tells it', told.length > 0 && !isTold, told)
    const running = await codeOf(started, 'eject.takeBack', {})
    check('what still runs is not taken back', running === 'eject-still-runs', running)
    const { stdout: shown } = await way.must(way.of('5')[0] ?? '').then(({ out }) => ({ stdout: out }))
    check('the unsigned unstake is of this supplier', shown.includes('MsgUnstakeSupplier') && shown.includes(people.operator), shown)

    // Back in the middle of the next one.
    await until(started, 'the next session', ({ clock }) => clock.lanes.some((lane) => lane.stage === 'serving' && lane.end > session))
    const second = sessionNow(started)
    await gateway.send(RELAYS)
    await way.stop()
    await way.must(way.of('7')[0] ?? '')
    await started.call('eject.takeBack', {})
    await isServing(started)
    await sendOnceUp(gateway, RELAYS)
    figures.sent += 2 * RELAYS
    check('and so is that one by Hearth', sessionNow(started) === second, { second, now: sessionNow(started) })
    figures.difference = await paidAndEqual(started, figures.sent, check)
    const after = await started.call('eject.preview', {})
    check('nothing is handed over any more', after.handOver === null && after.written?.isStale === false, after)
  } catch (error) {
    check('the bundle came to its end', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
    if (process.env['HEARTH_TEST_LOGS'] !== undefined) await tellLogs(socket)
  } finally {
    const left = files
    if (left) await left.run('docker compose --profile serve --profile tools down --volumes').catch(() => undefined)
    await leave(driver)
    for (const part of began) await part.stop()
    provider.stop()
    anvil.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    bundleRelaysSent: { value: figures.sent, goal: 4 * RELAYS },
    bundleLedgerDifferenceUpokt: { value: figures.difference, goal: 0 },
    bundleHandOverMs: { value: figures.handOverMs },
    bundleNotServedMs: { value: figures.downMs },
  }
}

/** Containers of the ejected project. */
async function names(socket: string): Promise<string[]> {
  const { stdout } = await docker(socket, ['ps', '--all', '--format', '{{.Names}}', '--filter', 'name=-mainnet-ejected-'])
  return stdout.split('\n').filter((name) => name !== '')
}

async function tellLogs(socket: string): Promise<void> {
  const { stdout } = await docker(socket, ['ps', '--all', '--format', '{{.Names}}', '--filter', 'name=-mainnet-'])
  for (const name of stdout.split('\n').filter((each) => each !== '')) {
    const said = await docker(socket, ['logs', '--tail', '40', name])
    console.log(`-- ${name}\n${said.stdout}${said.stderr}`)
  }
}

/** Takes the bundle away, where it got that far. */
async function leave(driver: Driver | undefined): Promise<void> {
  if (driver === undefined) return
  try {
    await driver.call('eject.takeBack', {}).catch(() => undefined)
    await driver.call('backends.remove', { serviceId: SERVICE }).catch(() => undefined)
    const { taskId } = await driver.call('bundle.remove', { loseOpenClaims: true })
    await driver.until('the removal', ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running', 60_000)
  } catch (error) {
    console.log(String(error))
  }
  await driver.stop()
}

/** @returns the figures */
export const runEjectBundle = async (check: Check): Promise<Figures> =>
  runUnderAuthority(import.meta.filename, check, LIMIT_MS, [await bridgeAddress()])

if (import.meta.main) await playUnderAuthority('eject-bundle', runEjectBundle, play)
