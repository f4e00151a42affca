import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandsOf, composeTool, runCommand, type CommandResult } from './compose-tool.ts'
import { reachServing, startDriver, type Driver } from './driver.ts'
import { prepareMachine, readMachine } from './prepare.ts'
import { sleep } from './process.ts'

/**
 * Leaves Hearth for real: a supplier on the real Local chain is ejected, Hearth is ended, and every command of the README that was written is run as it stands there,
 * with Docker Compose, up to the unstaked supplier. Then Hearth starts again over the same folder and finds what happened meanwhile.
 *
 *   node test/localnet/eject.ts
 */
const FOLDER = 'my way out'
/** Not a secret: closes the file of a play-money key in a container that is removed. */
const FILE_PASSWORD = 'quiet lantern over nine hills'

let passed = 0
let failed = 0
const check = (what: string, good: boolean, seen: unknown = ''): void => {
  if (good) passed += 1
  else failed += 1
  console.log(
    `${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${typeof seen === 'string' ? seen.slice(-1_500) : JSON.stringify(seen)}`}`,
  )
}

await prepareMachine({ log: (line) => console.log(line) })
const tool = composeTool((line) => console.log(line))
const dataDir = mkdtempSync(join(tmpdir(), 'hearth-eject-'))
const { engineSocket } = readMachine()
const env = { DOCKER_HOST: `unix://${engineSocket ?? ''}` }
let driver: Driver | undefined
let way: string | undefined

/** One line of the README. `docker compose` is the tool that was built; input stands for the terminal. */
async function run(line: string, input?: string): Promise<CommandResult> {
  const words = line.split(' ')
  if (words[0] !== 'docker' || 'missing' in tool || way === undefined) throw new Error(`not a command of the page: ${line}`)
  if (words[1] !== 'compose') return runCommand('docker', words.slice(1), { cwd: way, env })
  const args = words.slice(2)
  // Without a terminal.
  if (args[0] === 'exec') args.splice(1, 0, '-T')
  return runCommand(tool.path, args, { cwd: way, env, ...(input === undefined ? {} : { input }) })
}
const json = (text: string): unknown => {
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
  } catch {
    return undefined
  }
}
async function again(what: string, line: string, done: (result: CommandResult) => boolean): Promise<CommandResult> {
  let last: CommandResult = { code: 1, out: '' }
  for (let tries = 0; tries < 60; tries += 1) {
    last = await run(line)
    if (done(last)) return last
    await sleep(500)
  }
  throw new Error(`${what}: ${last.out.slice(-500)}`)
}
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, method: 'POST', path: '/', timeout: 3_000 }, (response) => {
      response.resume()
      resolve(response.statusCode !== undefined)
    })
    asked.on('error', () => resolve(false))
    asked.end('{}')
  })

try {
  if ('missing' in tool) throw new Error(tool.missing)
  driver = await startDriver(dataDir)
  const { owner, operator } = await reachServing(driver)
  const written = await driver.call('eject.write', { name: FOLDER })
  way = written.path
  check('it lies under the data folder', way === join(dataDir, 'eject', FOLDER), way)
  check(
    'compose file, configuration and README are there',
    readdirSync(way).sort().join(' ') === 'README.md compose.yaml relayminer.yaml',
    readdirSync(way),
  )
  const texts = written.files.map((name) => readFileSync(join(written.path, name), 'utf8')).join('\n')
  const secrets = [owner, operator].flatMap(({ words }) =>
    words
      .split(' ')
      .map((_word, at, all) => all.slice(at, at + 3).join(' '))
      .slice(0, -2),
  )
  check(
    'no three words of a key in a row are in them',
    secrets.every((part) => !texts.includes(part)),
  )
  const twice = await driver.app.call('eject.write', { name: FOLDER })
  check('it is never written over', !twice.ok && twice.error.code === 'eject-folder' && twice.error.detail?.['problem'] === 'exists', twice)
  const height = driver.state.chain.height
  const relayPort = Number(driver.state.nodes['ingress']?.ports['8080'])
  await driver.stop()
  driver = undefined

  const page = readFileSync(join(way, 'README.md'), 'utf8')
  const commands = commandsOf(page)
  const of = (chapter: string): string[] => commands.filter(({ heading }) => heading.startsWith(chapter)).map(({ line }) => line)
  check(
    'the page has commands in six chapters',
    ['1', '2', '3', '4', '5', '6'].every((chapter) => of(chapter).length > 0),
    commands,
  )
  const must = async (line: string, input?: string): Promise<CommandResult> => {
    const result = await run(line, input)
    check(line.slice(0, 110), result.code === 0, result.out)
    return result
  }

  for (const line of of('1')) await must(line)

  const [up = '', ps = '', status = '', supplier = '', ...balances] = of('2')
  await must(up)
  const running = await must(ps)
  check(
    'chain, backend and keeper run, the relay miner waits for its key',
    /pocket/.test(running.out) && /keeper/.test(running.out) && !/miner/.test(running.out),
    running.out,
  )
  await again('the chain', status, ({ out }) => Number(/"latest_block_height":"?(\d+)/.exec(out)?.[1] ?? 0) > height + 2)
  check(`the chain went on from block ${height}`, true)
  const shown = await must(supplier)
  check('the supplier is as it was', shown.out.includes(operator.address) && shown.out.includes('59505000000'), shown.out)
  for (const line of balances) check('a balance is told', /"amount": ?"\d+"/.test((await must(line)).out), line)

  const [giveKey = '', serve = '', logs = ''] = of('3')
  const given = await must(giveKey, `${operator.words}\n`)
  check('the words make the operator address', given.out.includes(operator.address), given.out)
  await must(serve)
  let isServing = false
  for (let tries = 0; tries < 40 && !isServing; tries += 1) {
    await sleep(500)
    isServing = await answers(relayPort)
  }
  const said = await must(logs)
  check('the relay miner answers on its port', isServing, said.out)
  check('it found its key', !/key.*not found/i.test(said.out), said.out)

  const [look = '', ownerKey = '', unstake = '', after = '', forget = ''] = of('4')
  const unsigned = json((await must(look)).out) as
    | { body?: { messages?: { '@type'?: string; operator_address?: string }[] }; signatures?: unknown[] }
    | undefined
  const message = unsigned?.body?.messages?.[0]
  check(
    'the unsigned transaction unstakes this supplier',
    message?.['@type']?.endsWith('MsgUnstakeSupplier') === true && message.operator_address === operator.address,
    unsigned,
  )
  check('and nothing is signed in it', unsigned?.signatures?.length === 0, unsigned)
  await must(ownerKey, `${owner.words}\n${FILE_PASSWORD}\n${FILE_PASSWORD}\n`)
  // A person is asked whether to send it; without a terminal the password's reader takes that answer along.
  const sent = await run(`${unstake} --yes`, `${FILE_PASSWORD}\n`)
  check(unstake.slice(0, 110), sent.code === 0 && /code"?: ?"?0\b/.test(sent.out), sent.out)
  const gone = await again('the unstake', after, ({ out }) => /unstake_session_end_height":"[1-9]/.test(out) || /not found/i.test(out))
  check('the supplier is unstaking', gone.out.includes(operator.address) || /not found/i.test(gone.out), gone.out)
  await must(forget)

  for (const line of of('5')) await must(line)
  check(
    'the genesis file names the chain',
    readFileSync(join(way, 'genesis.json'), 'utf8').includes('"chain_id":"hearth-local-1"') ||
      /"chain_id":\s*"hearth-local-1"/.test(readFileSync(join(way, 'genesis.json'), 'utf8')),
  )
  check('the whole home was copied', readdirSync(join(way, 'pocket-home')).includes('data'))

  const [down = ''] = of('6')
  await must(down)
  driver = await startDriver(dataDir)
  await driver.until(
    'Hearth over the same chain',
    (state) => state.chain.height > height + 2 && ['unstaking', 'unstaked', 'not-staked'].includes(state.supplier.status),
    60_000,
  )
  check(`Hearth takes up the same chain at block ${driver.state.chain.height} and sees the supplier leave`, true)
} catch (error) {
  check('the run came to its end', false, error instanceof Error ? error.message : String(error))
} finally {
  if (way !== undefined && !('missing' in tool)) await run('docker compose --profile serve down --volumes').catch(() => undefined)
  driver ??= await startDriver(dataDir)
  if (driver.state.app.network === 'local') {
    const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
    const now = driver
    await now
      .until('the removal', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
      .catch((error: unknown) => console.log(String(error)))
  }
  await driver.stop()
  rmSync(dataDir, { recursive: true, force: true })
}

console.log(`\n${passed} passed, ${failed} failed`)
const report = process.env['HEARTH_TEST_REPORT']
if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed, skipped: 0 }))
process.exitCode = failed === 0 ? 0 : 1
