import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { composeFile } from '#main/core/eject/compose-file.ts'
import type { EjectDeps } from '#main/core/eject/contents.ts'
import { eject } from '#main/core/eject/eject.ts'
import { README_TEMPLATE } from '#main/core/eject/readme.ts'
import { fillText } from '#main/core/eject/fill.ts'
import { toYaml } from '#main/core/eject/yaml.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import type { EjectedFile } from '#main/core/ports/eject-folder.ts'
import type { BehindMiner } from '#main/core/backends/wire-backends.ts'
import { BUNDLE_CATALOG, CATALOG } from '#shared/catalog/index.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { servingKeys } from '#test/fakes/serving-keys.ts'
import { createTestClock } from '../../fakes/clock.ts'
import { readYaml } from './read-yaml.ts'

/** A third program that has to agree; it comes without types. */
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown }

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

interface Options {
  network?: NetworkId | null
  rows?: NodeRow[]
  miner?: 'there' | 'absent' | 'broken'
  staked?: boolean
  behind?: Partial<BehindMiner>
  rootless?: boolean
  /** Operators that the miner signs for. */
  keys?: string[]
  hostRpcUrl?: string
}

function setup(options: Options = {}) {
  const { network = 'local', miner = 'there', staked = true } = options
  const written: { name: string; files: readonly EjectedFile[] }[] = []
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
      look: () => Promise.resolve({ parent: '/data/eject', taken: ['before'] }),
      owner: () => '1000:1000',
    },
    servingKeys: servingKeys(...(options.keys ?? ['pokt1operator'])),
    template: (name) => readFileSync(join(projectRoot, 'resources/templates', name), 'utf8'),
    installId: 'abcd1234',
    network: () => network,
    catalog: network === 'mainnet' ? BUNDLE_CATALOG : CATALOG,
    hostRpcUrl: () => options.hostRpcUrl ?? 'https://rpc.example.org',
    behind: () => Promise.resolve({ endpoints: [], entries: [], usesOwnNode: false, ...options.behind }),
    isRootless: () => Promise.resolve(options.rootless === true),
    imageOverrides: {},
    minerConfig: () =>
      miner === 'broken' ? Promise.reject(new Error('no chain')) : Promise.resolve(miner === 'there' ? MINER : undefined),
    minimumGasPrice: () => Promise.resolve('0.000001'),
    state: () => state,
    clock: createTestClock(Date.UTC(2026, 10, 22, 19, 5)),
  }
  const textOf = (name: string): string => written[0]?.files.find((file) => file.name === name)?.text ?? ''
  const write = async (name = 'out', withSecrets = false) => (await eject(deps, { name, withSecrets })).written
  return { deps, written, textOf, write }
}

describe('eject', () => {
  it('writes the same containers that Hearth runs, service by service', async () => {
    const { write, textOf } = setup()
    expect(await write()).toEqual({
      path: '/data/eject/out',
      files: ['compose.yaml', 'relayminer.yaml', 'ingress.json', 'README.md'],
      withMiner: true,
      toFillIn: 0,
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
        // Without Hearth nobody else starts a miner that failed.
        restart: entry.kind === 'relay-miner' ? 'on-failure' : spec?.restart,
        container_name: `hearth-abcd1234-ejected-${entry.nodeId}`,
        mem_limit: spec?.memoryBytes,
        memswap_limit: spec?.memoryBytes,
        ...(spec?.readOnlyRoot ? { read_only: true } : {}),
        pids_limit: 4_096,
        init: true,
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
    const { write, textOf } = setup()
    await write()
    const file = readYaml(textOf('compose.yaml')) as { services: Record<string, Record<string, unknown>>; volumes: Record<string, unknown> }
    expect(file.volumes).toEqual({
      chain: { external: true, name: 'hearth-abcd1234-chain' },
      keys: { driver: 'local', driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'mode=0700,uid=1025,gid=1025' } },
      miner: { external: true, name: 'hearth-abcd1234-miner' },
    })
    expect(file.services['miner']).toMatchObject({
      profiles: ['serve'],
      restart: 'on-failure',
      volumes: ['miner:/home/pocket', 'keys:/keys:ro', './relayminer.yaml:/home/pocket/relayminer.yaml:ro'],
    })
    expect(file.services['keeper']).toMatchObject({ network_mode: 'none', logging: { driver: 'none' }, volumes: ['keys:/keys'] })
  })

  it('names an image by digest, or by name where only this engine knows it', async () => {
    const { write, textOf } = setup()
    await write()
    const text = textOf('compose.yaml')
    expect(text).toContain(`image: "ghcr.io/pokt-network/pocketd@${DIGEST}"`)
    expect(text).toContain('image: "ghcr.io/foundry-rs/foundry:v1.7.1"')
    expect(text).toContain(`# On this engine the image is sha256:${'b'.repeat(64)}.`)
  })

  it('says in the README what is where and how to leave, with this supplier’s own addresses', async () => {
    const { write, textOf } = setup()
    await write()
    const page = textOf('README.md')
    expect(page).not.toMatch(/\{\{|\}\}|undefined/)
    for (const part of [
      'Written by Hearth on 2026-11-22 19:05 UTC',
      'docker stop hearth-abcd1234-ingress hearth-abcd1234-miner hearth-abcd1234-keeper hearth-abcd1234-backend hearth-abcd1234-pocket',
      'tx supplier unstake-supplier pokt1operator --from pokt1owner --generate-only',
      '--gas-prices 0.00001upokt --chain-id hearth-local-1',
      'keys add operator-operator --recover',
      'docker volume rm hearth-abcd1234-chain hearth-abcd1234-miner',
      'http://127.0.0.1:9200/metrics',
      'relays come in at port 8700',
      'ABCDEF',
    ])
      expect(page).toContain(part)
  })

  it('names the key of every supplier that the miner signs for, and asks the chain for each', async () => {
    const { write, textOf, deps } = setup({ keys: ['pokt1operator', 'pokt1second'] })
    const entry = {
      ownerAddress: 'pokt1owner',
      stakeUpokt: '1',
      services: ['bsc', 'eth'],
      notServed: [],
      unstakeSessionEndHeight: 0,
      height: 1,
    }
    deps.state().suppliers = {
      pokt1operator: { ...entry, status: 'active' },
      pokt1second: { ...entry, status: 'unstaking' },
      // Watched: no key of it is here.
      pokt1watched: { ...entry, status: 'active' },
    }
    await write()
    const page = textOf('README.md')
    expect(page).not.toMatch(/\{\{|\}\}|undefined/)
    const give = (name: string): string =>
      `docker compose exec keeper pocketd keys add ${name} --recover --keyring-backend test --keyring-dir /keys`
    for (const part of [
      `${give('operator-operator')}\n${give('operator-t1second')}\ndocker compose --profile serve up -d`,
      '| `operator-operator` | `pokt1operator` |\n| `operator-t1second` | `pokt1second` |',
      'without one of them it does not start for any',
      '| operator address | `pokt1operator` |\n| owner address | `pokt1owner` |\n| services on chain | anvil |\n' +
        '| operator address | `pokt1second` |\n| owner address | `pokt1owner` |\n| services on chain | bsc, eth |\n',
      'query supplier show-supplier pokt1second --node',
      'list-claims --supplier-operator-address pokt1operator --node',
      'list-claims --supplier-operator-address pokt1second --node',
      'Do this once for each operator address',
      'unstake-supplier pokt1operator --from pokt1owner',
    ])
      expect(page).toContain(part)
    expect(page.match(/bank balances pokt1owner/g)).toHaveLength(1)
    expect(page).not.toContain('pokt1watched')
    expect(page).not.toContain('The relay miner needs the operator key.')
  })

  it('of one in view that the miner does not sign for, nothing is said as if it did', async () => {
    const { write, textOf, deps } = setup({ keys: ['pokt1second'] })
    const entry = { ownerAddress: 'pokt1owner2', stakeUpokt: '1', services: ['bsc'], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    deps.state().suppliers = { pokt1second: { ...entry, status: 'active' } }
    await write()
    expect(textOf('README.md')).toContain('unstake-supplier pokt1second --from pokt1owner2')
    expect(textOf('README.md')).not.toContain('pokt1operator')
  })

  it.each(['absent', 'broken'] as const)('leaves the relay miner out when its configuration is %s, and says so', async (miner) => {
    const { write, textOf, written } = setup({ miner })
    expect((await write()).withMiner).toBe(false)
    expect(written[0]?.files.map((file) => file.name)).toEqual(['compose.yaml', 'README.md'])
    expect(textOf('compose.yaml')).not.toContain('miner:')
    expect(textOf('README.md')).toContain('There is no relay miner in these files')
    expect(textOf('README.md')).not.toContain('--profile serve up')
  })

  it('puts placeholders where there is no supplier yet', async () => {
    const { write, textOf } = setup({ staked: false })
    await write()
    expect(textOf('README.md')).toContain('unstake-supplier OPERATOR_ADDRESS --from OWNER_ADDRESS')
  })

  it('writes nothing where there is nothing to go on with', async () => {
    const none = setup({ network: null })
    await expect(none.write()).rejects.toMatchObject({ code: 'no-network' })
    const practice = setup({ network: 'practice' })
    await expect(practice.write()).rejects.toMatchObject({ code: 'eject-folder', detail: { problem: 'practice' } })
    for (const rows of [[], ROWS.map((each) => ({ ...each, imagePin: undefined }))]) {
      const empty = setup({ rows })
      await expect(empty.write()).rejects.toMatchObject({ code: 'eject-folder', detail: { problem: 'nothing' } })
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
  it('takes parts in parts', () => {
    const template = '{{#x}}\na\n{{#y}}\nb\n{{/y}}\nc\n{{/x}}\n'
    expect(fillText(template, { x: 'yes', y: 'yes' })).toBe('a\nb\nc\n')
    expect(fillText(template, { x: 'yes', y: '' })).toBe('a\nc\n')
    expect(fillText(template, { x: '', y: 'yes' })).toBe('')
  })
  it('reads no place in a value', () => {
    expect(fillText('{{x}} {{y}}', { x: '{{y}} $& $1', y: '2' })).toBe('{{y}} $& $1 2')
  })
  it('has the README as its template', () => {
    expect(readFileSync(join(projectRoot, 'resources/templates', README_TEMPLATE), 'utf8')).toContain('{{giveKeys}}')
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
    expect(load(toYaml(tree))).toEqual(tree)
  })
  it.each([
    ['ends of lines that only YAML knows', 'a\u2028b\u2029c\u0085d'],
    ['marks of byte order', '\ufeffx'],
    ['what cannot be printed', '\u007f\u0001\u009f'],
    ['what YAML might take for something else', '~'],
    ['a tag', '!!js/function x'],
    ['an anchor', '&a *a'],
    ['a document end', '---\n...'],
    ['a name in another script', 'Γνώσις 链'],
  ])('keeps %s', (_what, text) => {
    const tree = { services: { [text]: { command: [text, { deep: text }], no: text, on: [text] } } }
    expect(load(toYaml(tree))).toEqual(tree)
  })
  it('lets nothing out of a comment', () => {
    const text = toYaml({ a: { b: 1 } }, { 'a.b': 'fine\r\nevil: 1\u2028worse: 2\u0085worst: 3\u0000' })
    expect(load(text)).toEqual({ a: { b: 1 } })
    expect(
      text
        .split('\n')
        .filter((line) => /evil|worse|worst/.test(line))
        .every((line) => line.trim().startsWith('#')),
    ).toBe(true)
  })
  it('lets Compose fill in nothing from the environment', () => {
    const entry = CATALOG.find((candidate) => candidate.nodeId === 'keeper')
    const spec = entry && specOf(entry, ROWS[2] ?? row('', ''), namesOf('x'), {})
    if (!entry || !spec) throw new Error('no keeper')
    const text = composeFile([{ entry, spec: { ...spec, command: ['$! ${A} $$'], env: { B: '$C' } }, imageName: 'i' }], {
      project: 'p',
      volumes: {},
    })
    expect(load(text)).toMatchObject({ services: { keeper: { command: ['$$! $${A} $$$$'], environment: { B: '$$C' } } } })
    expect(text).toContain('"$$! $${A} $$$$"')
    expect(text).toContain('B: "$$C"')
  })
})
