import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { createGateway, type Gateway } from './application.ts'
import { ENTRY, IMAGE, NODE, testCatalog } from './catalogue.ts'
import type { TestChain } from './chain.ts'
import { composeTool } from './compose-tool.ts'
import { PASSWORD, reachServing, startDriver, type Driver } from './driver.ts'
import { composeReads } from './eject-compose.ts'
import { runEjectBundle } from './eject-bundle.ts'
import { ejectedFiles, handOver, paidAndEqual, type EjectedFiles } from './ejected-files.ts'
import { docker } from './engine.ts'
import { getJson } from './get-json.ts'
import { prepareMachine, readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import type { Check, Figures } from './report.ts'

/**
 * Leaves Hearth for real, and comes back. A supplier on the real Local chain is handed over in the middle of its work, served by Docker Compose from the files that were written, and
 * taken back; then it is ejected by hand, with Hearth ended, and every command of the README is run as it stands there, up to the unstaked supplier. The same is played for a relay
 * miner of Mainnet in eject-bundle.ts.
 *
 *   node test/localnet/eject.ts [local | bundle | compose]
 */
const FOLDER = 'my way out'
/** Not a secret: closes the file of a play-money key in a container that is removed. */
const FILE_PASSWORD = 'quiet lantern over nine hills'
/** Answered by a node of a catalogue of the test's own, behind the gate. */
const SERVICE = 'fuse'
/** Claims wait long enough for whoever types the commands. */
const RULES = {
  blockMs: 500,
  blocksPerSession: 40,
  grace: 1,
  claimOpen: 1,
  claimClose: 22,
  proofOpen: 0,
  proofClose: 14,
  services: [{ id: SERVICE, name: SERVICE, computeUnitsPerRelay: 100 }],
}
const RELAYS = 5
const KEYRING = ['--keyring-backend', 'test']

let passed = 0
let failed = 0
const check: Check = (what, good, seen) => {
  if (good) passed += 1
  else failed += 1
  console.log(
    `${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${typeof seen === 'string' ? seen.slice(-1_500) : JSON.stringify(seen)}`}`,
  )
}
const json = (text: string): unknown => {
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
  } catch {
    return undefined
  }
}

/** The Local chain of a Hearth as whoever has its container reaches it. */
function chainIn(socket: string, container: string, ports: Record<string, number>): Parameters<typeof createGateway>[0] {
  const rpcUrl = `http://127.0.0.1:${String(ports['26657'])}`
  const exec: TestChain['exec'] = (command, stdin) =>
    docker(socket, ['exec', ...(stdin === undefined ? [] : ['-i']), container, ...command], stdin === undefined ? {} : { input: stdin })
  const send: TestChain['send'] = async (from, command) => {
    const sent = await exec(
      [
        ['pocketd', 'tx', ...command, '--from', from, '--chain-id', 'hearth-local-1', ...KEYRING],
        ['--gas', 'auto', '--gas-adjustment', '1.5', '--gas-prices', '0.001upokt', '--yes', '--output', 'json'],
      ].flat(),
    )
    if (sent.code !== 0) throw new Error(`tx ${command.slice(0, 2).join(' ')}: ${sent.stderr.slice(-300)}`)
    const { txhash: hash } = JSON.parse(sent.stdout) as { txhash: string }
    for (let tries = 0; tries < 60; tries += 1) {
      await sleep(500)
      const found = (await getJson(`${rpcUrl}/tx?hash=0x${hash}`).catch(() => undefined)) as
        | { result?: { height: string; tx_result: { code: number; log: string } } }
        | undefined
      if (found?.result) return { hash, height: Number(found.result.height), ...found.result.tx_result, gasUsed: 0 }
    }
    throw new Error(`tx ${command.slice(0, 2).join(' ')} came into no block`)
  }
  return {
    rpcUrl,
    restUrl: `http://127.0.0.1:${String(ports['1317'])}`,
    exec,
    send,
    fund: async ([to = ''], amountUpokt) => {
      const shown = await exec(['pocketd', 'keys', 'show', 'faucet', '--address', ...KEYRING])
      return send('faucet', ['bank', 'send', shown.stdout.trim(), to, `${String(amountUpokt)}upokt`])
    },
  }
}

async function sendOnceUp(gateway: Gateway, count: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await gateway.send(1)
      break
    } catch (error) {
      if (tries >= 80) throw error
      await sleep(250)
    }
  }
  await gateway.send(count - 1)
}

type People = Awaited<ReturnType<typeof reachServing>>

/** Chapters 2 and 3: what was handed over runs and serves. */
async function serve(files: EjectedFiles, { operator }: People, height: number): Promise<void> {
  const [up = '', ps = '', status = '', supplier = '', ...balances] = files.of('2')
  await files.must(up)
  const running = await files.must(ps)
  check(
    'chain, node of the catalogue, gate and keeper run, the relay miner waits for its key',
    ['pocket', NODE, 'gate'].every((name) => running.out.includes(`-ejected-${name}`)) &&
      /keeper/.test(running.out) &&
      !/ejected-miner/.test(running.out),
    running.out,
  )
  await files.again('the chain', status, ({ out }) => Number(/"latest_block_height":"?(\d+)/.exec(out)?.[1] ?? 0) > height)
  const [giveKey = '', start = '', logs = ''] = files.of('3')
  const given = await files.must(giveKey, `${operator.words}\n`)
  check('the words make the operator address', given.out.includes(operator.address), given.out)
  await files.must(start)
  const shown = await files.must(supplier)
  check('the supplier is as it was', shown.out.includes(operator.address) && shown.out.includes('59505000000'), shown.out)
  for (const line of balances) check('a balance is told', /"amount": ?"\d+"/.test((await files.must(line)).out), line)
  const said = await files.must(logs)
  check('the relay miner found its key', !/key.*not found/i.test(said.out), said.out)
}

/** Chapter 5, up to the unstaked supplier. */
async function unstake(files: EjectedFiles, { owner, operator }: People): Promise<void> {
  const [look = '', ownerKey = '', send = '', after = '', forget = ''] = files.of('5')
  const unsigned = json((await files.must(look)).out) as
    | { body?: { messages?: { '@type'?: string; operator_address?: string }[] }; signatures?: unknown[] }
    | undefined
  const message = unsigned?.body?.messages?.[0]
  check(
    'the unsigned transaction unstakes this supplier',
    message?.['@type']?.endsWith('MsgUnstakeSupplier') === true && message.operator_address === operator.address,
    unsigned,
  )
  check('and nothing is signed in it', unsigned?.signatures?.length === 0, unsigned)
  await files.must(ownerKey, `${owner.words}\n${FILE_PASSWORD}\n${FILE_PASSWORD}\n`)
  // A person is asked whether to send it; without a terminal the password's reader takes that answer along.
  const sent = await files.run(`${send} --yes`, `${FILE_PASSWORD}\n`)
  check(send.slice(0, 110), sent.code === 0 && /code"?: ?"?0\b/.test(sent.out), sent.out)
  const gone = await files.again(
    'the unstake',
    after,
    ({ out }) => /unstake_session_end_height":"[1-9]/.test(out) || /not found/i.test(out),
  )
  check('the supplier is unstaking', gone.out.includes(operator.address) || /not found/i.test(gone.out), gone.out)
  await files.must(forget)
}

async function playLocal(tool: string): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-eject-'))
  const dataDir = join(folder, 'home')
  mkdirSync(dataDir, { mode: 0o700 })
  const catalog = testCatalog(join(folder, 'catalog'))
  const { images } = readMachine()
  const begin = (): Promise<Driver> => startDriver(dataDir, RULES, { ...images, [IMAGE]: images[anvil.image.reference] ?? '' }, { catalog })
  const socket = readMachine().engineSocket ?? ''
  let driver: Driver | undefined
  let files: EjectedFiles | undefined
  let sent = 0
  let difference = 1
  let handOverMs = 0
  const start = async (): Promise<Driver> => {
    driver = await begin()
    await driver.call('vault.unlock', { password: PASSWORD })
    return driver
  }
  try {
    const first = await begin()
    driver = first
    const people = await reachServing(first, 'local', async () => {
      const { taskId } = await first.call('backends.startEntry', { entryId: ENTRY, snapshot: null })
      await first.until(
        'the catalogue’s node',
        ({ tasks, nodes: seen }) => tasks[taskId ?? '']?.status === 'done' && seen[NODE]?.seen === 'running',
      )
    })
    const nodes = first.state.nodes
    const { stdout } = await docker(socket, ['ps', '--format', '{{.Names}}'])
    const mark = (await first.call('eject.preview', {})).files
      .map((file) => /name: "hearth-(\w+)-ejected"/.exec(file.text)?.[1])
      .find((found) => found !== undefined)
    const container = `hearth-${mark ?? ''}-pocket`
    check('the files are about this installation', mark !== undefined && stdout.includes(container), { mark, stdout })
    const ports = nodes['pocket']?.ports ?? {}
    const relayUrl = `http://127.0.0.1:${String(nodes['ingress']?.ports['8080'])}`
    const gateway = await createGateway(chainIn(socket, container, ports), SERVICE)(people.operator.address, () => relayUrl)

    const written = await first.call('eject.write', { name: FOLDER, withSecrets: false })
    files = ejectedFiles(written.path, tool, socket, check)
    const way = files
    check('it lies under the data folder', written.path === join(dataDir, 'eject', FOLDER), written.path)
    check(
      'compose file, configurations and README are there',
      readdirSync(written.path).sort().join(' ') === 'README.md compose.yaml gate.json ingress.json relayminer.yaml',
      readdirSync(written.path),
    )
    const secrets = [people.owner, people.operator].flatMap(({ words }) =>
      words
        .split(' ')
        .map((_word, at, all) => all.slice(at, at + 3).join(' '))
        .slice(0, -2),
    )
    check(
      'no three words of a key in a row are in them',
      secrets.every((part) => !way.holds(part)),
      '',
    )
    const twice = await first.app.call('eject.write', { name: FOLDER })
    check(
      'it is never written over',
      !twice.ok && twice.error.code === 'eject-folder' && twice.error.detail?.['problem'] === 'exists',
      twice,
    )

    await sendOnceUp(gateway, RELAYS)
    handOverMs = await handOver(first)
    const height = first.state.chain.height
    const refused = await first.app.call('nodes.start', { nodeId: 'pocket' })
    check('what was handed over is not started here', !refused.ok && refused.error.code === 'handed-over', refused)
    await first.stop()
    driver = undefined

    await serve(way, people, height)
    await sendOnceUp(gateway, RELAYS)
    sent += 2 * RELAYS
    await way.stop()
    await way.goOn()
    await sendOnceUp(gateway, RELAYS)
    sent += RELAYS

    // Hearth looks on, touches nothing, and refuses to take back what runs.
    const second = await start()
    const running = await second.app.call('eject.takeBack', {})
    check('what still runs is not taken back', !running.ok && running.error.code === 'eject-still-runs', running)
    await way.stop()
    await way.must(way.of('7')[0] ?? '')
    await second.call('eject.takeBack', {})
    await second.until('relay miner and ingress', (state) =>
      ['miner', 'ingress'].every((nodeId) => state.nodes[nodeId]?.seen === 'running' && state.nodes[nodeId].reason === null),
    )
    await sendOnceUp(gateway, RELAYS)
    sent += RELAYS
    difference = await paidAndEqual(second, sent, check)

    // Once more, by hand and for good.
    const again = await second.call('eject.write', { name: `${FOLDER} 2`, withSecrets: false })
    const heightThen = second.state.chain.height
    files = ejectedFiles(again.path, tool, socket, check)
    await second.stop()
    driver = undefined
    for (const line of files.of('1')) await files.must(line)
    await serve(files, people, heightThen)
    await unstake(files, people)
    for (const line of files.of('6')) await files.must(line)
    check(
      'the genesis file names the chain',
      /"chain_id":\s*"hearth-local-1"/.test(readFileSync(join(again.path, 'genesis.json'), 'utf8')),
      '',
    )
    check('the whole home was copied', readdirSync(join(again.path, 'pocket-home')).includes('data'), '')
    await files.must(files.of('7')[0] ?? '')
    const last = await start()
    await last.until(
      'Hearth over the same chain',
      (state) => state.chain.height > heightThen + 2 && ['unstaking', 'unstaked', 'not-staked'].includes(state.supplier.status),
      60_000,
    )
    check(`Hearth takes up the same chain at block ${last.state.chain.height} and sees the supplier leave`, true, '')
  } catch (error) {
    check('the run came to its end', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    await files?.run('docker compose --profile serve --profile tools down --volumes').catch(() => undefined)
    driver ??= await begin()
    await driver.call('eject.takeBack', {}).catch(() => undefined)
    if (driver.state.app.network === 'local') {
      const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
      const now = driver
      await now
        .until('the removal', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
        .catch((error: unknown) => console.log(String(error)))
    }
    await driver.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    localRelaysSent: { value: sent, goal: 4 * RELAYS },
    localLedgerDifferenceUpokt: { value: difference, goal: 0 },
    localHandOverMs: { value: handOverMs },
  }
}

await prepareMachine({ log: (line) => console.log(line) })
const tool = composeTool((line) => console.log(line))
const figures: Figures = {}
if ('missing' in tool) check('Docker Compose is here', false, tool.missing)
else {
  await composeReads(tool.path, check)
  const which = process.argv[2] ?? 'both'
  check('what is asked for is there', ['both', 'local', 'bundle'].includes(which), which)
  if (which === 'both' || which === 'local') Object.assign(figures, await playLocal(tool.path))
  if (which === 'both' || which === 'bundle') Object.assign(figures, await runEjectBundle(check))
}
console.log(JSON.stringify({ bench: 'eject', figures, passed, failed }))
const report = process.env['HEARTH_TEST_REPORT']
if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed, skipped: 0 }))
process.exitCode = failed === 0 ? 0 : 1
