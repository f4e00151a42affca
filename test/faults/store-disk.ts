import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { markPath } from '#main/adapters/sqlite/backup.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { openMetrics } from '#main/adapters/sqlite/open-metrics.ts'
import { openStoreCured } from '#main/adapters/sqlite/open-or-cure.ts'
import { openRecords } from '#main/adapters/sqlite/open-records.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import { DataFolderRefused, lockDataFolder } from '#main/adapters/system/data-folder.ts'
import type { Store } from '#main/core/ports/store.ts'
import { HearthError } from '#shared/api/errors.ts'
import { crashBlock, crashIntents } from '#test/adapters/sqlite/crash-rows.ts'
import { compareRows, readRows } from '#test/adapters/sqlite/file-rows.ts'
import { NEXT_MIGRATIONS, NOW_MS } from './store-rows.ts'

/** How a part of the fault run tells what it found. */
interface Reporter {
  report: (name: string, problem: string | undefined) => void
  skip: (name: string, why: string) => void
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const clock = { now: () => NOW_MS, sleep: () => Promise.resolve() }
/** Small enough to be filled at once, large enough for a store. */
const DISK_MB = 6

const mount = (...args: string[]): string | undefined => {
  const run = spawnSync('mount', args, { encoding: 'utf8' })
  return run.status === 0 ? undefined : run.error ? String(run.error) : run.stderr.trim()
}

/**
 * What a store does on a disk that is full or may not be written to: a stated refusal at each write, nothing lost, and everything goes on once there is room.
 * Root heeds no file rights, so the disks are real: a small tmpfs, and a read-only bind mount. Where nobody may mount, that is said.
 */
export async function checkStoreDisk({ report, skip }: Reporter): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-disk-'))
  const refused = mount('-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', folder)
  if (refused !== undefined) {
    rmSync(folder, { recursive: true })
    skip('a full and a read-only disk', `this machine lets nobody mount: ${refused}`)
    return
  }
  const check = async (name: string, run: (place: string) => Promise<void>): Promise<void> => {
    const place = join(folder, name.replaceAll(/\W+/g, '-'))
    mkdirSync(place)
    try {
      await run(place)
      report(name, undefined)
    } catch (error) {
      report(name, error instanceof Error ? error.message : String(error))
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  }
  try {
    for (const [method, write] of Object.entries(WRITES)) await check(`full disk: ${method}`, (place) => fullAtWrite(place, write))
    await check('full disk: making the store', fullAtCreate)
    await check('full disk: upgrade', fullAtUpgrade)
    await check('full disk: copy, choice of a folder, restore note', fullAtCopy)
    await check('full disk: export', (place) => fullAtExport(place))
    await check('full disk: cure', fullAtCure)
    await check('full disk: close', fullAtClose)
    await check('full disk: measurements are dropped and go on', fullAtMetrics)
    await check('full disk: small file', fullAtSmallFile)
    await check('read-only disk', readOnly)
    await check('linked data folder', linked)
  } finally {
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  }
}

const result = {
  batchId: 'b',
  atMs: NOW_MS,
  serviceId: 's',
  sessionId: 'x',
  operatorAddress: 'o',
  ok: true,
  signatureOk: true,
  latencyMs: 1,
  httpStatus: 200,
  error: undefined,
}
/** Every write of the store, each larger than what a log that is already there has room for. */
const WIDE = 'x'.repeat(60_000)
const WRITES: Record<string, (store: Store, round: number) => Promise<unknown>> = {
  setSetting: (store, round) => store.setSetting(`k${round}`, WIDE),
  putNode: (store, round) =>
    store.putNode({ id: `n${round}`, network: 'local', wanted: 'running', wantedBy: 'user', imagePin: WIDE, ports: {}, updatedAtMs: 1 }),
  putChain: (store, round) =>
    store.putChain({ network: `c${round}`, chainId: WIDE, block1Hash: undefined, genesisTime: undefined, createdAtMs: 1, facts: {} }),
  putIntent: (store, round) => store.putIntent({ ...crashIntents()[0]!, id: `i${round}`, facts: { wide: WIDE } }),
  setCursor: (store, round) => store.setCursor({ network: `s${round}`, height: 1, hash: WIDE }),
  putWatched: (store, round) => store.putWatched({ network: 'local', address: `w${round}`, label: WIDE, sinceHeight: 1, openingUpokt: 1n }),
  applyBlock: (store, round) =>
    store.applyBlock({ ...crashBlock(2 + round), claims: [{ ...crashBlock(2 + round).claims[0]!, reason: WIDE }] }),
  applyBlocks: (store, round) =>
    store.applyBlocks({
      network: 'local',
      fromHeight: 2 + 100 * round,
      toHeight: 101 + 100 * round,
      toHash: 'H',
      blocks: Array.from({ length: 100 }, (_block, index) => crashBlock(2 + 100 * round + index)),
    }),
  addRelayResults: (store) => store.addRelayResults([{ ...result, answer: WIDE }]),
  addActivity: (store) => store.addActivity({ atMs: NOW_MS, actor: 'you', level: 'info', text: 'a', facts: { wide: WIDE } }),
}

/** Takes all the room there is. @returns how to give it back */
function fillDisk(place: string): () => void {
  const path = join(place, '..', 'ballast')
  const handle = openSync(path, 'w')
  for (const piece of [Buffer.alloc(65_536), Buffer.alloc(4_096), Buffer.alloc(1)]) {
    try {
      for (;;) if (writeSync(handle, piece) < piece.length) break
    } catch {
      // Full for pieces of this size.
    }
  }
  closeSync(handle)
  return () => rmSync(path, { force: true })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    return error instanceof HearthError
      ? `${error.code}${error.detail['reason'] === undefined ? '' : `:${error.detail['reason']}`}`
      : String(error)
  }
}

function must(what: string, found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`)
}

async function opened(place: string): Promise<Store & { file: string }> {
  const file = join(place, 'data', 'hearth.db')
  const store = await openStore({ file, clock, log: quiet })
  if (!(await store.cursor('local'))) await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
  await store.setSetting('kept', 'yes')
  return { ...store, file }
}

async function fullAtWrite(place: string, write: (store: Store, round: number) => Promise<unknown>): Promise<void> {
  const store = await opened(place)
  await write(store, 0)
  const giveBack = fillDisk(place)
  let round = 0
  let code = 'none'
  // A log that is there already has room for a few.
  while (code === 'none' && round < 200) {
    round += 1
    code = await codeOf(write(store, round))
  }
  must('the refusal', code, 'disk-full')
  must('a read meanwhile', await store.setting('kept'), 'yes')
  giveBack()
  must('the same write with room', await codeOf(write(store, round)), 'none')
  await store.close()
  const { db } = await openDatabase(store.file, NOW_MS)
  must('integrity', db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
  // Each answered write is there once, and the refused one once, after it was tried again.
  const again = await opened(place)
  const wide = readRows(store.file).filter((row) => row.includes(WIDE)).length
  if (wide > 0) must('rows', wide, round + 1)
  else must('height', (await again.cursor('local'))?.height, 101 + 100 * round)
  await again.close()
}

async function fullAtCreate(place: string): Promise<void> {
  mkdirSync(join(place, 'data'))
  const giveBack = fillDisk(place)
  const file = join(place, 'data', 'hearth.db')
  must('the refusal', await codeOf(openStore({ file, clock, log: quiet })), 'disk-full')
  must('a store', existsSync(file), false)
  giveBack()
  await (await opened(place)).close()
}

async function fullAtUpgrade(place: string): Promise<void> {
  const store = await opened(place)
  for (let height = 2; height < 40; height += 1) await store.applyBlock(crashBlock(height))
  await store.close()
  const before = readRows(store.file)
  const giveBack = fillDisk(place)
  must('the refusal', await codeOf(openDatabase(store.file, NOW_MS, NEXT_MIGRATIONS)), 'disk-full')
  giveBack()
  must('rows lost', compareRows(before, readRows(store.file)), { missing: 0, extra: 0 })
  must('copies', readdirSync(join(place, 'data', 'backups')), [])
  const { db, opened: found } = await openDatabase(store.file, NOW_MS, NEXT_MIGRATIONS)
  db.close()
  must('version', found.version, NEXT_MIGRATIONS.at(-1)?.version)
  must('mark', existsSync(markPath(store.file)), false)
}

async function fullAtCopy(place: string): Promise<void> {
  const store = await opened(place)
  for (let round = 0; round < 8; round += 1) await store.setSetting(`k${round}`, WIDE)
  const records = openRecords({ file: store.file, metricsFile: `${store.file}.m`, clock, log: quiet })
  const copy = await records.copy('beside')
  const other = join(place, 'other')
  mkdirSync(other)
  const giveBack = fillDisk(place)
  must('the copy', await codeOf(records.copy('beside')), 'disk-full')
  must('the choice', await codeOf(records.chooseFolder(other)), 'disk-full')
  must('the note', await codeOf(records.planRestore(copy)), 'disk-full')
  must('left behind', readdirSync(join(place, 'data', 'backups')).sort(), [copy.name, `${copy.name}.sha256`])
  must('pending', (await records.facts()).pending, undefined)
  giveBack()
  await records.chooseFolder(other)
  await records.copy('chosen')
  await store.close()
}

async function fullAtExport(place: string): Promise<void> {
  const store = await opened(place)
  for (let round = 0; round < 8; round += 1) await store.setSetting(`k${round}`, WIDE)
  const records = openRecords({ file: store.file, metricsFile: `${store.file}.m`, clock, log: quiet })
  const out = join(place, 'out')
  mkdirSync(out)
  const giveBack = fillDisk(place)
  must('the refusal', await codeOf(records.export(out)), 'disk-full')
  must('left behind', readdirSync(out), [])
  giveBack()
  await records.export(out)
  must('made', readdirSync(out).length, 1)
  await store.close()
}

async function fullAtCure(place: string): Promise<void> {
  const store = await opened(place)
  for (let round = 0; round < 8; round += 1) await store.setSetting(`k${round}`, WIDE)
  await openRecords({ file: store.file, metricsFile: `${store.file}.m`, clock, log: quiet }).copy('beside')
  await store.close()
  const handle = openSync(store.file, 'r+')
  writeSync(handle, Buffer.alloc(4_096, 0xa5), 0, 4_096, 40 * 4_096)
  closeSync(handle)
  const giveBack = fillDisk(place)
  const options = { file: store.file, clock, log: quiet }
  must('the refusal', await codeOf(openStoreCured(options)), 'disk-full')
  must(
    'left behind',
    readdirSync(join(place, 'data')).filter((name) => /building|restoring|set-aside/.test(name)),
    [],
  )
  giveBack()
  const cured = await openStoreCured(options)
  must('notice', cured.notice, 'store-restored')
  must('kept', await cured.store.setting('kept'), 'yes')
  await cured.store.close()
}

async function fullAtClose(place: string): Promise<void> {
  const store = await opened(place)
  const giveBack = fillDisk(place)
  await store.close()
  giveBack()
  const again = await opened(place)
  must('kept', await again.setting('kept'), 'yes')
  await again.close()
}

async function fullAtMetrics(place: string): Promise<void> {
  const { metrics } = await openMetrics({ file: join(place, 'metrics.db'), log: quiet })
  const giveBack = fillDisk(place)
  for (let round = 0; round < 30; round += 1)
    await metrics.addLogLines(
      Array.from({ length: 50 }, () => ({ source: 's', atMs: round, stream: 'out' as const, text: 'z'.repeat(2_000) })),
    )
  giveBack()
  await metrics.addPoints([{ name: 'after', atMs: NOW_MS, value: 1 }])
  must('afterwards', await metrics.seriesNames(), ['after'])
  await metrics.close()
}

async function fullAtSmallFile(place: string): Promise<void> {
  const path = join(place, 'small.json')
  await writeFileAtomic(path, 'old')
  const giveBack = fillDisk(place)
  must('the refusal', await codeOf(writeFileAtomic(path, WIDE)), 'disk-full')
  giveBack()
  must('left behind', readdirSync(place), ['small.json'])
}

async function readOnly(place: string): Promise<void> {
  const store = await opened(place)
  const records = openRecords({ file: store.file, metricsFile: `${store.file}.m`, clock, log: quiet })
  const stick = join(place, 'stick')
  mkdirSync(stick)
  const data = join(place, 'data')
  const refusal = mount('--bind', stick, stick) ?? mount('-o', 'remount,bind,ro', stick)
  if (refusal !== undefined) throw new Error(refusal)
  try {
    must('a folder', await codeOf(records.chooseFolder(stick)), 'folder-invalid:not-writable')
    must('an export', await codeOf(records.export(stick)), 'folder-invalid:not-writable')
  } finally {
    spawnSync('umount', [stick])
  }
  await store.close()
  const before = readRows(store.file)
  const second = mount('--bind', data, data) ?? mount('-o', 'remount,bind,ro', data)
  if (second !== undefined) throw new Error(second)
  try {
    must('the store', await codeOf(openStore({ file: store.file, clock, log: quiet })), 'store-damaged:not-writable')
    must('the cure', await codeOf(openStoreCured({ file: store.file, clock, log: quiet })), 'store-damaged:not-writable')
    must('the folder', await lockRefusal(data), 'unusable')
  } finally {
    spawnSync('umount', [data])
  }
  must('rows lost', compareRows(before, readRows(store.file)), { missing: 0, extra: 0 })
}

async function linked(place: string): Promise<void> {
  mkdirSync(join(place, 'real'))
  symlinkSync(join(place, 'real'), join(place, 'link'))
  must('the folder', await lockRefusal(join(place, 'link')), 'symlink')
  const lock = await lockDataFolder(join(place, 'real'))
  must('a second Hearth', await lockRefusal(join(place, 'real')), 'in-use')
  lock.release()
  must('the real folder', readdirSync(join(place, 'real')), [])
}

async function lockRefusal(folder: string): Promise<string> {
  try {
    ;(await lockDataFolder(folder)).release()
    return 'none'
  } catch (error) {
    return error instanceof DataFolderRefused && error.message.endsWith('.') ? error.reason : String(error)
  }
}
