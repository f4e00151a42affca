import { createPracticeEngine } from '#main/adapters/practice/engine/engine.ts'
import type { PracticeEngineControl, PracticeEngineOptions } from '#main/adapters/practice/engine/control.ts'
import type { ContainerHandle, PracticeClock, Program } from '#main/adapters/practice/parts.ts'
import type { ContainerSpec, Engine, EngineEvent } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import { createManualClock } from '#test/fakes/engine-clock.ts'
import type { TestClock } from '#test/fakes/clock.ts'

export const IMAGE = 'registry.test/box:1'
export const IMAGE_BYTES = 10_000_000
export const MB = 1_000_000

/** A program whose use a test sets and that tells what happened to it. */
export interface TestProgram extends Program {
  handle: ContainerHandle | undefined
  use: ReturnType<Program['usage']>
  starts: number
  onStop: () => Promise<void> | void
  onExec: Program['exec']
}

export function testProgram(): TestProgram {
  const program: TestProgram = {
    handle: undefined,
    use: { cpuPercent: 5, memoryBytes: 20 * MB, diskBytes: 0, netBytes: 0 },
    starts: 0,
    onStop: () => undefined,
    onExec: () => ({ exitCode: 0, stdout: '', stderr: '' }),
    start(handle) {
      program.handle = handle
      program.starts += 1
    },
    stop: () => program.onStop(),
    exec: (command, options) => program.onExec(command, options),
    usage: () => program.use,
  }
  return program
}

export interface EngineScene {
  practice: PracticeEngineControl
  engine: Engine
  clock: PracticeClock & TestClock
  program: TestProgram
  changes: number
  events: EngineEvent[]
  /** A container with the test program, made and started. */
  run(name: string, fields?: Partial<ContainerSpec>): Promise<void>
}

export function boxSpec(name: string, fields: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name,
    nodeId: name,
    image: IMAGE,
    command: ['a-program'],
    ports: [],
    mounts: [],
    networks: [],
    restart: 'no',
    memoryBytes: 64 * MB,
    stopGraceSeconds: 1,
    logDriver: 'default',
    specHash: 'h1',
    ...fields,
  }
}

/** A practised engine with one image on it, on a clock that a test moves. */
export function createEngineScene(options: Partial<PracticeEngineOptions> = {}): EngineScene {
  const clock = createManualClock()
  const program = testProgram()
  const scene: EngineScene = {
    practice: createPracticeEngine({
      clock,
      choose: () => program,
      registry: [{ reference: IMAGE, sizeBytes: IMAGE_BYTES, layerBytes: [1 * MB, 3 * MB] }],
      installId: 'unit',
      diskBytes: 1_000 * MB,
      onChange: () => (scene.changes += 1),
      ...options,
    }),
    get engine() {
      return scene.practice.engine
    },
    clock,
    program,
    changes: 0,
    events: [],
    async run(name, fields) {
      await scene.engine.create(boxSpec(name, fields))
      await scene.engine.start(name)
    },
  }
  if (options.saved === undefined) scene.practice.images.load(IMAGE)
  void scene.engine.follow(
    (event) => scene.events.push(event),
    () => undefined,
    new AbortController().signal,
  )
  return scene
}

/** The error that a promise rejects with; fails the test when it does not. */
export async function refusal(promise: Promise<unknown>): Promise<HearthError> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )
  if (!(outcome instanceof HearthError)) throw new Error(`expected a HearthError, got ${String(outcome)}`)
  return outcome
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)
export const OWNER = { mode: 0o600, uid: 1025, gid: 1025 }
