import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEjectFolder } from '#main/adapters/system/eject-folder.ts'

const FILES = [
  { name: 'compose.yaml', text: 'a: 1\n' },
  { name: 'README.md', text: '# x\n' },
]
let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hearth-eject-folder-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

describe('the folder of ejected files', () => {
  it('is made whole, under the data folder, closed to others', async () => {
    const path = await createEjectFolder(dataDir).write('my way out', FILES)
    expect(path).toBe(join(dataDir, 'eject', 'my way out'))
    expect(readdirSync(path).sort()).toEqual(['README.md', 'compose.yaml'])
    expect(readFileSync(join(path, 'compose.yaml'), 'utf8')).toBe('a: 1\n')
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(dataDir, 'eject'))).toEqual(['my way out'])
  })

  it('keeps what holds a secret for its owner alone, and the rest readable for containers', async () => {
    const path = await createEjectFolder(dataDir).write('one', [...FILES, { name: 'gate.json', text: '{}', secret: true }])
    expect(statSync(join(path, 'gate.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, 'compose.yaml')).mode & 0o777).toBe(0o644)
  })

  it('tells what is there without making anything, and to whom it belongs', async () => {
    const eject = createEjectFolder(dataDir)
    expect(await eject.look()).toEqual({ parent: join(dataDir, 'eject'), taken: [] })
    expect(existsSync(join(dataDir, 'eject'))).toBe(false)
    const path = await eject.write('two', FILES)
    mkdirSync(join(dataDir, 'eject', '.half.part'))
    writeFileSync(join(dataDir, 'eject', 'a file'), '')
    expect((await eject.look()).taken).toEqual(['a file', 'two'])
    const { uid, gid } = statSync(path)
    expect(eject.owner()).toBe(`${String(uid)}:${String(gid)}`)
  })

  it('is never written over, be it a folder, an empty one, a file or a link', async () => {
    const eject = createEjectFolder(dataDir)
    await eject.write('one', FILES)
    mkdirSync(join(dataDir, 'eject', 'empty'))
    writeFileSync(join(dataDir, 'eject', 'file'), 'mine')
    symlinkSync('/nowhere', join(dataDir, 'eject', 'link'))
    for (const name of ['one', 'empty', 'file', 'link'])
      await expect(eject.write(name, FILES), name).rejects.toMatchObject({ code: 'eject-folder', detail: { problem: 'exists', name } })
    expect(readdirSync(join(dataDir, 'eject', 'empty'))).toEqual([])
    expect(readFileSync(join(dataDir, 'eject', 'file'), 'utf8')).toBe('mine')
    expect(readdirSync(join(dataDir, 'eject')).sort()).toEqual(['empty', 'file', 'link', 'one'])
  })

  it.each([
    '',
    '.',
    '..',
    '../up',
    'a/b',
    'a\\b',
    '/abs',
    '.hidden',
    'end.',
    'end ',
    ' start',
    'con',
    'NUL.txt',
    'a\u0000b',
    'a\nb',
    'c:',
    'ü',
    'x'.repeat(63),
  ])('takes no %j for a name', async (name) => {
    await expect(createEjectFolder(dataDir).write(name, FILES)).rejects.toMatchObject({ code: 'eject-folder', detail: { problem: 'name' } })
    expect(existsSync(join(dataDir, 'eject'))).toBe(false)
  })

  it('does not go through a link in place of its own folder', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'hearth-elsewhere-'))
    symlinkSync(elsewhere, join(dataDir, 'eject'))
    await expect(createEjectFolder(dataDir).write('one', FILES)).rejects.toMatchObject({ code: 'eject-folder' })
    expect(readdirSync(elsewhere)).toEqual([])
    rmSync(elsewhere, { recursive: true })
  })

  it('leaves nothing behind when a file cannot be written', async () => {
    const eject = createEjectFolder(dataDir)
    const twice = [...FILES, { name: 'compose.yaml/x', text: '' }]
    await expect(eject.write('one', twice)).rejects.toThrow('not a file name')
    const long = [...FILES, { name: 'x', text: undefined as unknown as string }]
    await expect(eject.write('two', long)).rejects.toThrow(/./)
    expect(existsSync(join(dataDir, 'eject')) ? readdirSync(join(dataDir, 'eject')) : []).toEqual([])
  })
})
