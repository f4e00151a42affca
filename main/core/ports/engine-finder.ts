import type { EngineProduct } from '#shared/model/engines.ts'
import type { EngineProbe } from './engine.ts'

/** The machine on which Hearth runs, as far as it decides what to do about an engine. */
export interface EngineHost {
  platform: 'linux' | 'darwin' | 'win32' | 'other'
  /** `ID` and `ID_LIKE` of /etc/os-release, the nearest first: `['ubuntu', 'debian']`. Empty elsewhere. */
  distributions: string[]
  starter: 'systemd' | 'openrc' | 'none'
  /** Programs that were found, of those that a step could use: brew, colima, podman, winget. */
  programs: string[]
  /** Addresses that DOCKER_HOST or the Docker context in use name and Hearth passes over, since they do not mean this machine; without what signs in there. */
  passedOver: string[]
}

export interface FoundEngine {
  product: EngineProduct
  /** Where it answers or should. */
  endpoint: string
  probe: EngineProbe
  /** Free where it keeps its data; undefined where nobody tells. */
  freeBytes: number | undefined
}

/** Every container engine of this machine, and the few programs that start or install one. */
export interface EngineFinder {
  /** The address that was given when Hearth was started; then no other is used. */
  readonly given: string | undefined
  host(): Promise<EngineHost>
  /** Asks every place where an engine may answer, best first; those that are installed and do not answer are among them, and so are the places in `also`. Never rejects for one that misbehaves. */
  find(also: string[]): Promise<FoundEngine[]>
  /**
   * Runs programs one after the other, without a shell and without further rights; `onLine` gets what they print.
   * Rejects `cancelled`; `engine-failed` with detail.reason = their last line when one fails.
   */
  run(commands: string[][], onLine: (line: string) => void, signal: AbortSignal): Promise<void>
}
