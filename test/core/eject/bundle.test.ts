import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BehindMiner } from '#main/core/backends/wire-backends.ts'
import { entryNodes } from '#main/core/backends/entry-nodes.ts'
import type { EjectDeps } from '#main/core/eject/contents.ts'
import { eject, previewEject } from '#main/core/eject/eject.ts'
import { GATE_PATHS } from '#main/core/backends/gate-config.ts'
import { EJECTED_GATE_COMMAND, ejectedGateFile } from '#main/core/eject/gate-file.ts'
import type { EjectedFile } from '#main/core/ports/eject-folder.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { BUNDLE_CATALOG } from '#shared/catalog/index.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { servingKeys } from '#test/fakes/serving-keys.ts'
import { gated, loadYaml, shippedCatalog } from './scene.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const POCKETD = `ghcr.io/pokt-network/pocketd@${DIGEST}`
const MINER = {
  yaml: `pocket_node:\n  query_node_rpc_url: "https://rpc.example.org"\nbackend_url: "http://gate:9100/s/eth/${'ab'.repeat(16)}"\n`,
  command: ['relayminer', 'start'],
}
const row = (id: string, imagePin: string, ports: Record<string, number> = {}): NodeRow => ({
  id,
  network: 'mainnet',
  wanted: 'running',
  wantedBy: 'user',
  imagePin,
  ports,
  updatedAtMs: 0,
})
const ROWS = [
  row('keeper', POCKETD),
  row('miner', POCKETD, { '9090': 9_191 }),
  row('ingress', `docker.io/library/caddy@${DIGEST}`, { '8080': 8_552 }),
]
const gnosis = shippedCatalog.entries.find((entry) => entry.id === 'gnosis-nethermind-lighthouse')
if (!gnosis) throw new Error('no gnosis')
const GNOSIS_ROWS = entryNodes(gnosis).map((entry) =>
  row(
    entry.nodeId,
    `${entry.image.reference.replace(/:.*$/, '')}@${DIGEST}`,
    Object.fromEntries(entry.ports.map((port) => [String(port.containerPort), port.preferredHostPort + 1])),
  ),
)

interface Service {
  [key: string]: unknown
  networks?: unknown
  command?: string[]
  restart?: string
}
interface Compose {
  services: Record<string, Service>
  networks: Record<string, unknown>
  volumes: Record<string, unknown>
}

function setup(
  options: {
    behind?: Partial<BehindMiner>
    rows?: NodeRow[]
    rootless?: boolean
    owner?: string | undefined
    host?: string
    ownerAddress?: string
    miner?: boolean
  } = {},
) {
  const written: { name: string; files: readonly EjectedFile[] }[] = []
  const state = initialState({ version: '1', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null })
  state.supplier = {
    ...state.supplier,
    status: 'active',
    operatorAddress: 'pokt1operator',
    ownerAddress: options.ownerAddress ?? 'pokt1owner',
    services: [{ serviceId: 'eth', endpoints: [], revShare: [] }],
  }
  const deps: EjectDeps = {
    store: { nodes: () => Promise.resolve(options.rows ?? ROWS), chain: () => Promise.resolve(undefined) },
    folder: {
      write(name, files) {
        written.push({ name, files })
        return Promise.resolve(`/data/eject/${name}`)
      },
      look: () => Promise.resolve({ parent: '/data/eject', taken: ['before'] }),
      owner: () => ('owner' in options ? options.owner : '1000:1000'),
    },
    servingKeys: servingKeys('pokt1operator'),
    template: (name) => readFileSync(join(projectRoot, 'resources/templates', name), 'utf8'),
    installId: 'abcd1234-mainnet',
    network: () => 'mainnet',
    catalog: BUNDLE_CATALOG,
    imageOverrides: {},
    minerConfig: () => Promise.resolve(options.miner === false ? undefined : MINER),
    minimumGasPrice: () => Promise.resolve('0.000001'),
    hostRpcUrl: () => options.host ?? 'https://rpc.example.org',
    behind: () => Promise.resolve({ endpoints: [], entries: [], usesOwnNode: false, ...options.behind }),
    isRootless: () => Promise.resolve(options.rootless === true),
    state: () => state,
    clock: createTestClock(Date.UTC(2026, 10, 22, 19, 5)),
  }
  const file = (name: string): EjectedFile | undefined => written[0]?.files.find((each) => each.name === name)
  return {
    deps,
    write: async (withSecrets = false) => (await eject(deps, { name: 'out', withSecrets })).written,
    file,
    text: (name: string): string => file(name)?.text ?? '',
    compose: (): Compose => loadYaml(file('compose.yaml')?.text ?? '') as Compose,
  }
}

const SECRET = {
  paths: { http: '/v2/PATH-SECRET?key=QUERY-SECRET', rest: '', websocket: '' },
  credential: { kind: 'bearer' as const, token: 'TOKEN-SECRET' },
}

describe('the bundle of a network of others, ejected', () => {
  it('has keeper, miner and ingress over the volumes that are there, and the stock program to ask with', async () => {
    const scene = setup()
    await scene.write()
    const { services, volumes } = scene.compose()
    expect(Object.keys(services)).toEqual(['keeper', 'miner', 'ingress', 'pocketd'])
    expect(volumes['miner']).toEqual({ external: true, name: 'hearth-abcd1234-mainnet-miner' })
    expect(volumes['leaving']).toEqual({})
    expect(services['miner']).toMatchObject({
      restart: 'on-failure',
      stop_grace_period: '35s',
      ports: ['127.0.0.1:9191:9090'],
      image: POCKETD,
    })
    expect(services['pocketd']).toMatchObject({ profiles: ['tools'], image: POCKETD, volumes: ['leaving:/home/pocket'] })
    expect(services['pocketd']).not.toHaveProperty('container_name')
    expect(services['pocketd']).not.toHaveProperty('command')
  })

  it('asks the miner’s host in its README, with the port that the stock program needs', async () => {
    for (const [host, node] of [
      ['https://rpc.example.org', 'https://rpc.example.org:443'],
      ['https://rpc.example.org:444/x', 'https://rpc.example.org:444/x'],
      ['http://10.0.0.7/', 'http://10.0.0.7:80'],
    ] as const) {
      const scene = setup({ host })
      await scene.write()
      expect(scene.text('README.md'), host).toContain(`docker compose run --rm pocketd status --node ${node}\n`)
    }
    const scene = setup()
    await scene.write()
    const page = scene.text('README.md')
    expect(page).not.toMatch(/\{\{|\}\}|undefined|own node|docker compose exec pocket /)
    expect(page).toContain('--chain-id pocket --node')
    expect(page).toContain('docker volume rm hearth-abcd1234-mainnet-ejected_leaving')
    expect(page).toContain('## 6. Ask another host')
  })

  it.each(['https://rpc.example.org/$(rm -rf ~)', 'https://a.org/`x`', 'https://a.org/?a=1&b=2', 'https://a.org/ x', "https://a.org/';x"])(
    'writes no %s into a command',
    async (host) => {
      const scene = setup({ host, ownerAddress: 'pokt1x; rm -rf ~' })
      await scene.write()
      const commands = scene
        .text('README.md')
        .split('\n')
        .filter((line) => line.startsWith('docker'))
      expect(commands.some((line) => line.includes('--node NODE_ADDRESS'))).toBe(true)
      expect(commands.some((line) => line.includes('--from OWNER_ADDRESS'))).toBe(true)
      expect(commands.filter((line) => /[$`;&|<>()?'"]/.test(line))).toEqual([])
    },
  )

  it('takes the gate along with places for credentials, and none of them', async () => {
    const scene = setup({ behind: { endpoints: [gated('eth', { secret: SECRET })] } })
    expect(await scene.write()).toMatchObject({
      toFillIn: 3,
      files: ['compose.yaml', 'relayminer.yaml', 'ingress.json', 'gate.json', 'README.md'],
    })
    for (const name of ['compose.yaml', 'gate.json', 'README.md', 'relayminer.yaml', 'ingress.json'])
      expect(scene.text(name), name).not.toMatch(/-SECRET/)
    expect(scene.file('gate.json')?.secret).toBe(true)
    const gate = scene.compose().services['gate']
    expect(gate).toMatchObject({
      user: '1000:1000',
      volumes: ['./gate.json:/gate/config.json:ro'],
      extra_hosts: ['host.docker.internal:host-gateway'],
      networks: ['backend'],
      restart: 'unless-stopped',
      image: `docker.io/library/caddy@${DIGEST}`,
    })
    expect(gate).not.toHaveProperty('ports')
    expect(JSON.stringify(gate)).not.toContain('environment')
    expect(gate?.command?.[0]).toMatch(/grep -q 'PUT-THE-' .*exit 78.*exec caddy run --config \/gate\/config.json$/)
    const page = scene.text('README.md')
    for (const word of ['PUT-THE-PATH-FOR-eth-HERE', 'PUT-THE-QUERY-FOR-eth-HERE', 'PUT-THE-TOKEN-FOR-eth-HERE']) {
      expect(page).toContain(`| \`${word}\` |`)
      expect(scene.text('gate.json')).toContain(word)
    }
  })

  it('writes credentials only at the user’s word, and the files are the same otherwise', async () => {
    const without = setup({ behind: { endpoints: [gated('eth', { secret: SECRET })] } })
    const wih = setup({ behind: { endpoints: [gated('eth', { secret: SECRET })] } })
    await without.write()
    expect(await wih.write(true)).toMatchObject({ toFillIn: 0 })
    expect(wih.file('gate.json')?.secret).toBe(true)
    const filled = without
      .text('gate.json')
      .replaceAll('PUT-THE-PATH-FOR-eth-HERE', 'v2/PATH-SECRET')
      .replaceAll('PUT-THE-QUERY-FOR-eth-HERE', 'key=QUERY-SECRET')
      .replaceAll('PUT-THE-TOKEN-FOR-eth-HERE', 'TOKEN-SECRET')
    expect(wih.text('gate.json')).toBe(filled)
    expect(wih.text('compose.yaml')).toBe(without.text('compose.yaml'))
    expect(wih.text('README.md')).toContain('### Keep `gate.json` to yourself')
    expect(wih.text('README.md')).not.toMatch(/-SECRET|PUT-THE-/)
  })

  it('is run by whom its file belongs to', async () => {
    const endpoints = [gated('eth', { secret: SECRET })]
    const rootless = setup({ behind: { endpoints }, rootless: true })
    await rootless.write()
    expect(rootless.compose().services['gate']).toMatchObject({ user: '0:0' })
    const none = setup({ behind: { endpoints }, owner: undefined })
    await none.write()
    expect(none.compose().services['gate']).toMatchObject({ user: '1025:1025' })
  })

  it('takes nodes of the catalogue along, with the names that they know each other by', async () => {
    const scene = setup({
      rows: [...ROWS, ...GNOSIS_ROWS],
      behind: {
        entries: entryNodes(gnosis),
        endpoints: [gated('gnosis', { origins: { http: 'http://gnosis-nethermind-lighthouse-execution:8545', rest: '', websocket: '' } })],
      },
    })
    expect(await scene.write()).toMatchObject({ toFillIn: 0 })
    const { services, networks, volumes } = scene.compose()
    const execution = services['gnosis-nethermind-lighthouse-execution']
    expect(execution).toMatchObject({
      networks: { backend: {}, 'own-gnosis-nethermind-lighthouse': { aliases: ['execution'] } },
      stop_grace_period: '180s',
      restart: 'unless-stopped',
      ports: ['127.0.0.1:8546:8545', '127.0.0.1:8547:8546'],
    })
    // `toMatchObject` takes `{}` for anything: the short name is known on the entry's own network alone.
    expect(execution?.networks).toEqual({ backend: {}, 'own-gnosis-nethermind-lighthouse': { aliases: ['execution'] } })
    expect(execution?.command).toEqual(gnosis.containers[0]?.command)
    expect(services['gnosis-nethermind-lighthouse-consensus']).toMatchObject({ depends_on: ['gnosis-nethermind-lighthouse-execution'] })
    expect(networks).toHaveProperty('own-gnosis-nethermind-lighthouse')
    expect(volumes['gnosis-nethermind-lighthouse-execution']).toEqual({
      external: true,
      name: 'hearth-abcd1234-mainnet-gnosis-nethermind-lighthouse-execution',
    })
    expect(scene.text('README.md')).not.toContain('PUT-THE-')
  })

  it('says beforehand what goes where, without a secret and without the parts of the gate', async () => {
    const scene = setup({ behind: { endpoints: [gated('eth', { secret: SECRET })] } })
    const { preview } = await previewEject(scene.deps)
    expect(preview).toMatchObject({
      parent: '/data/eject',
      taken: ['before'],
      withMiner: true,
      secrets: [
        { serviceId: 'eth', host: 'node.example.org:8545', what: 'path' },
        { serviceId: 'eth', host: 'node.example.org:8545', what: 'query' },
        { serviceId: 'eth', host: 'node.example.org:8545', what: 'token' },
      ],
    })
    expect(preview.files.map((file) => [file.name, file.secret])).toEqual([
      ['compose.yaml', false],
      ['relayminer.yaml', false],
      ['ingress.json', false],
      ['gate.json', true],
      ['README.md', false],
    ])
    expect(JSON.stringify(preview)).not.toMatch(/-SECRET|abababab/)
    expect(preview.containers.map((container) => container.nodeId)).toEqual(['keeper', 'miner', 'ingress', 'gate'])
    expect(preview.files.find((file) => file.name === 'relayminer.yaml')?.text).toContain('http://gate:9100/s/eth/…')
    expect(scene.file('compose.yaml')).toBeUndefined()
  })

  it('has a fingerprint that a credential does not change, and everything else does', async () => {
    const of = async (options: Parameters<typeof setup>[0], withSecrets = false): Promise<string> =>
      (await eject(setup(options).deps, { name: 'out', withSecrets })).contents.fingerprint
    const endpoints = [gated('eth', { secret: SECRET })]
    const first = await of({ behind: { endpoints } })
    expect(await of({ behind: { endpoints } }, true)).toBe(first)
    const others = [
      await of({}),
      await of({ behind: { endpoints: [gated('eth')] } }),
      await of({ behind: { endpoints }, miner: false }),
      await of({ behind: { endpoints }, rows: ROWS.map((each) => ({ ...each, imagePin: `${each.imagePin?.slice(0, -1) ?? ''}b` })) }),
    ]
    expect(new Set([first, ...others]).size).toBe(5)
  })

  it('puts the gate beside a node of one’s own that relays are for', async () => {
    const scene = setup({ behind: { endpoints: [gated('pocket')], usesOwnNode: true } })
    await scene.write()
    expect(scene.compose().services['gate']?.networks).toEqual(['backend', 'chain'])
  })

  it('says how long a claim may wait for its proof, and lets nothing of the chain out of a table', async () => {
    const scene = setup({
      behind: { endpoints: [gated('eth', { origins: { http: 'https://node.example.org', rest: '', websocket: '' }, secret: SECRET })] },
    })
    const state = scene.deps.state()
    state.supplier.services = [{ serviceId: 'eth`|x\n# y', endpoints: [], revShare: [] }]
    state.chain.medianBlockMs = 30_000
    state.chain.params = {
      claimWindowOpenOffsetBlocks: 1,
      claimWindowCloseOffsetBlocks: 4,
      proofWindowOpenOffsetBlocks: 2,
      proofWindowCloseOffsetBlocks: 5,
      proofMissingPenaltyUpokt: '320000000',
    } as never
    await scene.write()
    expect(scene.text('README.md')).toContain('within 13 blocks after the end of its session, which is about 7 minutes;')
    expect(scene.text('README.md')).toContain('costs 320 POKT of stake.')
    expect(scene.text('README.md')).toContain('eth??x?# y')
  })

  it('needs a bundle', async () => {
    await expect(setup({ rows: [] }).write()).rejects.toMatchObject({
      code: 'eject-folder',
      detail: { problem: 'nothing-here', chain: 'Mainnet' },
    })
  })
})

describe('the file of the gate', () => {
  it('keeps the gate down until it is filled in', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gate-file-'))
    try {
      const file = join(folder, 'config.json')
      const command = EJECTED_GATE_COMMAND.replaceAll(GATE_PATHS.config, file).replace('exec caddy', 'exec echo caddy')
      const run = (text: string) => {
        writeFileSync(file, text)
        return spawnSync('sh', ['-c', command], { encoding: 'utf8' })
      }
      const secret = { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'bearer' as const, token: 'x' } }
      const unfilled = run(ejectedGateFile([gated('eth', { secret })], false).text)
      expect([unfilled.status, unfilled.stdout]).toEqual([78, ''])
      expect(unfilled.stderr).toContain('not filled in')
      const filled = run(ejectedGateFile([gated('eth', { secret })], true).text)
      expect([filled.status, filled.stdout]).toEqual([0, `caddy run --config ${file}\n`])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  it('has no door that only Hearth has a key to', () => {
    const { text } = ejectedGateFile([gated('eth')], false)
    const config = JSON.parse(text) as { apps: { http: { servers: Record<string, unknown> } } }
    expect(Object.keys(config.apps.http.servers)).toEqual(['gate'])
  })
  it.each([
    [{ kind: 'basic' as const, username: 'me', password: 'pa:ss' }, 'Basic PUT-THE-BASE64-OF-NAME-COLON-PASSWORD-FOR-eth-HERE', 'login'],
    [{ kind: 'header' as const, name: 'X-Api-Key', value: 'abc' }, 'PUT-THE-VALUE-OF-X-Api-Key-FOR-eth-HERE', 'header'],
  ])('has a place for %j', (credential, value, what) => {
    const { text, toFillIn } = ejectedGateFile(
      [gated('eth', { secret: { paths: { http: '', rest: '', websocket: '' }, credential } })],
      false,
    )
    expect(text).toContain(JSON.stringify(value))
    expect(toFillIn).toMatchObject([{ what, serviceId: 'eth' }])
    expect(text).not.toMatch(/pa:ss|"abc"/)
  })
  it('asks for each kind of address by itself', () => {
    const secret = { paths: { http: '/a', rest: '/b', websocket: '?c=d' }, credential: { kind: 'none' as const } }
    const origins = { http: 'https://a.org', rest: 'https://b.org', websocket: 'wss://c.org' }
    expect(ejectedGateFile([gated('akash', { origins, secret })], false).toFillIn.map((each) => each.placeholder)).toEqual([
      'PUT-THE-PATH-FOR-akash-HERE',
      'PUT-THE-REST-PATH-FOR-akash-HERE',
      'PUT-THE-WEBSOCKET-QUERY-FOR-akash-HERE',
    ])
  })
})
