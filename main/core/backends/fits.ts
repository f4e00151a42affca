import type { EntryRow } from '#shared/api/backend-requests.ts'
import type { BackendEntry } from '#shared/catalog/backends/schema.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'

/** What this PC has, as far as anybody says. */
export interface PcFacts {
  freeDiskBytes: number | undefined
  memoryBytes: number | undefined
  cpus: number | undefined
  architecture: string
}

const GB = 1024 ** 3
/** Nodes grow: what just fits today is full in a year. */
const DISK_SPARE = 1.25
/** A PC that is sold with 16 GB tells its programs of 15.something. */
const MEMORY_TOLD = 0.92

/** What engines call the two kinds of machine. */
const MACHINES: Record<string, 'amd64' | 'arm64'> = { amd64: 'amd64', x86_64: 'amd64', arm64: 'arm64', aarch64: 'arm64' }

/**
 * What of this PC is too little for an entry; nothing where nobody tells.
 * @param beside what other entries of the catalogue that were started here need, in GB: memory of all of them, disk of those that still fetch their data
 */
export function lacksOf(
  entry: Pick<BackendEntry, 'needs' | 'architectures'>,
  pc: PcFacts,
  beside: { memoryGb: number; diskGb: number } = { memoryGb: 0, diskGb: 0 },
): EntryRow['lacks'] {
  const { needs } = entry
  const lacks: EntryRow['lacks'] = []
  const disk = gigabytes(pc.freeDiskBytes)
  const memory = gigabytes(pc.memoryBytes)
  const wantedDisk = Math.ceil(needs.diskGb * DISK_SPARE) + beside.diskGb
  const wantedMemory = needs.memoryGb + beside.memoryGb
  if (disk !== null && disk < wantedDisk) lacks.push({ what: 'disk', has: disk, needs: wantedDisk })
  if (memory !== null && memory < wantedMemory * MEMORY_TOLD) lacks.push({ what: 'memory', has: memory, needs: wantedMemory })
  if (pc.cpus !== undefined && pc.cpus < needs.cpuCores) lacks.push({ what: 'cpu', has: pc.cpus, needs: needs.cpuCores })
  const machine = MACHINES[pc.architecture]
  if (machine !== undefined && !entry.architectures.includes(machine)) lacks.push({ what: 'architecture', has: null, needs: 0 })
  return lacks
}

/** To a tenth; null where nobody says. */
export const gigabytes = (bytes: number | undefined): number | null =>
  bytes === undefined || bytes <= 0 ? null : Math.round((bytes / GB) * 10) / 10

/** What is free on the engine's disk; undefined where nobody tells, or the engine does not answer. */
export async function engineFreeBytes(engine: Pick<Engine, 'freeBytes' | 'disk'>): Promise<number | undefined> {
  try {
    return engine.freeBytes ? await engine.freeBytes() : (await engine.disk?.())?.freeBytes
  } catch {
    return undefined
  }
}

const KEPT_MS = 30_000

/**
 * What this PC has, read once for all who ask meanwhile: an engine that is asked for its disk walks all its volumes. An answer is kept for half a minute; none that was given while the
 * engine was away.
 */
export function createPcFacts({
  engine,
  net,
  clock,
}: {
  engine: Pick<Engine, 'probe' | 'disk'>
  net: Pick<Net, 'freeDiskBytes'>
  clock: Pick<Clock, 'now'>
}): () => Promise<PcFacts> {
  let reading: Promise<PcFacts> | undefined
  let kept: { facts: PcFacts; atMs: number } | undefined
  const read = async (): Promise<PcFacts> => {
    const probe = await engine.probe()
    const disk = probe.kind === 'ready' ? await engine.disk?.().catch(() => undefined) : undefined
    const freeDiskBytes = disk?.freeBytes ?? (await net.freeDiskBytes().catch(() => undefined))
    if (probe.kind !== 'ready') return { freeDiskBytes, memoryBytes: undefined, cpus: undefined, architecture: '' }
    const facts = { freeDiskBytes, memoryBytes: probe.memoryBytes, cpus: probe.cpus, architecture: probe.arch }
    kept = { facts, atMs: clock.now() }
    return facts
  }
  return () => {
    if (kept && clock.now() - kept.atMs < KEPT_MS && clock.now() >= kept.atMs) return Promise.resolve(kept.facts)
    reading ??= read().finally(() => (reading = undefined))
    return reading
  }
}
