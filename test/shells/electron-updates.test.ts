import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNotifier } from '#main/shells/electron/notifications.ts'
import { mirrorState, type StateMirror } from '#main/shells/electron/state-mirror.ts'
import type { Feed } from '#main/shells/electron/updates/feed.ts'
import type { Installed } from '#main/shells/electron/updates/place.ts'
import { DAY_MS } from '#main/shells/electron/updates/stage.ts'
import { createUpdater, readSource, type Updater } from '#main/shells/electron/updates/updater.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'
import { createFakeElectron, type FakeElectron } from '#test/fakes/electron.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { createStateApp, type StateApp } from './support/desktop-state.ts'
import { feed, IMAGE, PUBLIC, signed, URL_OF } from './support/release-list.ts'

describe('from the list to the program', () => {
  let folder: string
  let electron: FakeElectron
  let clock: TestClock
  let app: StateApp
  let mirror: StateMirror
  let placed: string[]
  let log: ReturnType<typeof createQuietLog>
  const answers = (list: Feed, image: Uint8Array = IMAGE): void => {
    const text = JSON.stringify(list)
    electron.web.set(`${URL_OF}hearth-releases.json`, () => new Response(text))
    electron.web.set(`${URL_OF}hearth-releases.json.sig`, () => new Response(signed(text)))
    for (const file of list.files) electron.web.set(`${URL_OF}${file.name}`, () => new Response(Buffer.from(image)))
  }
  const updaterOf = (installed: Installed = { kind: 'AppImage', image: '/x' }, version = '0.1.0'): Updater =>
    createUpdater({
      source: { feedUrl: URL_OF, publicKeyHex: PUBLIC },
      folder,
      version,
      installed,
      arch: 'x64',
      mirror,
      notifier: createNotifier({ electron, mirror, clock, log, open: () => undefined, choose: () => Promise.resolve() }),
      fetch: (url, init) => electron.net.fetch(url, init),
      clock,
      log,
      place: async (_installed, file) => void placed.push(file),
    })
  const files = async (): Promise<string[]> => readdir(join(folder, 'updates')).catch(() => [])
  const titles = (): string[] => electron.desktop.notes.map((note) => note.options.title)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-updates-'))
    electron = createFakeElectron()
    clock = createTestClock()
    app = createStateApp()
    log = createQuietLog()
    mirror = mirrorState(app, log)
    await mirror.ready
    placed = []
    answers(feed())
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('is fetched, checked, kept for three days, told, and put in place at the end at a safe moment', async () => {
    const updater = updaterOf()
    await updater.look()
    expect(await files()).toEqual(['Hearth-0.2.0.AppImage'])
    expect([updater.waiting(), await updater.atEnd(app.state), titles()]).toEqual([undefined, false, []])
    await clock.advance(3 * DAY_MS - 1)
    expect(updater.waiting()).toBeUndefined()
    await clock.advance(1)
    await updater.look()
    expect(updater.waiting()).toEqual({ version: '0.2.0', byHand: undefined })
    expect(titles()).toEqual(['Hearth 0.2.0 is ready'])
    // Fetched once: what lies there is still what the list says.
    expect(electron.fetched.filter((url) => url.endsWith('.AppImage'))).toHaveLength(1)
    expect(await updater.atEnd(app.state)).toBe(true)
    expect(placed).toEqual([join(folder, 'updates', 'Hearth-0.2.0.AppImage')])
  })

  test('never while work is unsent, nor when nobody can tell', async () => {
    app.choose('updateDelayDays', 0)
    const updater = updaterOf()
    await updater.look()
    for (const verdict of ['wait', 'costs', 'cannot-tell'] as const) {
      app.verdict(verdict)
      expect([verdict, await updater.atEnd(app.state)]).toEqual([verdict, false])
    }
    app.verdict('safe', { dueHeight: String(app.state.clock.height + 3) })
    expect(await updater.atEnd(app.state)).toBe(false)
    app.verdict('nothing-to-lose')
    expect(await updater.atEnd(app.state)).toBe(true)
    expect(placed).toHaveLength(1)
  })

  test('a release that is withdrawn or stopped meanwhile is thrown away', async () => {
    app.choose('updateDelayDays', 0)
    for (const bad of [feed({ sequence: 6, withdrawn: [{ version: '0.2.0', note: 'bad' }] }), feed({ sequence: 7, stagingPercent: 0 })]) {
      answers(feed({ sequence: bad.sequence - 1 }))
      const updater = updaterOf()
      await updater.look()
      expect(updater.waiting()?.version).toBe('0.2.0')
      answers(bad)
      await updater.look()
      expect([updater.waiting(), await files(), await updater.atEnd(app.state)]).toEqual([undefined, [], false])
    }
    expect(placed).toEqual([])
  })

  test('with a list that was read long ago nothing is put in place', async () => {
    app.choose('updateDelayDays', 0)
    const updater = updaterOf()
    await updater.look()
    await clock.advance(13 * 3_600_000)
    expect([updater.waiting()?.version, await updater.atEnd(app.state)]).toEqual(['0.2.0', false])
    // Nor after a restart that has not looked yet.
    const next = updaterOf()
    expect(await next.atEnd(app.state)).toBe(false)
  })

  test('an older list after a newer one is not believed: nobody can bring a bad release back', async () => {
    answers(feed({ sequence: 9, withdrawn: [{ version: '0.2.0', note: 'bad' }] }))
    await updaterOf().look()
    answers(feed({ sequence: 8 }))
    const updater = updaterOf()
    await updater.look()
    expect(await files()).toEqual([])
    expect(log.lines.join()).toContain('older than one')
  })

  test.each([
    ['another file', Buffer.from('an evil Hearth, as an AppImag')],
    ['one byte changed', Buffer.concat([IMAGE.subarray(0, -1), Buffer.from('!')])],
    ['a longer file', Buffer.concat([IMAGE, Buffer.alloc(1_000_000)])],
    ['a shorter file', IMAGE.subarray(1)],
  ])('%s is thrown away, and nothing waits', async (_what, image) => {
    answers(feed(), image)
    const updater = updaterOf()
    await updater.look()
    await clock.advance(4 * DAY_MS)
    expect([await files(), updater.waiting()]).toEqual([[], undefined])
  })

  test('a file that never ends is given up as soon as it is longer than announced', async () => {
    let sent = 0
    electron.web.set(`${URL_OF}Hearth-0.2.0.AppImage`, () => {
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 1
          if (sent > 1_000) controller.close()
          else controller.enqueue(new Uint8Array(1_000))
        },
      })
      return new Response(endless)
    })
    await updaterOf().look()
    expect(sent).toBeLessThan(10)
    expect(await files()).toEqual([])
  })

  test('a file that was changed after it was checked is not run', async () => {
    app.choose('updateDelayDays', 0)
    const updater = updaterOf()
    await updater.look()
    await writeFile(join(folder, 'updates', 'Hearth-0.2.0.AppImage'), Buffer.concat([IMAGE.subarray(0, -1), Buffer.from('!')]))
    expect(await updater.atEnd(app.state)).toBe(false)
    expect([placed, updater.waiting()]).toEqual([[], undefined])
  })

  test('a failed answer, a wrong signature, no network: nothing changes, and the next look works', async () => {
    const updater = updaterOf()
    for (const make of [
      () => new Response('', { status: 503 }),
      () => new Response('x'.repeat(70_000)),
      () => new Response(JSON.stringify(feed({ version: '9.0.0' }))),
    ]) {
      electron.web.set(`${URL_OF}hearth-releases.json`, make)
      await updater.look()
      expect(await files()).toEqual([])
    }
    electron.web.clear()
    await updater.look()
    expect(await files()).toEqual([])
    answers(feed())
    await updater.look()
    expect(await files()).toEqual(['Hearth-0.2.0.AppImage'])
  })

  test('the place of the releases is asked for nothing else, told nothing, and not at all when that is not wanted', async () => {
    const asked: unknown[] = []
    const spy = createUpdater({
      source: { feedUrl: URL_OF, publicKeyHex: PUBLIC },
      folder,
      version: '0.1.0',
      installed: { kind: 'AppImage', image: '/x' },
      arch: 'x64',
      mirror,
      notifier: createNotifier({ electron, mirror, clock, log, open: () => undefined, choose: () => Promise.resolve() }),
      fetch: async (url, init) => {
        asked.push([url, init.headers])
        return electron.net.fetch(url, init)
      },
      clock,
      log,
    })
    await spy.look()
    expect(asked).toEqual(
      ['hearth-releases.json', 'hearth-releases.json.sig', 'Hearth-0.2.0.AppImage'].map((name) => [
        `${URL_OF}${name}`,
        { 'user-agent': 'Hearth' },
      ]),
    )
    app.choose('updateCheck', false)
    asked.length = 0
    await spy.look()
    expect([asked, await files(), spy.waiting()]).toEqual([[], [], undefined])
  })

  test('what Hearth may not put in place is shown instead', async () => {
    app.choose('updateDelayDays', 0)
    const updater = updaterOf({ kind: 'deb', image: undefined })
    await updater.look()
    expect(updater.waiting()).toEqual({ version: '0.2.0', byHand: join(folder, 'updates', 'hearth_0.2.0_amd64.deb') })
    expect(electron.desktop.notes[0]?.options.body).toContain('find the file and install it')
    expect([await updater.atEnd(app.state), placed]).toEqual([false, []])
  })

  test('the days are counted from when it was first seen, also over restarts and a damaged note', async () => {
    await updaterOf().look()
    await clock.advance(2 * DAY_MS)
    const later = updaterOf()
    await later.look()
    await clock.advance(DAY_MS)
    expect(later.waiting()?.version).toBe('0.2.0')
    await writeFile(join(folder, 'updates.json'), '{"seed":1}')
    const damaged = updaterOf()
    await damaged.look()
    expect(damaged.waiting()).toBeUndefined()
  })

  test('after it was put in place, it waits no more', async () => {
    app.choose('updateDelayDays', 0)
    await updaterOf().look()
    const next = updaterOf(undefined, '0.2.0')
    await next.look()
    expect([next.waiting(), await files()]).toEqual([undefined, []])
  })

  test('a withdrawn version that runs is told, once', async () => {
    answers(feed({ withdrawn: [{ version: '0.1.0', note: 'Go back to 0.0.9.' }] }))
    const updater = updaterOf()
    await updater.look()
    await updater.look()
    expect(electron.desktop.notes.filter((note) => note.options.title.includes('withdrawn')).map((note) => note.options.body)).toEqual([
      'Go back to 0.0.9.',
    ])
  })

  test('looks ten minutes after the start and four times a day, until the end', async () => {
    const ended = new AbortController()
    const slept: number[] = []
    const real = clock.sleep.bind(clock)
    clock.sleep = (ms, signal) => {
      slept.push(ms)
      if (slept.length === 4) ended.abort()
      return signal === undefined ? real(ms) : Promise.resolve()
    }
    await updaterOf().run(ended.signal)
    expect(slept).toEqual([10 * 60_000, 6 * 3_600_000, 6 * 3_600_000, 6 * 3_600_000])
    expect(electron.fetched.filter((url) => url.endsWith('.json'))).toHaveLength(3)
  })

  test('builds that are not released have no place to look, and a wrong one is none', async () => {
    expect(await readSource(join(folder, 'nothing.json'))).toBeUndefined()
    for (const bad of [
      '{',
      '{}',
      JSON.stringify({ feedUrl: 'http://x.example/', publicKeyHex: PUBLIC }),
      JSON.stringify({ feedUrl: 'https://x.example/a', publicKeyHex: PUBLIC }),
      JSON.stringify({ feedUrl: URL_OF, publicKeyHex: 'ab' }),
    ]) {
      await writeFile(join(folder, 'update.json'), bad)
      expect([bad, await readSource(join(folder, 'update.json'))]).toEqual([bad, undefined])
    }
    await writeFile(join(folder, 'update.json'), JSON.stringify({ feedUrl: URL_OF, publicKeyHex: PUBLIC }))
    expect(await readSource(join(folder, 'update.json'))).toEqual({ feedUrl: URL_OF, publicKeyHex: PUBLIC })
  })
})
