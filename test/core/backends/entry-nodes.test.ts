import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { catalogEntrySchema } from '#shared/catalog/schema.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { entryNodes, entryOrigins, localOrigins } from '#main/core/backends/entry-nodes.ts'
import { lacksOf } from '#main/core/backends/fits.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'

const { entries } = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)
const entryOf = (id: string) => entries.find((entry) => entry.id === id) ?? expect.unreachable(id)
const GB = 1024 ** 3

describe('an entry of the catalogue as nodes', () => {
  it.each(entries.map((entry) => [entry.id, entry] as const))('%s fits what the loop runs', (_id, entry) => {
    const nodes = entryNodes(entry)
    for (const node of nodes) expect(catalogEntrySchema.parse(node)).toEqual(node)
    expect(nodes.map((node) => node.memoryBytes)).toEqual(entry.containers.map((container) => container.memoryBytes))
    expect(nodes.map((node) => node.stopGraceSeconds)).toEqual(entry.containers.map((container) => container.stopGraceSeconds))
    // What waits comes after what it waits for.
    nodes.forEach((node, at) => {
      for (const id of node.dependsOn) expect(nodes.slice(0, at).map((each) => each.nodeId)).toContain(id)
    })
    expect(
      entry.snapshot.kind === 'none' ||
        nodes.some((node) =>
          node.volumes.some(
            (volume) => volume.name === `${entry.id}-${entry.snapshot.kind === 'none' ? '' : entry.snapshot.into.split(':')[0]}`,
          ),
        ),
    ).toBe(true)
  })
  it('has no name, volume or network of another node', () => {
    const all = entries.flatMap(entryNodes)
    const ids = [...CATALOG, ...all].map((node) => node.nodeId)
    expect(new Set(ids).size).toBe(ids.length)
    const others = new Set(CATALOG.flatMap((node) => node.volumes.map((volume) => volume.name)))
    for (const volume of all.flatMap((node) => node.volumes)) expect(others.has(volume.name) || volume.memory).toBe(false)
    for (const node of all) for (const network of node.networks) expect(network === 'backend' || network === `own-${node.id}`).toBe(true)
  })
  it('publishes on this PC what relays and looks need, and nothing that peers need', () => {
    const [execution, consensus] = entryNodes(entryOf('gnosis-nethermind-lighthouse'))
    expect(execution?.ports.map((port) => port.containerPort)).toEqual([8545, 8546])
    // Nobody but its own other half talks to it: it is on no network with the relay miner.
    expect(consensus).toMatchObject({
      ports: [],
      networks: ['own-gnosis-nethermind-lighthouse'],
      dependsOn: ['gnosis-nethermind-lighthouse-execution'],
    })
  })
  it('is known by its short name to its other half, and by its long one to the gate', () => {
    const [execution] = entryNodes(entryOf('gnosis-nethermind-lighthouse'))
    if (!execution) return expect.unreachable()
    const row = {
      id: execution.nodeId,
      network: 'main',
      wanted: 'running',
      wantedBy: 'user',
      imagePin: 'sha256:1',
      ports: { '8545': 9_001 },
      updatedAtMs: 1,
    } as const
    const spec = specOf(execution, row, namesOf('x'), {})
    expect(spec?.networks).toEqual([
      { name: 'hearth-x-backend-net', aliases: ['gnosis-nethermind-lighthouse-execution'] },
      { name: 'hearth-x-own-gnosis-nethermind-lighthouse-net', aliases: ['execution'] },
    ])
    expect(spec?.command[0]).toBe('--config=gnosis')
    expect(spec?.mounts.map((mount) => mount.volume)).toContain('hearth-x-gnosis-nethermind-lighthouse-jwt')
  })
  it('is asked at the gate by its own host, and from here by the port that was chosen', () => {
    expect(entryOrigins(entryOf('akash-omnibus'))).toEqual({
      http: 'http://akash-omnibus-node:26657',
      rest: 'http://akash-omnibus-node:1317',
      websocket: '',
    })
    const local = localOrigins(entryOf('fuse-nethermind'), (nodeId, port) =>
      nodeId === 'fuse-nethermind-fuse' && port === 8545 ? 9_545 : undefined,
    )
    expect(local).toEqual({ http: 'http://127.0.0.1:9545', rest: '', websocket: '' })
  })
})

describe('whether it fits', () => {
  const pc = { freeDiskBytes: 190 * GB, memoryBytes: 8 * GB, cpus: 4, architecture: 'x86_64' }
  it('counts what runs beside it', () => {
    expect(lacksOf(entryOf('fuse-nethermind'), pc)).toEqual([])
    expect(lacksOf(entryOf('fuse-nethermind'), pc, { memoryGb: 16, diskGb: 400 })).toEqual([
      { what: 'disk', has: 190, needs: 588 },
      { what: 'memory', has: 8, needs: 24 },
    ])
  })
  it('takes a PC that is sold with eight gigabytes and tells of seven and a half', () => {
    expect(lacksOf(entryOf('fuse-nethermind'), { ...pc, memoryBytes: 7.5 * GB })).toEqual([])
    expect(lacksOf(entryOf('fuse-nethermind'), { ...pc, memoryBytes: 7 * GB }).map((each) => each.what)).toEqual(['memory'])
  })
})
