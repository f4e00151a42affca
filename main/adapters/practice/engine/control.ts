import type { ContainerSpec, Engine, EngineProbe, SeenContainer } from '#main/core/ports/engine.ts'
import type { ChooseProgram, PracticeClock, Program } from '../parts.ts'
import type { ImageShelf } from './images.ts'
import type { PracticeImage } from './image-sizes.ts'
import type { RegistryMood } from './pull.ts'

export type UnreadyKind = Exclude<EngineProbe['kind'], 'ready'>
export type HttpRequest = Parameters<NonNullable<Program['http']>>[1]

export interface PracticeEngineOptions {
  clock: PracticeClock
  choose: ChooseProgram
  /** Images that can be pulled. */
  registry: PracticeImage[]
  /** Label of everything that is ours; ids are made of it, so that the same installation gets the same ones. */
  installId: string
  /** What `save` gave. */
  saved?: string
  diskBytes: number
  /** Something that `save` keeps is another than before; may come often. */
  onChange: () => void
  /** Whether nobody outside the engine has a port of this machine. */
  portFree?: (port: number) => boolean | Promise<boolean>
  /** UTC ms on containers, logs and events; the practised time unless told otherwise. */
  stampMs?: () => number
  /** What the engine calls itself. */
  name?: string
  /** Where it is said to answer as long as no key socket is open. */
  endpoint?: string
  bytesPerSecond?: { honest: number; slow: number }
  /** Practised silence after which a pull counts as stalled. */
  pullStallMs?: number
}

/** What happens to the practised engine from outside: scenarios, tests and the machine that joins Practice. */
export interface PracticeEngineControl {
  readonly engine: Engine
  /** The program of a container ends by itself. Rejects `engine-failed` when it does not run; so do `oom` and `removeByHand`. */
  crash(name: string, exitCode: number): void
  /** It is killed for lack of memory. */
  oom(name: string): void
  removeByHand(name: string): void
  stopByHand(name: string): Promise<void>
  /** Exactly this much of the disk is free. */
  setDisk(freeBytes: number): void
  freeDiskBytes(): number
  setRegistryMood(mood: RegistryMood): void
  /** The engine is not started (or what is given): its containers end; `unless-stopped` ones start again with it. */
  setDown(down: boolean | UnreadyKind): void
  /** The engine cannot be reached, its containers go on. */
  setUnreachable(kind: UnreadyKind | undefined): void
  /** The engine's clock differs from Hearth's. */
  clockOffset(ms: number): void
  /** Breaks the connections of all followers; they come again at once unless the engine is away. */
  cutEvents(): void
  /** The spec of a container as it was created, and its state. */
  specOf(name: string): ContainerSpec | undefined
  stateOf(name: string): SeenContainer['state'] | undefined
  writeLog(name: string, stream: 'out' | 'err', text: string): void
  /** A container without Hearth's label, not running. */
  addForeign(name: string): void
  readonly images: ImageShelf
  /** An HTTP request to a published port of this machine. Undefined: nothing listens there. */
  request(hostPort: number, request: HttpRequest): Promise<{ status: number; body: Uint8Array } | undefined>
  /** Looks at what the programs use: full disks and memories show. Done by itself at most once a practised second, when the engine is asked something. */
  settle(): void
  /** Starts what ran before `save` and is `unless-stopped`, as an engine does after the machine was off. */
  boot(): void
  /** Containers, volumes (files of memory volumes left out), networks, images. */
  save(): string
  /** Where the key process reaches the engine, see key-socket.ts; nothing listens on it before `openKeySocket`. */
  readonly endpoint: string
  /** Opens the socket for the containers that hold keys. @returns its endpoint */
  openKeySocket(isKeeper: (containerName: string) => boolean): Promise<string>
  /** Ends everything at once and gives timers and sockets back. */
  close(): Promise<void>
}
