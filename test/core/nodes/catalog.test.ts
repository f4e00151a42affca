import { describe, expect, it } from 'vitest'
import { CATALOG } from '#shared/catalog/index.ts'
import { catalogEntrySchema } from '#shared/catalog/schema.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import { containersMark, NETWORKS } from '#shared/networks/index.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import type { NodeRow } from '#main/core/ports/store.ts'

const rowOf = (id: string, fields: Partial<NodeRow> = {}): NodeRow => ({
  id,
  network: 'local',
  wanted: 'running',
  wantedBy: 'user',
  imagePin: 'sha256:1',
  ports: {},
  updatedAtMs: 1,
  ...fields,
})
const twice = <T>(values: T[]): T[] => values.filter((value, at) => values.indexOf(value) !== at)

describe('catalogue', () => {
  it.each(CATALOG.map((entry) => [entry.id, entry] as const))('%s fits the schema', (_id, entry) => {
    expect(catalogEntrySchema.parse(entry)).toEqual(entry)
  })
  it('refuses an entry without a digest policy, with a port of the system, or a bind mount', () => {
    const [entry] = CATALOG
    const bad = [
      { ...entry, image: { ...entry?.image, digest: undefined } },
      { ...entry, image: { ...entry?.image, reference: 'pocketd' } },
      { ...entry, ports: [{ name: 'a', containerPort: 80, preferredHostPort: 80 }] },
      { ...entry, volumes: [{ name: '/etc', path: '/etc', memory: false, readOnly: false }] },
      { ...entry, privileged: true },
      { ...entry, networks: ['host'] },
      { ...entry, capAdd: ['SYS_ADMIN'] },
      { ...entry, user: '0:0' },
    ]
    for (const wrong of bad) expect(catalogEntrySchema.safeParse(wrong).success).toBe(false)
  })
  it('uses no name or preferred port twice', () => {
    expect(twice(CATALOG.map((entry) => entry.id))).toEqual([])
    expect(twice(CATALOG.map((entry) => entry.nodeId))).toEqual([])
    expect(twice(CATALOG.flatMap((entry) => entry.ports.map((port) => port.preferredHostPort)))).toEqual([])
  })
  it('depends on what comes before it: no circles, nothing unknown', () => {
    CATALOG.forEach((entry, at) => {
      const before = CATALOG.slice(0, at).map((other) => other.nodeId)
      for (const id of entry.dependsOn) expect(before).toContain(id)
    })
  })
  it('takes images by version, never by a moving tag', () => {
    for (const entry of CATALOG) {
      expect(entry.image.reference).not.toMatch(/:(latest|main|rc|stable|nightly)$/)
      expect(entry.image.reference.endsWith(entry.image.version)).toBe(true)
    }
  })
  it('keys lie in memory alone, are written by one container without network or log, and nothing with them starts by itself', () => {
    const holders = CATALOG.filter((entry) => entry.volumes.some((volume) => volume.name === 'keys'))
    expect(holders.map((entry) => entry.nodeId)).toEqual(['keeper', 'miner'])
    for (const entry of holders) {
      expect(entry.restart).toBe('no')
      expect(entry.volumes.find((volume) => volume.name === 'keys')?.memory).toBe(true)
    }
    const writers = holders.filter((entry) => entry.volumes.some((volume) => volume.name === 'keys' && !volume.readOnly))
    expect(writers).toEqual([expect.objectContaining({ nodeId: 'keeper', networks: [], ports: [], logDriver: 'none' })])
  })
  it('one container alone has a capability in its bounds, and it is no root', () => {
    const capable = CATALOG.filter((entry) => entry.capAdd.length > 0)
    expect(capable.map((entry) => [entry.nodeId, entry.capAdd, entry.user])).toEqual([['ingress', ['NET_BIND_SERVICE'], '1025:1025']])
    for (const entry of CATALOG)
      expect(
        specOf(entry, rowOf(entry.nodeId), namesOf('aa11'), { miner: { yaml: '', command: [] }, ingress: '{}' })?.capAdd ?? [],
      ).toEqual(entry.capAdd)
  })
  it('a volume is of one sort everywhere', () => {
    const sorts = new Map<string, boolean>()
    for (const volume of CATALOG.flatMap((entry) => entry.volumes)) {
      expect(sorts.get(volume.name) ?? volume.memory).toBe(volume.memory)
      sorts.set(volume.name, volume.memory)
    }
  })
  it('the backend is on no network with the chain, and whoever serves relays has time to stop', () => {
    const backend = CATALOG.find((entry) => entry.kind === 'backend')
    expect(backend?.networks).toEqual(['backend'])
    const networksOf = (nodeId: string): string[] => CATALOG.find((entry) => entry.nodeId === nodeId)?.networks ?? []
    expect([networksOf('ingress'), networksOf('pocket'), networksOf('miner').toSorted()]).toEqual([
      ['front'],
      ['chain'],
      ['backend', 'chain', 'front'],
    ])
    // Relays have one way in.
    expect(CATALOG.filter((entry) => entry.ports.some((port) => port.name === 'relays')).map((entry) => entry.nodeId)).toEqual(['ingress'])
    for (const kind of ['chain-node', 'relay-miner'] as const)
      expect(CATALOG.find((entry) => entry.kind === kind)?.stopGraceSeconds).toBeGreaterThanOrEqual(35)
  })
  it('every service of the Local chain has a backend', () => {
    const served = CATALOG.flatMap((entry) => entry.serves)
    for (const service of localChainRulesSchema.parse({}).services) expect(served).toContain(service.id)
  })
})

describe('container specs', () => {
  const names = namesOf('aa11')
  const miner = CATALOG.find((entry) => entry.kind === 'relay-miner')
  const pocket = CATALOG.find((entry) => entry.kind === 'chain-node')
  if (!miner || !pocket) throw new Error('the catalogue lacks a node')
  const start = { yaml: 'a: 1', command: ['relayminer', 'start'] }
  const hash = (...given: Parameters<typeof specOf>): string | undefined => specOf(...given)?.specHash

  it('have the hash of what would need another container, and nothing else', () => {
    const same = hash(miner, rowOf('miner'), names, { miner: start })
    expect(hash(miner, rowOf('miner', { updatedAtMs: 99, wantedBy: 'hearth', wanted: 'stopped' }), names, { miner: start })).toBe(same)
    const changed = [
      hash(miner, rowOf('miner', { imagePin: 'sha256:2' }), names, { miner: start }),
      hash(miner, rowOf('miner', { ports: { '9090': 9000 } }), names, { miner: start }),
      hash(miner, rowOf('miner'), names, { miner: { ...start, yaml: 'a: 2' } }),
      hash(miner, rowOf('miner'), names, { miner: { ...start, command: ['relayminer', 'start', '-x'] } }),
      hash({ ...miner, memoryBytes: miner.memoryBytes * 2 }, rowOf('miner'), names, { miner: start }),
    ]
    expect(new Set([same, ...changed]).size).toBe(changed.length + 1)
    // The chain does not go down because the miner's configuration changed.
    expect(hash(pocket, rowOf('pocket'), names, { miner: start })).toBe(hash(pocket, rowOf('pocket'), names, {}))
  })
  it('are not known without an image, or without a configuration for the miner', () => {
    expect(specOf(miner, rowOf('miner', { imagePin: undefined }), names, { miner: start })).toBeUndefined()
    expect(specOf(miner, rowOf('miner'), names, {})).toBeUndefined()
  })
  it('carry the installation in every name, so that two never meet', () => {
    const spec = specOf(miner, rowOf('miner'), names, { miner: start })
    for (const name of [
      spec?.name,
      ...(spec?.mounts ?? []).map((mount) => mount.volume),
      ...(spec?.networks ?? []).map((network) => network.name),
    ]) {
      expect(name).toMatch(/^hearth-aa11-/)
    }
  })
  it('hold no configuration text: what is inspected shows none of it', () => {
    expect(JSON.stringify(specOf(miner, rowOf('miner'), names, { miner: { ...start, yaml: 'canary: 1' } }))).not.toContain('canary')
  })
})

describe('networks', () => {
  it('have each id once; two are made here, one alone has real money', () => {
    expect(twice(NETWORKS.map((network) => network.id))).toEqual([])
    expect(twice(NETWORKS.flatMap((network) => network.chainId ?? []))).toEqual([])
    expect(NETWORKS.map((network) => [network.id, network.madeHere, network.playMoney, network.publicEndpoints.length > 0])).toEqual([
      ['local', true, true, false],
      ['mainnet', false, false, true],
      ['beta', false, true, true],
      ['practice', true, true, false],
    ])
  })

  it('mark their containers apart, but for the two that were always one', () => {
    expect(['local', 'practice', 'mainnet', 'beta'].map((id) => containersMark('ab12', id as 'local'))).toEqual([
      'ab12',
      'ab12',
      'ab12-mainnet',
      'ab12-beta',
    ])
  })
})
