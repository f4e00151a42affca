import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { whatToServe } from '#main/core/backends/what-to-serve.ts'

const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)

describe('what to serve', () => {
  const GB = 1024 ** 3
  const options = (pc: { freeDiskBytes?: number; memoryBytes?: number; cpus?: number; architecture?: string }, hasOwnNode = true) =>
    whatToServe({
      catalog,
      pc: { freeDiskBytes: 2_000 * GB, memoryBytes: 64 * GB, cpus: 16, architecture: 'amd64', ...pc },
      prices: {
        atHeight: 7,
        computeUnits: new Map([['anvil', 100n]]),
        computeUnitsToTokensMultiplier: 145_990n,
        computeUnitCostGranularity: 1_000_000n,
      },
      by: (id) => (id === 'anvil' ? 'container' : 'nothing'),
      chosen: new Set(['fuse']),
      where: 'main',
      hasOwnNode,
    })
  const lacks = (pc: Parameters<typeof options>[0], id: string) => options(pc).rows.find((row) => row.serviceId === id)?.options[0]?.lacks
  it('offers no node of Pocket where Hearth runs none', () => {
    const nodes = (hasOwnNode: boolean) => options({}, hasOwnNode).rows.find((row) => row.serviceId === 'pocket')?.options.length
    expect(nodes(true)).toBe(1)
    expect(nodes(false)).toBe(0)
  })

  it('says what is too little here, with room to grow', () => {
    expect(lacks({}, 'fuse')).toEqual([])
    expect(lacks({ freeDiskBytes: 160 * GB }, 'fuse')).toEqual([{ what: 'disk', has: 160, needs: 188 }])
    expect(lacks({ memoryBytes: 4 * GB, cpus: 1 }, 'fuse')?.map((each) => each.what)).toEqual(['memory', 'cpu'])
    expect(lacks({ architecture: 'aarch64' }, 'akash')?.map((each) => each.what)).toEqual(['architecture'])
  })
  it('shows the chain’s price where there is one, and claims none where there is not', () => {
    const { rows, atHeight } = options({})
    // 1,000 relays of 100 compute units at 145,990 by a million.
    expect(rows[0]).toMatchObject({ serviceId: 'anvil', by: 'container', upoktPer1000: '14599', onChain: true })
    expect(rows.find((row) => row.serviceId === 'fuse')).toMatchObject({ upoktPer1000: null, onChain: false, chosen: true })
    expect(atHeight).toBe(7)
  })
})
