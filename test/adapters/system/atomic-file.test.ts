import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()

it('writes, replaces and sets the mode, and leaves nothing beside the file', async () => {
  mkdirSync(scratch.path('plain'))
  const path = scratch.path('plain', 'settings.json')
  writeFileSync(path, 'old', { mode: 0o644 })
  await writeFileAtomic(path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  await writeFileAtomic(path, Uint8Array.from([1, 2, 3]), { mode: 0o644 })
  expect([...readFileSync(path)]).toEqual([1, 2, 3])
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o644)
  expect(readdirSync(scratch.path('plain'))).toEqual(['settings.json'])
})

it('keeps what is there and cleans up when it fails', async () => {
  const folder = scratch.path('busy')
  mkdirSync(join(folder, 'target', 'inner'), { recursive: true })
  await expect(writeFileAtomic(join(folder, 'target'), 'x')).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['target'])
  expect(readdirSync(join(folder, 'target'))).toEqual(['inner'])
  await expect(writeFileAtomic(scratch.path('nowhere', 'file'), 'x')).rejects.toThrow('ENOENT')
})

it('is whole, old or new, after a kill at any moment', async () => {
  const path = scratch.path('killed')
  const size = 3_000_000
  writeFileSync(path, 'A'.repeat(size))
  const module = join(import.meta.dirname, '../../../main/adapters/system/atomic-file.ts')
  const script = `const { writeFileAtomic } = await import(${JSON.stringify(module)});
    process.stdout.write('go');
    for (let i = 0; ; i += 1) await writeFileAtomic(${JSON.stringify(path)}, (i % 2 ? 'A' : 'B').repeat(${size}));`
  for (const afterMs of [0, 7, 23]) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const content = readFileSync(path, 'utf8')
    expect(content.length).toBe(size)
    expect(new Set(content).size).toBe(1)
  }
})
