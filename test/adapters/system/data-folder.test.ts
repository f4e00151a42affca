import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockDataFolder } from '#main/adapters/system/data-folder.ts'
import { processRuns, processStart } from '#main/adapters/system/process-identity.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()
const MODULE = join(import.meta.dirname, '../../../main/adapters/system/data-folder.ts')

/** Another process that tries to take the folder. Prints `held` or the refusal. */
function rival(folder: string): { child: ChildProcess; said: Promise<string> } {
  const script = `const { lockDataFolder } = await import(${JSON.stringify(MODULE)});
    try { await lockDataFolder(${JSON.stringify(folder)}); process.stdout.write('held'); setInterval(() => {}, 1000) }
    catch (error) { process.stdout.write(error.reason + ': ' + error.message) }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  return { child, said: new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString()))) }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

function lockText(change: object): string {
  return JSON.stringify({ pid: process.pid, started: processStart(process.pid), token: 'other', ...change })
}

describe('the folder', () => {
  it('is made for the owner alone, and closed when it was open', async () => {
    if (process.platform === 'win32') return
    const fresh = scratch.path('deep', 'down', 'hearth')
    const lock = await lockDataFolder(fresh)
    expect(lock.path).toBe(fresh)
    expect(statSync(fresh).mode & 0o777).toBe(0o700)
    expect(statSync(join(fresh, 'lock')).mode & 0o777).toBe(0o600)
    expect(readdirSync(fresh)).toEqual(['lock'])
    lock.release()
    lock.release()
    expect(readdirSync(fresh)).toEqual([])
    mkdirSync(scratch.path('open'), { mode: 0o755 })
    ;(await lockDataFolder(scratch.path('open'))).release()
    expect(statSync(scratch.path('open')).mode & 0o777).toBe(0o700)
  })

  it('is refused when it is a link or a file', async () => {
    mkdirSync(scratch.path('real'))
    symlinkSync(scratch.path('real'), scratch.path('link'))
    for (const path of [scratch.path('link'), `${scratch.path('link')}/`]) {
      await expect(lockDataFolder(path)).rejects.toMatchObject({
        reason: 'symlink',
        message: expect.stringContaining('is a link') as string,
      })
    }
    expect(readdirSync(scratch.path('real'))).toEqual([])
    symlinkSync(scratch.path('nowhere'), scratch.path('dangling'))
    await expect(lockDataFolder(scratch.path('dangling'))).rejects.toMatchObject({ name: 'DataFolderRefused' })
    expect(existsSync(scratch.path('nowhere'))).toBe(false)
    writeFileSync(scratch.path('file'), 'mine')
    await expect(lockDataFolder(scratch.path('file'))).rejects.toMatchObject({ reason: 'not-a-folder' })
    expect(readFileSync(scratch.path('file'), 'utf8')).toBe('mine')
  })
})

describe('the lock', () => {
  it('keeps a second process out, names the first, and is free after its end', async () => {
    const folder = scratch.path('two')
    const first = rival(folder)
    expect(await first.said).toBe('held')
    await expect(lockDataFolder(folder)).rejects.toMatchObject({
      reason: 'in-use',
      message: `Hearth already runs with the folder ${folder} (process ${first.child.pid}). Use that one, or end it first.`,
    })
    const second = rival(folder)
    expect(await second.said).toContain('in-use')
    await kill(first.child)
    expect(existsSync(join(folder, 'lock'))).toBe(true)
    const lock = await lockDataFolder(folder)
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    lock.release()
    await kill(second.child)
  })

  it('keeps the same process out, too', async () => {
    const lock = await lockDataFolder(scratch.path('self'))
    await expect(lockDataFolder(scratch.path('self'))).rejects.toMatchObject({ reason: 'in-use' })
    lock.release()
    ;(await lockDataFolder(scratch.path('self'))).release()
  })

  it('is stale when its process is gone, its number belongs to another process now, or its text is broken', async () => {
    const folder = scratch.path('stale')
    mkdirSync(folder)
    const dead = spawn(process.execPath, ['--eval', ''])
    await new Promise((resolve) => dead.once('exit', resolve))
    const stale = [lockText({ pid: dead.pid }), '', '{"pid":', '{}']
    // Where the system tells when a process began, a reused number is seen: this very process, begun at another time.
    if (processStart(process.pid) !== undefined) stale.push(lockText({ started: 'another boot:1' }))
    for (const text of stale) {
      writeFileSync(join(folder, 'lock'), text)
      const lock = await lockDataFolder(folder)
      expect(readFileSync(join(folder, 'lock'), 'utf8')).not.toBe(text)
      lock.release()
      expect(readdirSync(folder)).toEqual([])
    }
    writeFileSync(join(folder, 'lock'), lockText({}))
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ reason: 'in-use' })
  })

  it('goes to exactly one of many that find a stale one', async () => {
    const folder = scratch.path('many')
    mkdirSync(folder)
    writeFileSync(join(folder, 'lock'), '{"pid":1,"started":"long ago","token":"x"}'.replace('1', '999999999'))
    const rivals = Array.from({ length: 5 }, () => rival(folder))
    const said = await Promise.all(rivals.map((each) => each.said))
    for (const each of rivals) await kill(each.child)
    expect(said.filter((text) => text === 'held')).toHaveLength(1)
    expect(said.filter((text) => text.startsWith('in-use'))).toHaveLength(4)
  })

  it('is not taken away by a release that comes late', async () => {
    const folder = scratch.path('late')
    const lock = await lockDataFolder(folder)
    writeFileSync(join(folder, 'lock'), lockText({}))
    lock.release()
    expect(existsSync(join(folder, 'lock'))).toBe(true)
  })
})

it('a process has one beginning, and a number without a process has none', () => {
  expect(processRuns(process.pid)).toBe(true)
  expect(processRuns(999_999_999)).toBe(false)
  expect(processStart(999_999_999)).toBeUndefined()
  expect(processStart(process.pid)).toBe(processStart(process.pid))
})
