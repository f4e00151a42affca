import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { systemClock } from './docker-engine.ts'
import { containerSpec, PROGRAMS, type EngineUnderTest } from './engine-under-test.ts'
import { startLyingRelay, type Lie, type LyingRelay } from './socket-relay.ts'

/** An ordinary call gives up after this long a silence; a drip after four times as long. */
const CALL_MS = 500
/** Longer than any of them may take. */
const PATIENCE_MS = 15_000

const HTML: Lie = { status: 200, body: '<html><body>Please log in to the hotel network</body></html>', type: 'text/html' }
const BROKEN: Lie = { status: 500, body: '{"message":"the engine has lost its mind"}' }
const BARE: Lie = { status: 502, body: 'Bad Gateway', type: 'text/plain' }
/** Every number and text of an answer becomes the other. */
const WRONG_TYPES: Lie = { change: (answer) => flip(answer) }
const NOTHING: Lie = { status: 200, body: 'null' }
const LIST: Lie = { status: 200, body: '[1,"x",null,{"Id":7}]' }

export const LIES: Record<string, Lie> = {
  'says nothing': 'hang',
  'ends in the middle': 'cut',
  'never comes to an end': 'drip',
  'answers 500': BROKEN,
  'answers 502 without JSON': BARE,
  'answers with a web page': HTML,
  'answers null': NOTHING,
  'answers a list of nonsense': LIST,
  'gives wrong types': WRONG_TYPES,
}

function flip(value: unknown): unknown {
  if (typeof value === 'string') return 7
  if (typeof value === 'number' || typeof value === 'boolean') return 'seven'
  if (Array.isArray(value)) return value.length === 0 ? [7] : value.map(flip)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, flip(entry)]))
  return 7
}

/** The calls of the port, each with the request that is lied about. `may`: codes beside `engine-failed` that are true to the cause. */
export interface LiedCall {
  name: string
  about: RegExp
  run(engine: Engine, names: { container: string; fresh: string; image: string; unknownImage: string }): Promise<unknown>
  may: ErrorCode[]
  /** Lies that this call need not notice: its answer says nothing that it needs. */
  unnoticed?: string[]
}

const NO_BODY = [
  'answers with a web page',
  'answers null',
  'answers a list of nonsense',
  'gives wrong types',
  'ends in the middle',
  'never comes to an end',
]
/** "There is none" is told by its number alone, whatever the words. */
const NOT_THERE = ['gives wrong types']
const memory = { memory: false }

export const CALLS: LiedCall[] = [
  { name: 'list', about: /^GET \/containers\/json/, run: (engine) => engine.list(), may: [] },
  { name: 'list, one by one', about: /^GET \/containers\/[^/]+\/json/, run: (engine) => engine.list(), may: [] },
  {
    name: 'state of one',
    about: /^GET \/containers\/[^/]+\/json/,
    run: (engine, { container }) => engine.containerState(container),
    may: [],
    unnoticed: NOT_THERE,
  },
  { name: 'image', about: /^GET \/images\//, run: (engine, { image }) => engine.image(image), may: [] },
  { name: 'start', about: /^GET \/containers\/[^/]+\/json/, run: (engine, { container }) => engine.start(container), may: [] },
  { name: 'start itself', about: /^POST .*\/start/, run: (engine, { container }) => engine.start(container), may: [], unnoticed: NO_BODY },
  { name: 'stop', about: /^GET \/containers\/[^/]+\/json/, run: (engine, { container }) => engine.stop(container, 1), may: [] },
  {
    name: 'create',
    about: /^GET \/containers\/[^/]+\/json/,
    run: (engine, { fresh }) => engine.create(specNamed(fresh)),
    may: [],
    unnoticed: NOT_THERE,
  },
  { name: 'volume', about: /^GET \/volumes\//, run: (engine, { fresh }) => engine.ensureVolume(fresh, memory), may: [] },
  {
    name: 'a look at a volume',
    about: /^GET \/volumes\//,
    run: (engine, { fresh }) => engine.volume(fresh),
    may: [],
    unnoticed: NOT_THERE,
  },
  { name: 'memory volume', about: /^GET \/info/, run: (engine, { fresh }) => engine.ensureVolume(`${fresh}-m`, { memory: true }), may: [] },
  { name: 'network', about: /^GET \/networks\//, run: (engine, { fresh }) => engine.ensureNetwork(fresh), may: [], unnoticed: NOT_THERE },
  { name: 'stats', about: /^GET .*\/stats/, run: (engine, { container }) => engine.stats(container), may: [] },
  { name: 'room', about: /^GET \/(system\/df|info)/, run: (engine) => engine.disk?.() ?? Promise.resolve(), may: [] },
  {
    name: 'exec',
    about: /^POST .*\/exec/,
    run: (engine, { container }) => engine.exec(container, [...PROGRAMS.deaf], { timeoutMs: 1_500 }),
    may: [],
  },
  {
    name: 'end of a command',
    about: /^GET \/exec\//,
    run: (engine, { container }) => engine.exec(container, [...PROGRAMS.deaf], { timeoutMs: 1_500 }),
    may: [],
  },
  {
    name: 'pull',
    about: /^POST \/images\/create/,
    run: (engine, { unknownImage }) => engine.pull(unknownImage, () => undefined, new AbortController().signal),
    may: ['image-unavailable'],
  },
  { name: 'file', about: /^GET .*\/archive/, run: (engine, { container }) => engine.readFile(container, '/bin/busybox'), may: [] },
]

const specs = new Map<string, Parameters<Engine['create']>[0]>()
const specNamed = (name: string): Parameters<Engine['create']>[0] => {
  const spec = specs.get(name)
  if (!spec) throw new Error(`no spec of ${name}`)
  return spec
}

const NOT_TOLD = 'the lie was never told'

export interface LyingStage {
  /** The adapter behind the liar. */
  engine: Engine
  relay: LyingRelay
  /** Tells one lie about one call. @returns what was wrong with the outcome, undefined when all is as it must be */
  tell(call: LiedCall, lie: string): Promise<string | undefined>
  /** What the calls left behind that must not be there. */
  leftOver(): Promise<string[]>
  close(): Promise<void>
}

/** A liar in front of an engine, with one running container of ours behind it. @param socket socket file of the engine */
export async function startLyingStage(under: EngineUnderTest, socket: string): Promise<LyingStage> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-lie-'))
  const relay = await startLyingRelay(join(folder, 'engine.sock'), socket)
  const engine = createDockerEngine({
    endpoint: `unix://${relay.path}`,
    installId: under.prefix,
    clock: systemClock,
    log: createQuietLog(),
    pullStallMs: 1_500,
    callTimeoutMs: CALL_MS,
  })
  const container = `${under.prefix}-lied`
  await under.engine.create(containerSpec(under, container))
  await under.engine.start(container)
  await engine.list()
  let made = 0
  const once = async (call: LiedCall, lie: string): Promise<string | undefined> => {
    const fresh = `${under.prefix}-lie-${(made += 1)}`
    specs.set(fresh, containerSpec(under, fresh))
    const before = relay.told
    relay.lie = { about: call.about, how: LIES[lie] ?? 'hang' }
    const outcome = await Promise.race([
      call.run(engine, { container, fresh, image: under.image, unknownImage: under.unknownImage }).then(
        () => undefined,
        (error: unknown) => error,
      ),
      systemClock.sleep(PATIENCE_MS).then(() => 'never ended'),
    ])
    relay.lie = undefined
    if (call.name === 'create' && outcome === undefined) await under.engine.remove(fresh)
    if (relay.told === before) return `${NOT_TOLD}: ${outcome instanceof Error ? outcome.message : 'it was done'}`
    if (outcome === 'never ended') return 'never ended'
    if (outcome === undefined) return call.unnoticed?.includes(lie) === true ? undefined : 'was believed'
    if (!(outcome instanceof HearthError)) return `threw ${outcome instanceof Error ? outcome.message : 'something'}`
    const codes: ErrorCode[] = ['engine-failed', ...call.may]
    // The engine went away in the middle: that it does not run is a fair guess.
    if (lie === 'ends in the middle') codes.push('engine-not-started')
    if (!codes.includes(outcome.code)) return `ended as ${outcome.code}: ${outcome.detail['reason'] ?? ''}`
    return /\w{3}/.test(outcome.detail['reason'] ?? '') ? undefined : 'no reason was given'
  }
  return {
    engine,
    relay,
    async tell(call, lie) {
      // What comes before the lie has half a second too: on a machine with much to do that may be too short, and then nothing was lied about.
      let found = await once(call, lie)
      for (let again = 0; again < 2 && found?.startsWith(NOT_TOLD) === true; again += 1) found = await once(call, lie)
      return found
    },
    async leftOver() {
      const all = await under.engine.list()
      return all.filter((entry) => entry.name !== container || entry.state !== 'running').map((entry) => `${entry.name} ${entry.state}`)
    },
    async close() {
      await relay.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
