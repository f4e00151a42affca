import { afterAll, beforeAll } from 'vitest'
import type { ContainerSpec, Engine, ImageInfo, PullProgress, SeenContainer } from '#main/core/ports/engine.ts'
import { until } from '#test/localnet/process.ts'
import type { RegistryMood } from '#test/localnet/image-registry.ts'

/** An engine and what a test may do behind its back. */
export interface EngineUnderTest {
  /** Counts a pull as stalled after `pullStallMs`. */
  engine: Engine
  pullStallMs: number
  /** Begins every name that the test makes. */
  prefix: string
  /** An image of two layers with a shell, and its registry digest; and one that its registry does not have. */
  image: string
  digest: string
  unknownImage: string
  /** Takes the image off the engine, so that a pull fetches it. */
  dropImage(): Promise<void>
  setRegistry(mood: RegistryMood): void
  /** A port that a program outside the engine listens on. */
  occupyPort(): Promise<{ port: number; free(): Promise<void> }>
  freePort(): Promise<number>
  /** A container without Hearth's label, not running. */
  makeForeign(name: string): Promise<void>
  /** Whether a program runs in a container by now; absent where one runs as soon as it is asked for. */
  runs?: (container: string, program: readonly string[]) => Promise<boolean>
  /** Removes a container as a user would with the engine's own program. */
  removeByHand(name: string): Promise<void>
  /** Breaks the connections to the engine. */
  cut(): void
  /** Removes everything that the tests made. */
  close(): Promise<void>
}

/** The programs that the suite runs. An engine without a shell plays them. */
export const PROGRAMS = {
  wait: ['sleep', '600'],
  fail: ['sh', '-c', 'exit 7'],
  talk: [
    'sh',
    '-c',
    String.raw`echo one; sleep 0.1; echo two >&2; sleep 0.1; printf '\033[31mthree\033[0m\n'; sleep 0.1; echo four; exec sleep 600`,
  ],
  echo: ['sh', '-c', 'cat; echo problem >&2; exit 3'],
  deaf: ['true'],
  hang: ['sleep', '300'],
} as const

/** What `until` waits for at most. */
export const PATIENCE_MS = 20_000

/** A spec that only names what a test cares about. */
export function containerSpec(under: EngineUnderTest, name: string, fields: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name,
    nodeId: `node-of-${name}`,
    image: under.image,
    command: [...PROGRAMS.wait],
    ports: [],
    mounts: [],
    networks: [],
    restart: 'no',
    memoryBytes: 64 * 1024 * 1024,
    stopGraceSeconds: 1,
    logDriver: 'default',
    specHash: 'h1',
    ...fields,
  }
}

/** An engine for the tests of one describe block, and what they do again and again. */
export interface EngineStage {
  readonly under: EngineUnderTest
  readonly engine: Engine
  nextName(): string
  seen(container: string): Promise<SeenContainer | undefined>
  becomes(container: string, state: SeenContainer['state']): Promise<SeenContainer>
  /** A container made and started; its name. */
  running(fields?: Partial<ContainerSpec>): Promise<string>
  pull(reference: string, signal?: AbortSignal, onProgress?: (progress: PullProgress) => void): Promise<ImageInfo>
}

/** To be called in a describe block: makes the engine before its tests, with the image on it, and clears up after them. */
export function stageEngine(makeEngine: () => Promise<EngineUnderTest>): EngineStage {
  let under: EngineUnderTest | undefined
  let made = 0
  beforeAll(async () => {
    under = await makeEngine()
    await stage.pull(under.image)
  })
  afterAll(async () => {
    await under?.close()
  })
  const stage: EngineStage = {
    get under() {
      if (!under) throw new Error('the engine is made when the tests begin')
      return under
    },
    get engine() {
      return stage.under.engine
    },
    nextName: () => `${stage.under.prefix}-${(made += 1)}`,
    seen: async (container) => (await stage.engine.list()).find((entry) => entry.name === container),
    becomes: (container, state) =>
      until(`${container} to be ${state}`, PATIENCE_MS, async () => {
        const found = await stage.seen(container)
        return found?.state === state ? found : undefined
      }),
    async running(fields) {
      const spec = containerSpec(stage.under, stage.nextName(), fields)
      await stage.engine.create(spec)
      await stage.engine.start(spec.name)
      return spec.name
    },
    pull: (reference, signal = new AbortController().signal, onProgress = () => undefined) =>
      stage.engine.pull(reference, onProgress, signal),
  }
  return stage
}
