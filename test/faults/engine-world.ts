import { anvil } from '#shared/catalog/entries/anvil.ts'
import { ingress } from '#shared/catalog/entries/ingress.ts'
import { keeper } from '#shared/catalog/entries/keeper.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'

/** Backend, keeper and ingress as they are, without what makes them wait for a chain; the backend has a volume on disk, as the chain node and the miner have. */
export const LIGHT_CATALOG: CatalogEntry[] = [
  { ...anvil, volumes: [{ name: 'chain', path: '/data', memory: false, readOnly: false }] },
  keeper,
  { ...ingress, dependsOn: [] },
]

export interface EngineSetup {
  dataDir: string
  socket: string
  installId: string
  /** Official reference -> reference on this engine. */
  images: Record<string, string>
  /** First host port by node. */
  ports: Record<string, number>
  keyHex: string
}

export type EngineQuestion =
  /** Dies at the n-th change from now. */
  | { ask: 'arm'; count: number; when: 'before' | 'after' }
  | { ask: 'look' }
  | { ask: 'wake' }
  | { ask: 'start' | 'stop' | 'restart'; nodeId: string }
  | { ask: 'change-port'; nodeId: string; containerPort: number; hostPort: number }

export interface EngineAnswer {
  engine: string
  /** Whole rounds of the loop, one after the other, in which it changed nothing, since it was last asked for something. */
  quietRounds: number
  nodes: { id: string; wanted: string; ports: Record<string, number>; seen: string; said: string }[]
  notes: string[]
  /** How often this life told that a volume was gone that nobody of Hearth's removed. */
  volumesMissed: number
  address: string | undefined
}
