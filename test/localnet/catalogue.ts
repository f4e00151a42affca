/**
 * A node of the signed catalogue as the user starts it, through the whole app on the real engine, the real chain and the real miner: data from a snapshot that is judged first, killed by hand,
 * behind its service through the gate, stopped, removed with what it holds; and the chain's own node behind `pocket`. No official image can be had here: anvil stands in behind the
 * port, in a catalogue of the test's own with the same form and another key.
 */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CATALOG_FOLDER, signCatalog } from '#main/catalog.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import type { EntryRow } from '#shared/api/backend-requests.ts'
import { PASSWORD, reachServing, startDriver, type Driver } from './driver.ts'
import { docker } from './engine.ts'
import { prepareMachine, readMachine } from './prepare.ts'
import { run, sleep } from './process.ts'
import type { Check, Figures } from './report.ts'

const RELAYS = 20
const PACE = { blockMs: 500, blocksPerSession: 20, grace: 1, claimOpen: 1, claimClose: 4, proofOpen: 0, proofClose: 4 }
export const ENTRY = 'fuse-nethermind'
export const NODE = 'fuse-nethermind-fuse'
export const IMAGE = 'docker.io/fusenet/node:nethermind-v1.36.2'
const MOUNT = '/nethermind/nethermind_db/fuse'
const LONG = `${'a-name-longer-than-the-field-of-a-header-has-room-for-'.repeat(3)}.sst`

const codeOf = (error: unknown): string => /^[\w.]+: ([\w-]+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? String(error)

/** The shipped catalogue, with one entry that fits this machine and is played by anvil. */
export function testCatalog(folder: string): { folder: string; publicKey: string } {
  cpSync(CATALOG_FOLDER, folder, { recursive: true })
  const path = join(folder, 'entries', `${ENTRY}.json`)
  const entry = JSON.parse(readFileSync(path, 'utf8')) as {
    needs: Record<string, unknown>
    snapshot: unknown
    endpoints: unknown
    sync: { at: string; headAgeSeconds: number }
    containers: { entrypoint: string[]; command: string[]; memoryBytes: number; stopGraceSeconds: number }[]
  }
  entry.needs = { ...entry.needs, diskGb: 1, memoryGb: 1 }
  entry.snapshot = { kind: 'listing', url: 'https://snapshots.example/fuse/', into: 'data:first/run' }
  entry.endpoints = { JSON_RPC: 'http://fuse:8545', WEBSOCKET: 'ws://fuse:8545' }
  const [container] = entry.containers
  if (!container) throw new Error('the entry has no container')
  container.entrypoint = ['/bin/sh', '-c']
  container.command = [`exec anvil --host 0.0.0.0 --port 8545 --chain-id 122 --block-time 1`]
  container.memoryBytes = 256 * 1024 ** 2
  container.stopGraceSeconds = 5
  writeFileSync(path, JSON.stringify(entry))
  const { privateKey } = generateKeyPairSync('ed25519')
  const { publicKeyHex } = signCatalog(folder, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), '2026-11-23')
  return { folder, publicKey: publicKeyHex }
}

/** Snapshots over HTTP from this PC; `slow` sends half and waits. */
async function serveSnapshots(
  folder: string,
): Promise<{ url: (name: string) => string; slow: Set<string>; asked: string[]; close: () => void }> {
  const slow = new Set<string>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1)
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    asked.push(`${name} ${from}`)
    const content = readFileSync(join(folder, name))
    if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` })
    else response.writeHead(200, { 'content-length': content.length })
    if (slow.has(name)) response.write(content.subarray(from, from + Math.floor(content.length / 2)))
    else response.end(content.subarray(from))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    slow,
    asked,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** @returns the task at its end */
async function ended(driver: Driver, taskId: string | null): Promise<{ status: string; error: string }> {
  const id = taskId ?? ''
  await driver.until(`the end of ${id}`, ({ tasks }) => (tasks[id]?.status ?? 'running') !== 'running')
  const task = driver.state.tasks[id]
  return { status: task?.status ?? '', error: `${task?.error?.code ?? ''} ${task?.error?.detail['reason'] ?? ''}`.trim() }
}

async function relays(driver: Driver, serviceId: string): Promise<number> {
  await driver.until('room in the session', ({ clock, chain }) =>
    clock.lanes.some((lane) => lane.stage === 'serving' && lane.end - chain.height > 8),
  )
  const { taskId } = await driver.call('relays.sendTest', { serviceId, count: RELAYS })
  await ended(driver, taskId)
  return driver.state.relays.last?.verified ?? 0
}

/** @returns the figures */
export async function runCatalogue(check: Check): Promise<Figures> {
  const { engineSocket, images } = readMachine()
  const socket = engineSocket ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'hearth-catalogue-'))
  const catalog = testCatalog(join(folder, 'catalog'))
  const shelf = join(folder, 'shelf')
  mkdirSync(join(shelf, 'data'), { recursive: true })
  writeFileSync(join(shelf, 'data', 'seed.txt'), 'sown\n')
  writeFileSync(join(shelf, 'data', LONG), Buffer.alloc(3_000_000, 7))
  await run('tar', ['-czf', join(shelf, 'good.tar.gz'), '-C', join(shelf, 'data'), '.'], { timeoutMs: 120_000 })
  symlinkSync('/etc', join(shelf, 'data', 'out'))
  await run('tar', ['-cf', join(shelf, 'link.tar'), '-C', join(shelf, 'data'), '.'], { timeoutMs: 120_000 })
  const server = await serveSnapshots(shelf)
  const dataDir = join(folder, 'home')
  mkdirSync(dataDir, { mode: 0o700 })
  const begin = (service: string): Promise<Driver> =>
    startDriver(
      dataDir,
      { ...PACE, services: [{ id: service, name: service, computeUnitsPerRelay: 100 }] },
      { ...images, [IMAGE]: images[anvil.image.reference] ?? '' },
      { catalog },
    )
  let driver = await begin('fuse')
  const figures: Figures = {}
  const row = async (): Promise<EntryRow | undefined> =>
    (await driver.call('backends.catalogue', {})).rows.find((each) => each.entryId === ENTRY)
  /** Everything on the engine that bears the entry's name; nothing else that runs on this engine starts it. */
  const ours = async (kind: 'volume' | 'container' | 'network'): Promise<string[]> => {
    const format = kind === 'container' ? '{{.Names}}' : '{{.Name}}'
    const { stdout } = await docker(socket, [
      kind,
      'ls',
      ...(kind === 'container' ? ['-a'] : []),
      '--format',
      format,
      '--filter',
      `name=${ENTRY}`,
    ])
    return stdout.split('\n').filter((name) => name !== '')
  }
  const inside = async (...command: string[]): Promise<string> => {
    const name = (await ours('container')).find((each) => each.endsWith(NODE)) ?? ''
    return (await docker(socket, ['exec', name, ...command])).stdout.trim()
  }
  const seed = (): Promise<string> => inside('cat', `${MOUNT}/first/run/seed.txt`)
  const removeChain = async (): Promise<void> => {
    const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
    await ended(driver, taskId)
  }
  try {
    await reachServing(driver, 'local', async () => {
      const tooBig = await driver
        .call('backends.startEntry', { entryId: 'gnosis-nethermind-lighthouse', snapshot: null })
        .then(() => 'taken', codeOf)
      check('what does not fit this PC is refused with what is missing', tooBig === 'backend-too-big', tooBig)

      const wish = (name: string, hash = sha256(join(shelf, name))) => ({
        entryId: ENTRY,
        snapshot: { url: server.url(name), sha256: hash },
      })
      const wrong = await ended(driver, (await driver.call('backends.startEntry', wish('good.tar.gz', 'a'.repeat(64)))).taskId)
      check('a snapshot with another hash is refused', wrong.error.startsWith('snapshot-damaged'), wrong)
      const link = await ended(driver, (await driver.call('backends.startEntry', wish('link.tar'))).taskId)
      check('an archive with a link in it is refused', link.error.startsWith('snapshot-refused'), link)
      const left = [...(await ours('volume')), ...(await ours('container')), ...(await ours('network'))].filter((name) =>
        name.includes(ENTRY),
      )
      check('and nothing of it is left on the engine', left.length === 0 && (await row())?.stage === 'none', left)

      server.slow.add('good.tar.gz')
      const { taskId } = await driver.call('backends.startEntry', wish('good.tar.gz'))
      await driver.until('half of it', ({ tasks }) => (tasks[taskId ?? '']?.done ?? 0) > 1_000)
      await driver.call('tasks.cancel', { taskId: taskId ?? '' })
      check('a download is cancelled', (await ended(driver, taskId)).status === 'cancelled', driver.state.tasks[taskId ?? ''])
      server.slow.delete('good.tar.gz')

      const beganMs = Date.now()
      const good = await ended(driver, (await driver.call('backends.startEntry', wish('good.tar.gz'))).taskId)
      check('an entry starts from a snapshot', good.status === 'done', good)
      figures['startFromSnapshotMs'] = { value: Date.now() - beganMs }
      check('its download went on where it was cut off', Number(server.asked.at(-1)?.split(' ')[1]) > 0, server.asked)
      check('the data lies where it belongs', (await seed()) === 'sown', await inside('ls', '-R', MOUNT))
      check('with its long names', (await inside('sh', '-c', `wc -c < ${MOUNT}/first/run/${LONG}`)) === '3000000', 'another size')
      check(
        'what was fetched is thrown away',
        readdirSync(join(dataDir, 'snapshots')).length === 0,
        readdirSync(join(dataDir, 'snapshots')),
      )
      const { stdout } = await docker(socket, ['port', (await ours('container')).find((each) => each.endsWith(NODE)) ?? ''])
      const published = stdout.split('\n').filter((line) => line !== '')
      check(
        'no port of it goes beyond this PC',
        published.length === 1 && published.every((line) => line.includes('-> 127.0.0.1:')),
        published,
      )
    })
    await driver.until('the node', ({ nodes }) => nodes[NODE]?.seen === 'running')
    let now = await row()
    for (let tries = 0; tries < 60 && (now?.progress?.state !== 'at-head' || now.progress.height === 0); tries += 1) {
      await sleep(500)
      now = await row()
    }
    check('it says how far it is', now?.progress?.state === 'at-head' && (now.progress.height ?? 0) > 0, now?.progress)
    await driver.until('the ingress', ({ nodes }) => nodes['ingress']?.seen === 'running' && nodes['ingress'].reason === null)

    figures['relaysThroughEntry'] = { value: await relays(driver, 'fuse'), goal: RELAYS }
    check(`${RELAYS} relays were answered through it and signed`, figures['relaysThroughEntry'].value === RELAYS, driver.state.relays.last)
    await driver.call('backends.check', { serviceId: 'fuse' })
    const asked = (await driver.call('backends.list', {})).rows.find((each) => each.serviceId === 'fuse')
    check(
      "it passes the gateways' questions as the right chain",
      asked?.nodeId === NODE && asked.report?.chain === '0x7a' && asked.report.checks.every((each) => each.outcome === 'passed'),
      asked,
    )

    const killedMs = Date.now()
    await docker(socket, ['rm', '-f', (await ours('container')).find((each) => each.endsWith(NODE)) ?? ''])
    await driver.until('its return', ({ nodes }) => nodes[NODE]?.seen === 'running' && (nodes[NODE].startedAtMs ?? 0) > killedMs)
    figures['backAfterRemovalMs'] = { value: Date.now() - killedMs }
    check('removed by hand, it comes back with its data', (await seed()) === 'sown', await inside('ls', MOUNT))

    await driver.stop()
    driver = await begin('fuse')
    await driver.until('the node after a restart of Hearth', ({ nodes }) => nodes[NODE]?.seen === 'running')
    check('it is known again after a restart of Hearth', (await row())?.stage === 'made', await row())
    await driver.call('vault.unlock', { password: PASSWORD })

    await driver.call('backends.stopEntry', { entryId: ENTRY })
    await driver.until('its stop', ({ nodes }) => nodes[NODE]?.seen === 'stopped')
    await driver.call('backends.startEntry', { entryId: ENTRY, snapshot: null })
    await driver.until('its start', ({ nodes }) => nodes[NODE]?.seen === 'running')
    check('stopped and started it has the same data', (await seed()) === 'sown', await inside('ls', MOUNT))

    const kept = await ended(driver, (await driver.call('backends.removeEntry', { entryId: ENTRY, withData: false })).taskId)
    const volumes = (await ours('volume')).filter((name) => name.includes(ENTRY))
    const gone = !(await ours('container')).some((name) => name.includes(ENTRY))
    check('removed, its data is kept', kept.status === 'done' && gone && volumes.length === 3 && (await row())?.stage === 'kept', [
      kept,
      volumes,
    ])
    const again = await ended(driver, (await driver.call('backends.startEntry', { entryId: ENTRY, snapshot: null })).taskId)
    check('a later start goes on with it', again.status === 'done' && (await seed()) === 'sown', again)
    await ended(driver, (await driver.call('backends.removeEntry', { entryId: ENTRY, withData: true })).taskId)
    const orphans = [...(await ours('volume')), ...(await ours('container')), ...(await ours('network'))].filter((name) =>
      name.includes(ENTRY),
    )
    figures['orphans'] = { value: orphans.length, goal: 0 }
    check('removed with its data, nothing of it is left', orphans.length === 0 && (await row())?.stage === 'none', orphans)
    await removeChain()
  } catch (error) {
    check('an entry of the catalogue came to its end', false, error instanceof Error ? error.message : String(error))
    if (driver.state.app.network === 'local') await removeChain().catch((failure: unknown) => console.log(String(failure)))
  } finally {
    await driver.stop()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return figures
}

/** The chain's own node behind the service `pocket`. @returns the figures */
export async function runOwnNode(check: Check): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-own-node-'))
  const driver = await startDriver(dataDir, { ...PACE, services: [{ id: 'pocket', name: 'Pocket', computeUnitsPerRelay: 100 }] })
  let verified = 0
  try {
    await reachServing(driver, 'local', async () => {
      await driver.call('backends.startEntry', { entryId: 'pocket-full', snapshot: null })
    })
    await driver.until('the ingress', ({ nodes }) => nodes['ingress']?.seen === 'running' && nodes['ingress'].reason === null)
    await driver.call('backends.check', { serviceId: 'pocket' })
    const row = (await driver.call('backends.list', {})).rows.find((each) => each.serviceId === 'pocket')
    check(
      "the own Pocket node passes the gateways' questions",
      row?.nodeId === 'pocket' && row.report?.checks.every((each) => each.outcome === 'passed') === true,
      row,
    )
    verified = await relays(driver, 'pocket')
    check(`${RELAYS} relays were answered by the own Pocket node and signed`, verified === RELAYS, driver.state.relays.last)
    await driver.call('backends.removeEntry', { entryId: 'pocket-full', withData: false })
    const after = (await driver.call('backends.list', {})).rows.find((each) => each.serviceId === 'pocket')
    check('and no more once it is not used', after?.by === 'nothing' && driver.state.nodes['pocket']?.seen === 'running', after)
  } catch (error) {
    check('the own Pocket node came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    if (driver.state.app.network === 'local') {
      const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
      await ended(driver, taskId).catch((error: unknown) => console.log(String(error)))
    }
    await driver.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { relaysThroughOwnNode: { value: verified, goal: RELAYS } }
}

if (import.meta.main) {
  await prepareMachine({ log: console.log })
  let failed = 0
  const check: Check = (what, good, seen) => {
    if (!good) failed += 1
    console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
  }
  const figures = {
    ...(process.argv[2] === 'own' ? {} : await runCatalogue(check)),
    ...(process.argv[2] === 'entry' ? {} : await runOwnNode(check)),
  }
  console.log(JSON.stringify({ bench: 'catalogue', figures, failed }))
  process.exitCode = failed === 0 ? 0 : 1
}
