import type { RequestOutput } from '#shared/api/requests.ts'
import type { ServeRow } from '#shared/api/backend-requests.ts'
import type { BackendEntry, ServiceRecord } from '#shared/catalog/backends/schema.ts'
import { gigabytes, lacksOf, type PcFacts } from './fits.ts'
import type { BackendCatalog } from './read-catalog.ts'

/** What the chain says of its services. */
export interface ServicePrices {
  atHeight: number
  /** Compute units per relay by service. */
  computeUnits: ReadonlyMap<string, bigint>
  computeUnitsToTokensMultiplier: bigint
  computeUnitCostGranularity: bigint
}

const RELAYS = 1_000n

/**
 * Every service of the catalogue or of the chain with what it would take here. What one would be paid is the chain's price alone: how many relays come, nobody can say beforehand.
 * Easy ones that fit come first.
 */
export function whatToServe(deps: {
  catalog: BackendCatalog
  pc: PcFacts
  prices: ServicePrices | undefined
  by: (serviceId: string) => ServeRow['by']
  chosen: ReadonlySet<string>
  /** Which of the catalogue's networks the chosen one is. */
  where: ServiceRecord['networks'][number]
  /** Whether Hearth runs a node of this network: an entry that is answered by it is none without. */
  hasOwnNode: boolean
}): RequestOutput<'serve.options'> {
  const { catalog, pc, prices, where } = deps
  const rows = catalog.services
    .filter(
      (service) => service.networks.includes(where) || prices?.computeUnits.has(service.id) === true || deps.by(service.id) !== 'nothing',
    )
    .map((service): ServeRow => {
      const units = prices?.computeUnits.get(service.id)
      return {
        serviceId: service.id,
        name: service.name,
        difficulty: service.difficulty,
        onChain: units !== undefined,
        computeUnitsPerRelay: units?.toString() ?? null,
        upoktPer1000:
          units === undefined || !prices
            ? null
            : ((units * RELAYS * prices.computeUnitsToTokensMultiplier) / prices.computeUnitCostGranularity).toString(),
        by: deps.by(service.id),
        options: catalog.entries
          .filter((entry) => entry.serves.includes(service.id) && (deps.hasOwnNode || entry.ownNode !== true))
          .map((entry) => optionOf(entry, pc)),
        chosen: deps.chosen.has(service.id),
      }
    })
  return {
    pc: {
      freeDiskGb: gigabytes(pc.freeDiskBytes),
      memoryGb: gigabytes(pc.memoryBytes),
      cpuCores: pc.cpus ?? null,
      architecture: pc.architecture,
    },
    rows: rows.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)),
    catalogDate: catalog.madeAt,
    atHeight: prices?.atHeight ?? null,
  }
}

/** Served here, then what fits, then what the catalogue has no node for, then what does not fit. */
function rank(row: ServeRow): number {
  if (row.by !== 'nothing') return 0
  if (row.options.some((option) => option.lacks.length === 0)) return 1
  const difficulty = { easy: 2, moderate: 3, hard: 4, datacenter: 5 }[row.difficulty]
  return row.options.length > 0 ? 6 : difficulty
}

function optionOf(entry: BackendEntry, pc: PcFacts): ServeRow['options'][number] {
  const { needs } = entry
  return {
    entryId: entry.id,
    title: entry.title,
    summary: entry.summary,
    diskGb: needs.diskGb,
    memoryGb: needs.memoryGb,
    cpuCores: needs.cpuCores,
    downMbps: needs.downMbps,
    upMbps: needs.upMbps,
    firstSync: entry.firstSync,
    evidence: entry.evidence,
    lacks: lacksOf(entry, pc),
  }
}
