import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compareVersions, readFeed } from '#main/shells/electron/updates/feed.ts'
import { installedAs, putInPlace } from '#main/shells/electron/updates/place.ts'
import { DAY_MS, judgeFeed, shareOf, withdrawnNote, type StageInput } from '#main/shells/electron/updates/stage.ts'
import { feed, IMAGE, PUBLIC, signed } from './support/release-list.ts'

describe('the list of releases', () => {
  const text = JSON.stringify(feed())

  test('is believed with the signature of the key in the package, and with no other', () => {
    const other = generateKeyPairSync('ed25519')
    const bytes = Buffer.from(text)
    expect(readFeed(bytes, signed(text), PUBLIC)).toEqual(feed())
    expect(readFeed(bytes, `${signed(text)}\n`, PUBLIC)).toEqual(feed())
    expect(readFeed(bytes, sign(null, bytes, other.privateKey).toString('base64'), PUBLIC)).toBeUndefined()
    expect(
      readFeed(bytes, signed(text), other.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')),
    ).toBeUndefined()
    expect(readFeed(Buffer.from(text.replace('0.2.0', '0.3.0')), signed(text), PUBLIC)).toBeUndefined()
    for (const signature of ['', 'x', 'A'.repeat(88), signed(text).slice(1)]) expect(readFeed(bytes, signature, PUBLIC)).toBeUndefined()
    for (const key of ['', PUBLIC.slice(2), 'zz'.repeat(32)]) expect(readFeed(bytes, signed(text), key)).toBeUndefined()
  })

  const [first] = feed().files
  test.each([
    ['no JSON', 'nonsense'],
    ['an unknown key', JSON.stringify({ ...feed(), evil: 1 })],
    ['no version of three numbers', JSON.stringify(feed({ version: '0.2' }))],
    ['a version with words', JSON.stringify(feed({ version: '0.2.0-beta.1' }))],
    ['a share above everybody', JSON.stringify(feed({ stagingPercent: 101 }))],
    ['a name with a folder', JSON.stringify(feed({ files: [{ ...first, name: '../evil' } as never] }))],
    ['a name that is hidden', JSON.stringify(feed({ files: [{ ...first, name: '.evil' } as never] }))],
    ['an unknown kind', JSON.stringify(feed({ files: [{ ...first, kind: 'exe' } as never] }))],
    ['a file of a gigabyte', JSON.stringify(feed({ files: [{ ...first, bytes: 2 ** 30 } as never] }))],
    ['a short sum', JSON.stringify(feed({ files: [{ ...first, sha512: 'ab' } as never] }))],
    [
      'too long',
      JSON.stringify(
        feed({ withdrawn: Array.from({ length: 49 }, (_, index) => ({ version: `0.0.${index}`, note: 'x'.repeat(1_400) })) as never }),
      ),
    ],
  ])('well signed, but %s: not believed', (_why, bad) => {
    expect(readFeed(Buffer.from(bad), signed(bad), PUBLIC)).toBeUndefined()
  })

  test('versions are compared as numbers', () => {
    expect(['0.10.0', '0.9.9', '1.0.0', '0.9.10'].sort(compareVersions)).toEqual(['0.9.9', '0.9.10', '0.10.0', '1.0.0'])
    expect(compareVersions('nonsense', '0.0.1')).toBeLessThan(0)
  })
})

describe('whether a release is for us', () => {
  const input = (more: Partial<StageInput> = {}): StageInput => ({
    feed: feed(),
    current: '0.1.0',
    kind: 'AppImage',
    arch: 'x64',
    seed: '00112233aabbccdd',
    seenSequence: 5,
    firstSeenMs: 1_000,
    delayDays: 3,
    ...more,
  })

  test('newer, and from the day that the user wants on', () => {
    expect(judgeFeed(input())).toMatchObject({ kind: 'newer', version: '0.2.0', fromMs: 1_000 + 3 * DAY_MS })
    expect(judgeFeed(input({ delayDays: 0 }))).toMatchObject({ fromMs: 1_000 })
  })
  test.each([
    ['same', { current: '0.2.0' }],
    ['same', { current: '0.3.0' }],
    ['old-list', { seenSequence: 6 }],
    ['withdrawn', { feed: feed({ withdrawn: [{ version: '0.2.0', note: '' }] }) }],
    ['no-file', { kind: 'dmg' as const }],
    ['no-file', { arch: 'arm64' }],
    ['no-file', { kind: undefined }],
    ['not-our-turn', { feed: feed({ stagingPercent: 0 }) }],
  ])('%s: nothing', (why, more) => {
    expect(judgeFeed(input(more))).toEqual({ kind: 'nothing', why })
  })
  test('a share of installations takes it, the same ones at every look, others at the next version', () => {
    const seeds = Array.from({ length: 2_000 }, (_, index) => index.toString(16).padStart(16, '0'))
    const taking = (percent: number, version = '0.2.0'): string[] =>
      seeds.filter((seed) => judgeFeed(input({ seed, feed: feed({ stagingPercent: percent, version }) })).kind === 'newer')
    const tenth = taking(10)
    expect(tenth.length).toBeGreaterThan(140)
    expect(tenth.length).toBeLessThan(260)
    expect(taking(50)).toEqual(expect.arrayContaining(tenth))
    expect(taking(100)).toHaveLength(2_000)
    expect(taking(10, '0.3.0')).not.toEqual(tenth)
    expect(shareOf('a', '1.0.0')).toBe(shareOf('a', '1.0.0'))
  })
  test('the version that runs may be withdrawn, with a word', () => {
    const list = feed({ withdrawn: [{ version: '0.1.0', note: 'It loses claims. Go back to 0.0.9 or on to 0.2.0.' }] })
    expect([withdrawnNote(list, '0.1.0'), withdrawnNote(list, '0.0.9')]).toEqual([
      'It loses claims. Go back to 0.0.9 or on to 0.2.0.',
      undefined,
    ])
  })
})

describe('how this Hearth lies here', () => {
  test.each([
    ['linux', true, { APPIMAGE: '/x/Hearth.AppImage' }, 'AppImage'],
    ['linux', true, {}, 'deb'],
    ['win32', true, {}, 'nsis'],
    ['darwin', true, {}, 'dmg'],
    ['linux', false, { APPIMAGE: '/x' }, undefined],
    ['freebsd', true, {}, undefined],
  ] as const)('%s, packaged %s, %j: %s', (platform, packaged, env, kind) => {
    expect(installedAs(platform, packaged, env).kind).toBe(kind)
  })
})

describe('putting in place', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-place-'))
    await writeFile(join(folder, 'new'), IMAGE)
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('an AppImage is replaced whole, with its rights, and nothing is left beside it', async () => {
    const image = join(folder, 'Hearth.AppImage')
    await writeFile(image, 'old', { mode: 0o755 })
    await putInPlace({ kind: 'AppImage', image }, join(folder, 'new'))
    expect(await readFile(image)).toEqual(IMAGE)
    expect((await stat(image)).mode & 0o777).toBe(0o755)
    expect((await readdir(folder)).sort()).toEqual(['Hearth.AppImage', 'new'])
  })
  test('a place that cannot be written keeps the old one', async () => {
    const image = join(folder, 'Hearth.AppImage')
    await mkdir(image)
    await writeFile(join(image, 'x'), 'in the way')
    await expect(putInPlace({ kind: 'AppImage', image }, join(folder, 'new'))).rejects.toThrow()
    expect((await readdir(folder)).sort()).toEqual(['Hearth.AppImage', 'new'])
  })
  test('on Windows the installer is started, silently; a deb is never touched', async () => {
    const started: unknown[] = []
    await putInPlace({ kind: 'nsis', image: undefined }, 'C:\\x\\Setup.exe', (program, args) => void started.push([program, args]))
    expect(started).toEqual([['C:\\x\\Setup.exe', ['/S', '--updated']]])
    await expect(putInPlace({ kind: 'deb', image: undefined }, 'x')).rejects.toThrow()
  })
})
