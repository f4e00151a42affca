import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { composeFile } from '#main/core/eject/compose-file.ts'
import { eject, README_TEMPLATE, type EjectDeps } from '#main/core/eject/eject.ts'
import { fillText } from '#main/core/eject/fill.ts'
import { toYaml } from '#main/core/eject/yaml.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { createTestClock } from '../../fakes/clock.ts'
import { readYaml } from './read-yaml.ts'

const MINER = { yaml: 'default_signing_key_names:\n  - "operator"\n', command: ['relayminer', 'start', '--gas-prices', '0.00001upokt'] }
const DIGEST = `sha256:${'a'.repeat(64)}`
const row = (id: string, imagePin: string | undefined, ports: Record<string, number> = {}): NodeRow => ({
  id,
  network: 'local',
  wanted: 'running',
  wantedBy: 'user',
  imagePin,
  ports,
  updatedAtMs: 0,
})
const ROWS = [
  row('pocket', `ghcr.io/pokt-network/pocketd@${DIGEST}`, { '26657': 26_700, '1317': 1_400 }),
  row('backend', `sha256:${'b'.repeat(64)}`, { '8545': 8_600 }),
  row('keeper', `ghcr.io/pokt-network/pocketd@${DIGEST}`),
  row('miner', `ghcr.io/pokt-network/pocketd@${DIGEST}`, { '9090': 9_200 }),
  row('ingress', `docker.io/library/caddy@${DIGEST}`, { '8080': 8_700 }),
]

function setup(options: { network?: NetworkId | null; rows?: NodeRow[]; miner?: 'there' | 'absent' | 'broken'; staked?: boolean } = {}) {
  const { network = 'local', miner = 'there', staked = true } = options
  const written: { name: string; files: readonly { name: string; text: string }[] }[] = []
  const state = initialState({ version: '1', shell: 'web', host: 'h', network, startedAtMs: 0, notice: null })
  if (staked)
    state.supplier = {
      ...state.supplier,
      status: 'active',
      operatorAddress: 'pokt1operator',
      ownerAddress: 'pokt1owner',
      services: [{ serviceId: 'anvil', endpoints: [], revShare: [] }],
    }
  const deps: EjectDeps = {
    store: {
      nodes: () => Promise.resolve(options.rows ?? ROWS),
      chain: () =>
        Promise.resolve({ network: 'local', chainId: 'hearth-local-1', block1Hash: 'ABCDEF', genesisTime: '', createdAtMs: 0, facts: {} }),
    },
    folder: {
      write(name, files) {
        written.push({ name, files })
        return Promise.resolve(`/data/eject/${name}`)
      },
    },
    template: (name) => readFileSync(join(projectRoot, 'resources/templates', name), 'utf8'),
    installId: 'abcd1234',
    network: () => network,
    catalog: CATALOG,
    imageOverrides: {},
    minerConfig: () =>
      miner === 'broken' ? Promise.reject(new Error('no chain')) : Promise.resolve(miner === 'there' ? MINER : undefined),
    minimumGasPrice: () => Promise.resolve('0.000001'),
    state: () => state,
    clock: createTestClock(Date.UTC(2026, 10, 22, 19, 5)),
  }
  const textOf = (name: string): string => written[0]?.files.find((file) => file.name === name)?.text ?? ''
  return { deps, written, textOf }
}

describe('eject', () => {
  it('writes the same containers that Hearth runs, service by service', async () => {
    const { deps, textOf } = setup()
    expect(await eject(deps, 'out')).toEqual({
      path: '/data/eject/out',
      files: ['compose.yaml', 'relayminer.yaml', 'ingress.json', 'README.md'],
      withMiner: true,
    })
    const file = readYaml(textOf('compose.yaml')) as { services: Record<string, Record<string, unknown>>; volumes: Record<string, unknown> }
    expect(Object.keys(file.services)).toEqual(['pocket', 'backend', 'keeper', 'miner', 'ingress'])
    for (const entry of CATALOG) {
      const nodeRow = ROWS.find((candidate) => candidate.id === entry.nodeId)
      const spec = nodeRow ? specOf(entry, nodeRow, namesOf('abcd1234'), { miner: MINER, ingress: textOf('ingress.json') }) : undefined
      const service = file.services[entry.nodeId]
      // Compose reads two dollars as one.
      const single = (list: unknown): unknown => (list as string[] | undefined)?.map((text) => text.replaceAll('$$', '$'))
      expect(single(service?.['command']), entry.nodeId).toEqual(spec?.command)
      expect(single(service?.['entrypoint']), entry.nodeId).toEqual(spec?.entrypoint)
      expect(service?.['ports'] ?? [], entry.nodeId).toEqual(spec?.ports.map((port) => `127.0.0.1:${port.hostPort}:${port.containerPort}`))
      expect(service).toMatchObject({
        restart: spec?.restart,
        mem_limit: spec?.memoryBytes,
        stop_grace_period: `${spec?.stopGraceSeconds}s`,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    }
    expect(textOf('relayminer.yaml')).toBe(MINER.yaml)
    expect(JSON.parse(textOf('ingress.json'))).toHaveProperty('apps.http.servers.relays')
    expect(file.services['ingress']).toMatchObject({ profiles: ['serve'], user: '1025:1025', cap_add: ['NET_BIND_SERVICE'] })
  })

  it('keeps what lies on volumes, makes the memory of the keys anew, and lets nothing mine before its key is there', async () => {
    const { deps, textOf } = setup()
    await eject(deps, 'out')
    const file = readYaml(textOf('compose.yaml')) as { services: Record<string, Record<string, unknown>>; volumes: Record<string, unknown> }
    expect(file.volumes).toEqual({
      chain: { external: true, name: 'hearth-abcd1234-chain' },
      keys: { driver: 'local', driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'mode=0700,uid=1025,gid=1025' } },
      miner: { external: true, name: 'hearth-abcd1234-miner' },
    })
    expect(file.services['miner']).toMatchObject({
      profiles: ['serve'],
      restart: 'no',
      volumes: ['miner:/home/pocket', 'keys:/keys:ro', './relayminer.yaml:/home/pocket/relayminer.yaml:ro'],
    })
    expect(file.services['keeper']).toMatchObject({ network_mode: 'none', logging: { driver: 'none' }, volumes: ['keys:/keys'] })
  })

  it('names an image by digest, or by name where only this engine knows it', async () => {
    const { deps, textOf } = setup()
    await eject(deps, 'out')
    const text = textOf('compose.yaml')
    expect(text).toContain(`image: "ghcr.io/pokt-network/pocketd@${DIGEST}"`)
    expect(text).toContain('image: "ghcr.io/foundry-rs/foundry:v1.7.1"')
    expect(text).toContain(`# On this engine the image is sha256:${'b'.repeat(64)}.`)
  })

  it('says in the README what is where and how to leave, with this supplier’s own addresses', async () => {
    const { deps, textOf } = setup()
    await eject(deps, 'out')
    const page = textOf('README.md')
    expect(page).not.toMatch(/\{\{|\}\}|undefined/)
    for (const part of [
      'Written by Hearth on 2026-11-22 19:05 UTC',
      'docker stop hearth-abcd1234-ingress hearth-abcd1234-miner hearth-abcd1234-keeper hearth-abcd1234-backend hearth-abcd1234-pocket',
      'tx supplier unstake-supplier pokt1operator --from pokt1owner --generate-only',
      '--gas-prices 0.00001upokt --chain-id hearth-local-1',
      'keys add operator --recover',
      'docker volume rm hearth-abcd1234-chain hearth-abcd1234-miner',
      'ABCDEF',
    ])
      expect(page).toContain(part)
  })

  it.each(['absent', 'broken'] as const)('leaves the relay miner out when its configuration is %s, and says so', async (miner) => {
    const { deps, textOf, written } = setup({ miner })
    expect((await eject(deps, 'out')).withMiner).toBe(false)
    expect(written[0]?.files.map((file) => file.name)).toEqual(['compose.yaml', 'README.md'])
    expect(textOf('compose.yaml')).not.toContain('miner:')
    expect(textOf('README.md')).toContain('There is no relay miner in these files')
    expect(textOf('README.md')).not.toContain('--profile serve up')
  })

  it('puts placeholders where there is no supplier yet', async () => {
    const { deps, textOf } = setup({ staked: false })
    await eject(deps, 'out')
    expect(textOf('README.md')).toContain('unstake-supplier OPERATOR_ADDRESS --from OWNER_ADDRESS')
  })

  it('writes nothing where there is nothing to go on with', async () => {
    const none = setup({ network: null })
    await expect(eject(none.deps, 'out')).rejects.toMatchObject({ code: 'no-network' })
    const practice = setup({ network: 'practice' })
    await expect(eject(practice.deps, 'out')).rejects.toMatchObject({ code: 'eject-folder', detail: { problem: 'practice' } })
    for (const rows of [[], ROWS.map((each) => ({ ...each, imagePin: undefined }))]) {
      const empty = setup({ rows })
      await expect(eject(empty.deps, 'out')).rejects.toMatchObject({ code: 'eject-folder', detail: { problem: 'nothing' } })
      expect(empty.written).toEqual([])
    }
  })
})

describe('filling a text', () => {
  it('is strict both ways', () => {
    expect(fillText('a {{x}} b\n', { x: '1' })).toBe('a 1 b\n')
    expect(() => fillText('{{x}} {{y}}', { x: '1' })).toThrow('no value for y')
    expect(() => fillText('{{x}}', { x: '1', y: '2' })).toThrow('no place for y')
    expect(() => fillText('{{x}}', {})).toThrow('no value for x')
  })
  it('leaves out a part whose value is empty', () => {
    const template = 'a\n{{#x}}\nwith {{y}}\n{{/x}}\nb\n'
    expect(fillText(template, { x: 'yes', y: '1' })).toBe('a\nwith 1\nb\n')
    expect(fillText(template, { x: '', y: '1' })).toBe('a\nb\n')
    expect(() => fillText('{{#x}}\nopen\n', { x: 'yes' })).toThrow('not opened and closed')
  })
  it('reads no place in a value', () => {
    expect(fillText('{{x}} {{y}}', { x: '{{y}} $& $1', y: '2' })).toBe('{{y}} $& $1 2')
  })
  it('has the README as its template', () => {
    expect(readFileSync(join(projectRoot, 'resources/templates', README_TEMPLATE), 'utf8')).toContain('{{operator}}')
  })
})

describe('compose text', () => {
  it('is read back as it was meant, whatever is in it', () => {
    const tree = {
      name: 'no',
      list: ['a: b', '# no comment', '"quoted"', "it's", 'yes', '1.0', 'tab\there', 'line\nbreak', '${HOME}'],
      empty: {},
      none: [],
      deep: { on: true, off: 0, 'odd key:': 'x' },
    }
    expect(readYaml(toYaml(tree))).toEqual(tree)
  })
  it('lets Compose fill in nothing from the environment', () => {
    const entry = CATALOG.find((candidate) => candidate.nodeId === 'keeper')
    const spec = entry && specOf(entry, ROWS[2] ?? row('', ''), namesOf('x'), {})
    if (!entry || !spec) throw new Error('no keeper')
    const text = composeFile([{ entry, spec: { ...spec, command: ['$! ${A} $$'], env: { B: '$C' } }, imageName: 'i' }], {
      project: 'p',
      volumes: {},
    })
    expect(text).toContain('"$$! $${A} $$$$"')
    expect(text).toContain('B: "$$C"')
  })
})
