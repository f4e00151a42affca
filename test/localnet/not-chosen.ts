/**
 * A relay miner for Mainnet while the user plays in Practice, with the stock miner and a real chain that bears mainnet's id: its containers are taken away, Hearth ends and comes
 * back as after a restart of the PC, and all the while Practice is the chosen network. The miner is back with its key each time, and what it serves is claimed, proven and paid.
 * `node test/localnet/not-chosen.ts` runs it alone.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { networkOf } from '#shared/networks/index.ts'
import { createGateway } from './application.ts'
import { startTestChain } from './chain.ts'
import { PASSWORD, startDriver, type Driver } from './driver.ts'
import { docker, freePort, mustDocker } from './engine.ts'
import { paramsOf } from './genesis.ts'
import { anvilProgram } from './images.ts'
import { bridgeAddress, INSTALL, SERVICE, stake, startWithout } from './mainnet-bundle.ts'
import { readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import type { Check, Figures } from './report.ts'
import { startTlsFront, startTlsHost, type Authority } from './tls-front.ts'
import { trustingImage } from './trusting-image.ts'
import { playUnderAuthority, runUnderAuthority } from './under-authority.ts'

const LIMIT_MS = 180_000
const WAIT_MS = 60_000
const RELAYS = 10
const SESSION = 12
const MARK = `hearth-${INSTALL}-mainnet-`

/** Id of a container while it runs. */
async function running(socket: string, nodeId: string): Promise<string | undefined> {
  const shown = await docker(socket, ['inspect', '--format', '{{.State.Running}} {{.Id}}', `${MARK}${nodeId}`])
  const [is, id] = shown.stdout.trim().split(' ')
  return is === 'true' ? id : undefined
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + WAIT_MS
  while (!(await done())) {
    if (Date.now() > endMs) throw new Error(`waited for ${what}`)
    await sleep(200)
  }
}

const mainnetOf = ({ state }: Driver) => state.elsewhere['mainnet']

async function play(check: Check, authority: Authority): Promise<Figures> {
  const machine = readMachine()
  const socket = machine.engineSocket ?? ''
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-not-chosen-'))
  const anvilPort = await freePort()
  const { program } = await anvilProgram()
  const anvil = spawn(program, ['--host', '0.0.0.0', '--port', String(anvilPort), '--chain-id', '1', '--block-time', '1', '--silent'], {
    stdio: 'ignore',
  })
  const began: { stop(): Promise<unknown> }[] = []
  let driver: Driver | undefined
  const backMs = { taken: Infinity, restarted: Infinity }
  let relaysPaid = 0
  let blocksBehind = Infinity
  try {
    const [chain, image] = await Promise.all([
      startTestChain({
        name: 'not-chosen',
        chainId: 'pocket',
        economy: 'mainnet',
        services: [{ id: SERVICE }],
        blocksPerSession: SESSION,
        grace: 1,
        claimOpen: 1,
        claimClose: 4,
        proofOpen: 0,
        proofClose: 4,
        editGenesis: (genesis) => {
          genesis['genesis_time'] = networkOf('mainnet').genesisTime
          paramsOf(genesis, 'proof')['proof_request_probability'] = 1
        },
      }),
      trustingImage(socket, machine.images[POCKETD_IMAGE.reference] ?? '', authority.caFile),
    ])
    began.push({ stop: image.remove }, chain)
    const host = await startTlsHost(authority, await bridgeAddress(), chain)
    const second = await startTlsFront(authority, '127.0.0.2', chain)
    began.unshift(host, second)
    await startWithout(dataDir, host)
    const start = (): Promise<Driver> => startDriver(dataDir, undefined, { ...machine.images, [POCKETD_IMAGE.reference]: image.reference })

    driver = await start()
    await driver.call('vault.create', { password: PASSWORD })
    await driver.call('app.chooseNetwork', { network: 'mainnet' })
    await driver.call('chain.addEndpoint', { rpcUrl: second.rpcUrl, restUrl: second.restUrl })
    await driver.until('both to agree', (state) => state.chain.known === 'first-use', WAIT_MS)
    await driver.call('chain.confirm', { block1Hash: driver.state.chain.found?.block1Hash ?? '', isRight: true })
    await driver.until('the word to count', (state) => state.chain.known === 'confirmed' && state.earnings.readHeight > 0, WAIT_MS)
    const people = await stake(driver, chain, anvilPort)
    await driver.call('bundle.start', {})
    await driver.until(
      'relay miner and ingress',
      ({ nodes }) => ['miner', 'ingress'].every((id) => nodes[id]?.seen === 'running' && nodes[id].reason === null),
      WAIT_MS,
    )
    await driver.until('the first session', (state) => state.supplier.status === 'active', WAIT_MS)
    const ingress = `http://127.0.0.1:${String(driver.state.nodes['ingress']?.ports['8080'])}`
    const gateway = await createGateway(chain, SERVICE)(people.operator, () => ingress)

    const life = await running(socket, 'miner')
    await driver.call('app.chooseNetwork', { network: 'practice' })
    await driver.until('a page of Practice', (state) => state.app.network === 'practice' && state.bundle === null)
    await driver.until('a word of Mainnet', (state) => state.elsewhere['mainnet']?.up['miner'] !== undefined, WAIT_MS)
    check('choosing another network leaves the miner alone', life !== undefined && (await running(socket, 'miner')) === life, life)
    check('nothing asks there', mainnetOf(driver)?.findingsCount === 0 && mainnetOf(driver)?.needsKey === false, mainnetOf(driver))

    // The key lies in memory that goes with the last of the two.
    let fromMs = Date.now()
    await mustDocker(socket, ['rm', '--force', `${MARK}miner`, `${MARK}keeper`])
    await until('the miner to be back', async () => ![undefined, life].includes(await running(socket, 'miner')))
    await driver.until('nothing to ask', ({ elsewhere: { mainnet } }) => mainnet?.up['miner'] !== undefined && !mainnet.needsKey, WAIT_MS)
    backMs.taken = Date.now() - fromMs
    check('taken away while Practice is chosen, the miner is back with its key', driver.state.app.network === 'practice', driver.state.app)

    // As after a restart of the PC: what held the key is down, nobody was asked for the password yet, and Practice is the chosen network.
    await driver.stop()
    await mustDocker(socket, ['stop', '--time', '1', `${MARK}miner`, `${MARK}keeper`])
    driver = await start()
    await driver.until(
      'the wish for the key',
      ({ elsewhere: { mainnet } }) => mainnet?.needsKey === true && mainnet.findingsCount > 0,
      WAIT_MS,
    )
    const asked = mainnetOf(driver)?.findings[0]?.key
    check('after a restart the page of Practice says that Mainnet waits for its key', asked?.startsWith('keys-needed') === true, asked)
    check(
      'Practice itself waits for none',
      driver.state.vault.needed === null && driver.state.app.network === 'practice',
      driver.state.vault,
    )
    fromMs = Date.now()
    await driver.call('vault.unlock', { password: PASSWORD })
    await until('the miner to run', async () => (await running(socket, 'miner')) !== undefined)
    await driver.until(
      'the key to be there',
      ({ elsewhere: { mainnet } }) => mainnet?.up['miner'] !== undefined && !mainnet.needsKey,
      WAIT_MS,
    )
    backMs.restarted = Date.now() - fromMs

    // It listens a moment after it runs.
    await until('an open door', async () => ![502, 503].includes((await fetch(ingress, { method: 'POST', body: '{}' })).status))
    const before = await chain.balance(people.owner)
    await until('room in a session', async () => [2, 3, 4].includes((await chain.height()) % SESSION))
    await gateway.send(RELAYS)
    await until('the payment', async () => (await chain.balance(people.owner)) > before)
    check('what it serves is claimed, proven and paid', driver.state.app.network === 'practice', driver.state.app)

    const height = await chain.height()
    await driver.call('app.chooseNetwork', { network: 'mainnet' })
    await driver.until('the page of Mainnet', (state) => state.app.network === 'mainnet' && state.elsewhere['mainnet'] === undefined)
    // Nothing has to be read again: it was followed all the time.
    blocksBehind = height - driver.state.earnings.readHeight
    const { rows } = await driver.call('earnings.claims', { limit: 50 })
    relaysPaid = rows.filter((row) => row.stage === 'settled').reduce((sum, row) => sum + Number(row.relays), 0)
    check('its ledger was read all the while', blocksBehind <= 4, blocksBehind)
    check(
      'and is shown with the page, not after it',
      Object.keys(driver.state.nodes).length >= 3 && driver.state.supplier.status === 'active',
      [Object.keys(driver.state.nodes), driver.state.supplier.status],
    )
    const back = await running(socket, 'miner')
    await driver.call('app.chooseNetwork', { network: 'practice' })
    await driver.until('a page of Practice again', (state) => state.app.network === 'practice' && state.elsewhere['mainnet'] !== undefined)
    // "Stop all" of whoever quits: a network that is not chosen is asked by its name, and left once all has ended.
    for (const nodeId of ['miner', 'ingress', 'keeper']) await driver.call('nodes.stop', { nodeId, network: 'mainnet', drained: false })
    await driver.until('an end of it', (state) => state.elsewhere['mainnet'] === undefined, WAIT_MS)
    check('stopped, it is looked after no more', back !== undefined && (await running(socket, 'miner')) === undefined, back)
  } catch (error) {
    check('it came to its end', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    await leave(driver, socket)
    for (const part of began) await part.stop()
    anvil.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    notChosenRelaysPaid: { value: relaysPaid, goal: RELAYS },
    notChosenMinerBackMs: { value: backMs.taken },
    notChosenMinerBackAfterRestartMs: { value: backMs.restarted },
    notChosenBlocksBehind: { value: blocksBehind },
  }
}

/** Takes everything of this run off the engine. */
async function leave(driver: Driver | undefined, socket: string): Promise<void> {
  await driver?.stop().catch((error: unknown) => console.log(String(error)))
  for (const [list, remove] of [
    [
      ['ps', '--all', '--quiet'],
      ['rm', '--force', '--volumes'],
    ],
    [
      ['volume', 'ls', '--quiet'],
      ['volume', 'rm', '--force'],
    ],
    [
      ['network', 'ls', '--quiet'],
      ['network', 'rm'],
    ],
  ] as const) {
    const { stdout } = await docker(socket, [...list, '--filter', `name=hearth-${INSTALL}-`])
    const found = stdout.split('\n').filter((id) => id !== '')
    if (found.length > 0) await docker(socket, [...remove, ...found])
  }
}

/** @returns the figures */
export const runNotChosen = async (check: Check): Promise<Figures> =>
  runUnderAuthority(import.meta.filename, check, LIMIT_MS, [await bridgeAddress()])

if (import.meta.main) await playUnderAuthority('not-chosen', runNotChosen, play)
