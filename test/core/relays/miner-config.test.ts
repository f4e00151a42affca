import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  MINER_PATHS,
  MINER_PORTS,
  MINER_TEMPLATE,
  type MinerRpcType,
  minerCommand,
  minerGasPrice,
  renderMinerConfig,
} from '#main/core/relays/miner-config.ts'
import { renderTemplate } from '#main/core/relays/render-template.ts'

const template = readFileSync(new URL(`../../../resources/templates/${MINER_TEMPLATE}`, import.meta.url), 'utf8')
const facts = {
  signingKeyNames: ['operator-qqqqqqqq'],
  nodeRpcUrl: 'tcp://pocket:26657',
  nodeGrpcUrl: 'tcp://pocket:9090',
  services: [
    { serviceId: 'anvil', backendUrl: 'http://anvil:8547' },
    { serviceId: 'eth', backendUrl: 'https://eth.example/v3/key?a=b#c' },
  ],
}

describe('renderMinerConfig', () => {
  it('writes every key that the miner needs, once, and one entry for each service', () => {
    expect(renderMinerConfig(facts, template)).toBe(`default_signing_key_names:
  - "operator-qqqqqqqq"

smt_store_path: "${MINER_PATHS.smtStore}"
disable_smt_persistence: false

enable_eager_relay_request_validation: true
enable_over_servicing: false

default_request_timeout_seconds: 10
default_max_body_size: 20MB

pocket_node:
  query_node_rpc_url: "tcp://pocket:26657"
  query_node_grpc_url: "tcp://pocket:9090"
  tx_node_rpc_url: "tcp://pocket:26657"

metrics:
  enabled: true
  addr: ":${MINER_PORTS.metrics}"

ping:
  enabled: false

suppliers:
  - service_id: "anvil"
    listen_url: "http://0.0.0.0:${MINER_PORTS.relays}"
    service_config:
      backend_url: "http://anvil:8547"
  - service_id: "eth"
    listen_url: "http://0.0.0.0:${MINER_PORTS.relays}"
    service_config:
      backend_url: "https://eth.example/v3/key?a=b#c"
`)
  })

  it('names the key of every supplier, in the order given, and no service has a list of its own', () => {
    const rendered = renderMinerConfig({ ...facts, signingKeyNames: ['operator-b', 'operator-a'] }, template)
    expect(rendered).toContain('default_signing_key_names:\n  - "operator-b"\n  - "operator-a"\n\n')
    expect(rendered.match(/signing_key_names/g)).toHaveLength(1)
  })

  it('gives each kind of relay its own way, and refuses one kind twice or an address that the miner cannot use', () => {
    const [first] = facts.services
    const service = (rpcTypes: { rpcType: MinerRpcType; backendUrl: string }[]) => ({
      ...facts,
      services: [{ serviceId: 'anvil', backendUrl: first?.backendUrl ?? '', rpcTypes }],
    })
    const json = { rpcType: 'JSON_RPC', backendUrl: 'http://anvil:8547' } as const
    const socket = { rpcType: 'WEBSOCKET', backendUrl: 'ws://anvil:8547' } as const
    expect(renderMinerConfig(service([json, socket]), template)).toContain(`    service_config:
      backend_url: "http://anvil:8547"
    rpc_type_service_configs:
      "json_rpc":
        backend_url: "http://anvil:8547"
      "websocket":
        backend_url: "ws://anvil:8547"
`)
    expect(() => renderMinerConfig(service([json, json]), template)).toThrow('invalid-request')
    expect(() => renderMinerConfig(service([{ ...socket, backendUrl: 'tcp://anvil:1' }]), template)).toThrow('invalid-request')
  })

  it('keeps the store of served relays on the volume that outlives the container', () => {
    expect(MINER_PATHS.smtStore.startsWith(`${MINER_PATHS.dataVolume}/`)).toBe(true)
  })

  it('cannot be led astray by what stands in a value', () => {
    const nasty = 'a"b: \\ # <keyName> $& - x'
    const rendered = renderMinerConfig({ ...facts, signingKeyNames: [nasty] }, template)
    const line = rendered.split('\n')[1] ?? ''
    expect(JSON.parse(line.replace('  - ', ''))).toBe(nasty)
    expect(rendered.split('\n')).toHaveLength(renderMinerConfig(facts, template).split('\n').length)
    expect(() => renderMinerConfig({ ...facts, signingKeyNames: ['a\nsuppliers: []'] }, template)).toThrow('cannot be written')
  })

  it('refuses what the miner could not run with', () => {
    const rendered = (change: Partial<typeof facts>) => () => renderMinerConfig({ ...facts, ...change }, template)
    expect(rendered({ services: [] })).toThrow('services')
    expect(rendered({ signingKeyNames: [] })).toThrow('signingKeyNames')
    expect(rendered({ signingKeyNames: ['a', 'b', 'a'] })).toThrow('signingKeyNames')
    expect(rendered({ services: [facts.services[0]!, facts.services[0]!] })).toThrow('anvil')
    expect(rendered({ nodeRpcUrl: 'pocket:26657' })).toThrow('nodeRpcUrl')
    expect(rendered({ nodeGrpcUrl: 'no url' })).toThrow('nodeGrpcUrl')
    expect(rendered({ services: [{ serviceId: 'anvil', backendUrl: 'file:///etc/passwd' }] })).toThrow('backend of anvil')
  })
})

describe('minerCommand', () => {
  it('is the whole command line, with nothing left to the program’s own defaults', () => {
    expect(minerCommand({ chainId: 'hearth-local-1', gasPrice: '0.00001', nodeGrpcUrl: 'tcp://pocket:9090' }).join(' ')).toBe(
      'relayminer start --config /home/pocket/relayminer.yaml --home /tmp/h --keyring-backend test --keyring-dir /keys ' +
        '--chain-id hearth-local-1 --grpc-insecure=true --gas-prices 0.00001upokt --gas-adjustment 1.5',
    )
  })

  it('asks over TLS where the address says so, which the program itself does not look at', () => {
    const argsFor = (nodeGrpcUrl: string): string[] => minerCommand({ chainId: 'pocket', gasPrice: '0.00001', nodeGrpcUrl })
    expect(argsFor('https://grpc.example.org:443')).toContain('--grpc-insecure=false')
    expect(argsFor('tcp://192.168.1.5:9090')).toContain('--grpc-insecure=true')
  })
})

describe('minerGasPrice', () => {
  it.each([
    ['0.000001000000000000', '0.00001'],
    ['0.000001', '0.00001'],
    ['0', '0.00001'],
    ['0.0000001', '0.00001'],
    ['0.0000015', '0.000015'],
    ['0.001', '0.01'],
    ['1', '10'],
    ['2.5', '25'],
    ['10', '100'],
    ['0.123456789012345678', '1.23456789012345678'],
  ])('of a minimum of %s is %s', (minimum, price) => {
    expect(minerGasPrice(minimum)).toBe(price)
  })
  it('refuses what is no plain decimal', () => {
    for (const bad of ['', '1upokt', '-1', '1e-6', '.5']) expect(() => minerGasPrice(bad), bad).toThrow('internal')
  })
})

describe('renderTemplate', () => {
  it('throws for a name without a value and for a value without a name', () => {
    expect(() => renderTemplate('a: <missing>', {})).toThrow('no value for missing')
    expect(() => renderTemplate('a: 1', { spare: 'x' })).toThrow('no place for spare')
    expect(() => renderTemplate('a: <toString>', {})).toThrow('no value for toString')
    expect(() => renderTemplate('# each list\n- <a>\n# end list', { list: [{ a: 1 }, { a: 1, b: 2 }] })).toThrow('no place for b in list')
    expect(() => renderTemplate('# each list\n- <a> <b>\n# end list', { list: [{ a: 1 }] })).toThrow('no value for b')
  })
  it('throws for lists that are empty, no lists, unclosed or crossed', () => {
    expect(() => renderTemplate('# each list\n- <a>\n# end list', { list: [] })).toThrow('empty')
    expect(() => renderTemplate('# each list\n- <a>\n# end list', { list: 'x' })).toThrow('not a list')
    expect(() => renderTemplate('a: <list>', { list: [{ a: 1 }] })).toThrow('no single value')
    expect(() => renderTemplate('# each list\n- <a>', { list: [{ a: 1 }] })).toThrow('opened and closed')
    expect(() => renderTemplate('# end list', {})).toThrow('opened and closed')
    expect(() => renderTemplate('# each one\n# each two\n# end one\n# end two', { one: [{}], two: [{}] })).toThrow('opened and closed')
    expect(() => renderTemplate('# each one\n# each two\n# end two\n# end one', { one: [{}], two: [{}] })).toThrow('no value for two')
  })
  it('fills lists in entries of lists, which alone may be empty', () => {
    const nested = '# each a\n- <x>\n  # each b\n  - <y>\n  # end b\n# end a'
    const values = {
      a: [
        { x: 1, b: [{ y: 2 }, { y: 3 }] },
        { x: 4, b: [] },
      ],
    }
    expect(renderTemplate(nested, values)).toBe('- 1\n  - 2\n  - 3\n- 4\n')
    expect(() => renderTemplate(nested, { a: [{ x: 1, b: [{ y: 2, z: 3 }] }] })).toThrow('no place for z in b')
  })
  it('throws for marks that it cannot read', () => {
    expect(() => renderTemplate('a: <b', { b: 1 })).toThrow('cannot read')
    expect(() => renderTemplate('a: < b >', { b: 1 })).toThrow('cannot read')
  })
  it('writes numbers and truth values bare and texts quoted, and drops comments', () => {
    expect(renderTemplate('# why\na: <n>\nb: <t>\n  # note\nc: <s>\n\n\n\nd: 1', { n: 5, t: false, s: 'no' })).toBe(
      'a: 5\nb: false\nc: "no"\n\nd: 1\n',
    )
    expect(() => renderTemplate('a: <n>', { n: Number.NaN })).toThrow('no single value')
  })
})
