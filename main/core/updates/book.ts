import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { UpdateMemory, UpdateRow } from '#shared/model/update.ts'
import type { Heads } from '../chain/heads.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Settings } from '../settings/settings.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { UpdateWait } from './next-step.ts'
import type { Offer, Running, UpgradeFacts } from './offers.ts'

export interface UpdateDeps {
  network: string
  engine: Engine
  store: Store
  state: StatePublisher
  tasks: Tasks
  clock: Clock
  log: Log
  settings: Settings
  heads: Pick<Heads, 'current'>
  nodes: Pick<Nodes, 'logs' | 'pin' | 'runs' | 'seen' | 'wake'>
  catalog: readonly CatalogEntry[]
  imageOverrides: Readonly<Record<string, string>>
  activity: (text: string, facts?: Record<string, string>, actor?: 'you' | 'hearth' | 'network', level?: 'info' | 'warn' | 'bad') => void
  /** Hour of the day where the user lives. */
  hourOf?: (ms: number) => number
}

/** What the parts of this room share: read before use, changed through it alone. */
export interface UpdateBook {
  /** Newest first. */
  rows(): readonly UpdateRow[]
  running(): readonly Running[]
  offers(): readonly Offer[]
  memory(): UpdateMemory
  upgrade(): UpgradeFacts
  waits(id: string): UpdateWait | null
  /**
   * Changes a row as it is when its turn comes: what the loop and the user decide at the same moment is decided one after the other.
   * @param make undefined = it is not what was decided about any more @returns whether it was changed
   */
  change(id: string, make: (row: UpdateRow) => UpdateRow | undefined): Promise<boolean>
  /** Changes some of what is kept beside the rows, in the same turn as they are. */
  remember(make: (memory: UpdateMemory) => Partial<UpdateMemory>): Promise<void>
  /** Begins one; it is carried out by the loop. Rejects `update-blocked` while another of its image is open; what the chain asks for is begun all the same. */
  add(fields: Omit<UpdateRow, 'id' | 'network' | 'createdAtMs' | 'stageAtMs' | 'stageHeight' | 'problem'>): Promise<UpdateRow>
  /** Rows, pins and offers as they are now. */
  look(): Promise<void>
  lookAtRegistry(): Promise<void>
  nextAt(fromMs: number): number
  titleOf(image: string): string
  nodesOf(image: string): string[]
  wake(): void
}
