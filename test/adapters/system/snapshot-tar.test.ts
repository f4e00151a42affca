import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { safeTar, type SafeTarOptions } from '#main/adapters/system/snapshot-tar.ts'
import { createSnapshots } from '#main/adapters/system/snapshots.ts'
import { rejection } from '#test/fakes/rejection.ts'

const LONG = `${'deep/'.repeat(30)}${'long'.repeat(40)}.sst`

/** One header, with its checksum; what a hostile writer could make. */
function header(name: string, type: string, size = 0, link = ''): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0)
  block.write('0006777', 100)
  block.write('0000000', 108)
  block.write('0000000', 116)
  block.write(size.toString(8).padStart(11, '0'), 124)
  block.write('00000000000', 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(link, 157)
  block.write('ustar\u000000', 257)
  block.write(
    `${[...block]
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\u0000 `,
    148,
  )
  return block
}
const END = Buffer.alloc(1024)
const padded = (content: Buffer): Buffer => Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)])

/** In pieces that fit no block. */
async function* inPieces(bytes: Buffer, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}
async function all(tar: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of tar) parts.push(part)
  return Buffer.concat(parts)
}
const made = (bytes: Buffer, options: Partial<SafeTarOptions> = {}): Promise<Buffer> =>
  all(safeTar(inPieces(bytes), { folder: '', ...options }))

describe('what a snapshot holds', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hearth-tar-'))
    mkdirSync(join(folder, 'in', LONG.slice(0, LONG.lastIndexOf('/'))), { recursive: true })
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'in', LONG), Buffer.alloc(70_001, 5))
    writeFileSync(join(folder, 'in', 'a.txt'), 'sown')
    writeFileSync(join(folder, 'in', 'empty'), '')
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const packed = (...format: string[]): Buffer =>
    execFileSync('tar', [...format, '-cf', '-', '-C', join(folder, 'in'), '.'], { maxBuffer: 1e8 })
  /** As the system's own tar reads what we made. */
  const unpacked = (tar: Buffer): string[] => {
    execFileSync('tar', ['-xf', '-', '-C', join(folder, 'out')], { input: tar })
    return readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(folder, 'out', name)).isFile(),
    )
  }

  it.each(['--format=gnu', '--format=pax', '--format=ustar'])('is the same files below another folder (%s)', async (format) => {
    const isUstar = format === '--format=ustar'
    if (isUstar) rmSync(join(folder, 'in', 'deep'), { recursive: true })
    const files = unpacked(await made(packed(format), { folder: 'data/run' }))
    expect(files.toSorted()).toEqual(['data/run/a.txt', 'data/run/empty', ...(isUstar ? [] : [`data/run/${LONG}`])].toSorted())
    expect(readFileSync(join(folder, 'out/data/run/a.txt'), 'utf8')).toBe('sown')
    if (!isUstar) expect(readFileSync(join(folder, 'out/data/run', LONG)).equals(Buffer.alloc(70_001, 5))).toBe(true)
  })
  it('has the owner that is asked for, and no mode that gives rights away', async () => {
    const tar = await made(Buffer.concat([header('tool', '0', 4), padded(Buffer.from('abcd')), END]), { owner: { uid: 1025, gid: 1026 } })
    const listed = execFileSync('tar', ['-tvf', '-', '--numeric-owner'], { input: tar, encoding: 'utf8' })
    expect(listed).toMatch(/^-rwxrwxrwx 1025\/1026 +4 .* tool\n$/)
  })
  it.each([
    ['a path that climbs', header('../out.txt', '0')],
    ['one that climbs from below', header('a/../../out.txt', '0')],
    ['an absolute path', header('/etc/passwd', '0')],
    ['a symbolic link', header('link', '2', 0, '/etc')],
    ['a hard link', header('link', '1', 0, 'a.txt')],
    ['a device', header('disk', '4')],
    ['a character device', header('mem', '3')],
    ['a pipe', header('pipe', '6')],
    ['a sparse file', header('hole', 'S')],
    ['an unknown kind', header('what', 'Z')],
    ['a name with a line break', header('a\nb', '0')],
    ['a backslash', header('a\\..\\b', '0')],
  ])('refuses %s', async (_what, block) => {
    expect(await rejection(made(Buffer.concat([header('fine.txt', '0', 2), padded(Buffer.from('ok')), block, END])))).toMatchObject({
      code: 'snapshot-refused',
    })
  })
  it('refuses a path that climbs by its long name', async () => {
    const name = Buffer.from('../../../../escape\0')
    const pax = Buffer.from('21 path=../../escape\n')
    expect(
      (await rejection(made(Buffer.concat([header('././@LongLink', 'L', name.length), padded(name), header('x', '0'), END])))).code,
    ).toBe('snapshot-refused')
    expect((await rejection(made(Buffer.concat([header('pax', 'x', pax.length), padded(pax), header('x', '0'), END])))).code).toBe(
      'snapshot-refused',
    )
  })
  it('refuses links that the system’s own tar packed', async () => {
    symlinkSync('/etc', join(folder, 'in', 'out'))
    expect((await rejection(made(packed('--format=gnu')))).code).toBe('snapshot-refused')
  })
  it('says when it is cut off, changed, or no archive at all', async () => {
    const tar = packed('--format=gnu')
    expect((await rejection(made(tar.subarray(0, 30_000)))).code).toBe('snapshot-damaged')
    const changed = Buffer.from(tar)
    changed[0] = 0x41
    expect((await rejection(made(changed))).code).toBe('snapshot-damaged')
    expect((await rejection(made(Buffer.from('<html>not here</html>'.repeat(100))))).code).toBe('snapshot-damaged')
  })
  it('stops before it fills the disk', async () => {
    expect(await rejection(made(packed('--format=gnu'), { limitBytes: 10_000 }))).toMatchObject({ code: 'disk-full' })
    // What it says of itself is enough: eight gigabytes are not sent to be counted.
    const huge = header('huge', '0', 8 ** 11 - 1)
    expect((await rejection(made(Buffer.concat([huge, Buffer.alloc(2_000)]), { limitBytes: 1e9 }))).code).toBe('disk-full')
  })
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['nothing', (bytes: Buffer) => bytes],
  ])('is read through %s, told by the bytes and not by a name', async (_what, compress) => {
    const snapshots = createSnapshots(folder)
    writeFileSync(join(folder, 'snap'), compress(packed('--format=pax')))
    let last = 0
    const tar = await all(snapshots.contents('snap', { folder: '' }, ({ bytes }) => (last = bytes)))
    expect(unpacked(tar)).toContain('a.txt')
    expect(last).toBe(statSync(join(folder, 'snap')).size)
  })
  it.each([
    ['inside a file', [30_000]],
    ['where a header begins', [512]],
    ['in many places', [512, 513, 5_000, 5_001, 60_000]],
  ])('is whole when it was compressed in several frames, cut %s', async (_what, cuts) => {
    const snapshots = createSnapshots(folder)
    const tar = packed('--format=pax')
    const frames = [0, ...cuts].map((from, index) => zstdCompressSync(tar.subarray(from, cuts[index])))
    // Some programs put a frame before each, of a kind that is skipped.
    const skipped = Buffer.from('502a4d180400000001020304', 'hex')
    for (const content of [Buffer.concat(frames), Buffer.concat(frames.flatMap((frame) => [skipped, frame]))]) {
      writeFileSync(join(folder, 'snap'), content)
      let last = 0
      const files = await all(snapshots.contents('snap', { folder: '' }, ({ bytes }) => (last = bytes)))
      expect(files.equals(await made(tar))).toBe(true)
      expect(last).toBe(content.length)
    }
    writeFileSync(join(folder, 'snap'), Buffer.concat(frames).subarray(0, -20))
    expect((await rejection(all(snapshots.contents('snap', { folder: '' }, () => undefined)))).code).toBe('snapshot-damaged')
  })
  it('says that it is gone, to whoever reads it', async () => {
    expect((await rejection(all(createSnapshots(folder).contents('none', { folder: '' }, () => undefined)))).code).toBe('snapshot-damaged')
  })
  it('refuses lz4, and a stream that breaks inside', async () => {
    const snapshots = createSnapshots(folder)
    writeFileSync(join(folder, 'snap'), Buffer.from('04224d1864', 'hex'))
    expect((await rejection(all(snapshots.contents('snap', { folder: '' }, () => undefined)))).code).toBe('snapshot-refused')
    const whole = gzipSync(packed('--format=pax'))
    writeFileSync(join(folder, 'snap'), whole.subarray(0, whole.length - 40))
    expect((await rejection(all(snapshots.contents('snap', { folder: '' }, () => undefined)))).code).toBe('snapshot-damaged')
  })
  it('throws away what nobody waits for any more', async () => {
    const snapshots = createSnapshots(folder)
    for (const name of ['local-a-1', 'local-a-1.origin', 'local-b-2.part', 'local-b-2.origin', 'main-a-1'])
      writeFileSync(join(folder, name), 'x')
    await snapshots.keepOnly('local-', ['local-b-2'])
    expect(
      readdirSync(folder)
        .filter((name) => name.includes('-'))
        .toSorted(),
    ).toEqual(['local-b-2.origin', 'local-b-2.part', 'main-a-1'])
  })
})
