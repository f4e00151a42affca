import { act } from 'react'
import { describe, expect, it } from 'vitest'
import { ROUTES } from '#renderer/app/routes.ts'
import type { AppState, EndpointState } from '#shared/api/state.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { onMainnet } from './mainnet-scene.ts'
import { pageStage, usualLink } from './page-stage.tsx'
import { serving } from './scene.ts'

const stage = pageStage()

const NOW = Date.now()
const endpoint = (fields: Partial<EndpointState>): EndpointState => ({
  rpcUrl: 'https://rpc.example.org',
  grpcUrl: 'https://grpc.example.org:443',
  host: 'rpc.example.org',
  from: 'public',
  status: 'good',
  height: 883_700,
  latencyMs: 120,
  agrees: true,
  error: '',
  ...fields,
})

async function show(
  chain: Partial<AppState['chain']>,
  network: AppState['app']['network'] = 'mainnet',
  path = '/nodes',
): Promise<FakeLink> {
  globalThis.location.hash = path
  const state = serving(NOW)
  const nodes = network === 'mainnet' ? {} : state.nodes
  const link = usualLink({ ...state, nodes, app: { ...state.app, network }, chain: { ...state.chain, ...chain } })
  return stage.open(link)
}
const card = (): HTMLElement | undefined =>
  [...document.querySelectorAll('section')].find((each) => each.querySelector('h2')?.textContent === 'Where the chain is asked')
const press = (name: string): Promise<void> =>
  act(async () => {
    const found = [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
    if (!found) throw new Error(`no button ${name}`)
    found.click()
    await settle()
  })
async function type(label: string, value: string): Promise<void> {
  const found = [...document.querySelectorAll('label')].find((each) => each.textContent === label)
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event('input', { bubbles: true }))
    await settle()
  })
}

describe('endpoints', () => {
  it('are shown with how they are and what is wrong with them, and can be taken off', async () => {
    const rows = [
      endpoint({ rpcUrl: 'http://127.0.0.1:1', host: '127.0.0.1:1', from: 'here', agrees: null }),
      endpoint({ status: 'lied', agrees: false, error: 'balance: said otherwise than the others' }),
    ]
    const link = await show({ endpoints: { 0: rows[0]!, 1: rows[1]! }, provenHeight: 883_699, known: 'recorded' })
    const cells = [...card()!.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))
    expect(cells[0]).toEqual(['127.0.0.1:1on this PC', 'good', '883,700', '120 ms', 'not compared', ''])
    expect(cells[1]).toEqual([
      'rpc.example.orgpublic',
      'said something falsebalance: said otherwise than the others',
      '883,700',
      '120 ms',
      'no',
      'Remove',
    ])
    expect(card()?.textContent).toContain('Proven to block 883,699')
    expect(card()?.textContent).not.toContain('does not sign')
    link.answers['chain.removeEndpoint'] = () => ({ ok: true, value: {} })
    await press('Remove rpc.example.org')
    expect(link.calls.filter((call) => call.name === 'chain.removeEndpoint').map((call) => call.input)).toEqual([
      { rpcUrl: 'https://rpc.example.org' },
    ])
  })

  it('that hold different blocks are said as they are, and so is a network that is not known', async () => {
    await show({
      endpoints: { 0: endpoint({}) },
      known: 'unknown',
      disagreement: {
        height: 883_700,
        said: [
          { host: 'a.example.org', hash: 'AB'.repeat(32) },
          { host: 'b.example.org', hash: 'CD'.repeat(32) },
        ],
      },
    })
    const alert = card()?.querySelector('[role="alert"]')?.textContent
    expect(alert).toContain('At block 883,700, a.example.org says ABABABABABAB…')
    expect(alert).toContain('b.example.org says CDCDCDCDCDCD…')
    expect(card()?.textContent).toContain('Hearth reads this network and does not sign')
  })

  it('that all name another chain of a test network offer to begin anew, with what ends and what stays', async () => {
    const block1Hash = 'AB12CD34'.repeat(8)
    const replaced = { block1Hash, hosts: ['a.example.org', 'b.example.com'] }
    const link = await show({ endpoints: { 0: endpoint({ status: 'other-chain' }) }, known: 'confirmed', found: null, replaced }, 'beta')
    const alert = card()?.querySelector('[role="alert"]')?.textContent
    expect(alert).toContain('Beta seems to have begun anew')
    expect(alert).toContain('a.example.org and b.example.com')
    expect(card()?.textContent).not.toContain('You said that this is the right chain')
    await press('Begin anew…')
    const dialog = document.querySelector('[role="dialog"]')
    expect(dialog?.querySelector('code')?.getAttribute('aria-label')).toBe(block1Hash)
    expect(dialog?.textContent).toContain('copy of the whole record is set aside first')
    expect(dialog?.textContent).toContain('This cannot be taken back')
    link.answers['chain.startAnew'] = () => ({ ok: false, error: { code: 'disk-full', ref: 'r' } })
    await press('Set aside and begin anew')
    expect(document.querySelector('[role="dialog"]')).not.toBeNull()
    link.answers['chain.startAnew'] = () => ({ ok: true, value: { path: '/x' } })
    await press('Set aside and begin anew')
    expect(document.querySelector('[role="dialog"]')).toBeNull()
    expect(link.calls.filter((call) => call.name === 'chain.startAnew').map((call) => call.input)).toEqual([{ block1Hash }, { block1Hash }])
  })

  it('that named a chain ask whether it is the one; yes and no are said with its first block', async () => {
    const block1Hash = 'AB12CD34'.repeat(8)
    const found = { chainId: 'pocket', block1Hash, genesisTime: '2025-03-28T17:35:52Z', hosts: ['a.example.org', 'b.example.com'] }
    const link = await show({ endpoints: { 0: endpoint({}) }, known: 'first-use', found })
    expect(card()?.textContent).toContain('Is this Mainnet?')
    expect(card()?.textContent).toContain('a.example.org and b.example.com')
    expect(card()?.querySelector('code')?.getAttribute('aria-label')).toBe(block1Hash)
    link.answers['chain.confirm'] = () => ({ ok: true, value: {} })
    await press('Yes, this is Mainnet')
    await press('No, forget it')
    expect(link.calls.filter((call) => call.name === 'chain.confirm').map((call) => call.input)).toEqual([
      { block1Hash, isRight: true },
      { block1Hash, isRight: false },
    ])
    await stage.close()
    await show({ endpoints: { 0: endpoint({}) }, known: 'confirmed', found: null })
    expect(card()?.textContent).toContain('You said that this is the right chain')
    expect(card()?.textContent).not.toContain('Is this Mainnet?')
  })

  it.each(ROUTES.filter((route) => route.section !== null && route.section !== 'practice').map((route) => route.sample))(
    'of a network of others: nothing of a chain of one’s own is offered at %s',
    async (path) => {
      const link = await show({ endpoints: { 0: endpoint({}) }, known: 'confirmed' }, 'mainnet', path)
      const offered = [...document.querySelectorAll('button, a')].map((each) => `${each.textContent} ${each.getAttribute('href') ?? ''}`)
      expect(offered.join(' | ')).not.toMatch(/faucet|test POKT|test relay|Start the (Local|Pocket|Practice)|Attach|play money/i)
      expect(document.body.textContent).not.toContain('play money')
      expect(document.querySelector('.strip')).toBeNull()
      expect(document.querySelector('.bar')?.textContent).toContain('Mainnet, real money')
      expect(link.calls.map((call) => call.name)).not.toContain('backends.list')
    },
  )

  it('of a network of others: what runs elsewhere is not called broken here', async () => {
    for (const [path, said] of [
      ['/', 'Nothing needs you'],
      ['/supplier', 'Active on chain'],
      ['/supplier/services', 'your relay miner elsewhere'],
      ['/supplier/leave', 'Close the way to your relay miner first'],
    ] as const) {
      globalThis.location.hash = path
      const link = usualLink(onMainnet(NOW))
      await stage.open(link)
      expect(document.body.textContent, path).toContain(said)
      expect(document.body.textContent, path).not.toMatch(/not serving|Not served|Differs|not up yet|no backend here|test relays/)
      expect(link.calls.map((call) => call.name)).not.toContain('supplier.previewConfig')
      await stage.close()
    }
  })

  it('of the user are added with both addresses; why one is refused is said, and what was typed stays', async () => {
    const link = await show({ endpoints: { 0: endpoint({}) }, known: 'first-use' })
    link.answers['chain.addEndpoint'] = () => ({
      ok: false,
      error: { code: 'chain-address-invalid', detail: { reason: 'it is not encrypted' }, ref: 'r' },
    })
    await press('Add an endpoint…')
    await type('RPC address', 'http://rpc.mine.org')
    await type('REST address', 'http://api.mine.org')
    await press('Add')
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain('it is not encrypted')
    link.answers['chain.addEndpoint'] = () => ({ ok: true, value: {} })
    await press('Add')
    expect(document.querySelector('[role="dialog"]')).toBeNull()
    const inputs = link.calls.filter((call) => call.name === 'chain.addEndpoint').map((call) => call.input)
    expect(inputs).toEqual([
      { rpcUrl: 'http://rpc.mine.org', restUrl: 'http://api.mine.org' },
      { rpcUrl: 'http://rpc.mine.org', restUrl: 'http://api.mine.org' },
    ])
  })

  it('may bring a gRPC address, without which the relay miner cannot ask them', async () => {
    const able = { rpcUrl: 'https://b.example', host: 'b.example', grpcUrl: 'https://grpc.b.example:443' }
    const link = await show({ endpoints: { 0: endpoint({ grpcUrl: '' }), 1: endpoint(able) }, known: 'confirmed' })
    const hosts = [...card()!.querySelectorAll('tbody tr')].map((row) => row.querySelector('td')?.textContent)
    expect(hosts).toEqual(['rpc.example.orgpublicno gRPC address: not for the relay miner', 'b.examplepublic'])
    link.answers['chain.addEndpoint'] = () => ({ ok: true, value: {} })
    await press('Add an endpoint…')
    await type('RPC address', 'https://rpc.mine.org')
    await type('REST address', 'https://api.mine.org')
    await type('gRPC address (may stay empty)', 'https://grpc.mine.org:443')
    await press('Add')
    expect(link.calls.filter((call) => call.name === 'chain.addEndpoint').map((call) => call.input)).toEqual([
      { rpcUrl: 'https://rpc.mine.org', restUrl: 'https://api.mine.org', grpcUrl: 'https://grpc.mine.org:443' },
    ])
  })

  it('of the Local chain are its own node alone; Practice and a chain that is not there have none', async () => {
    await show({ endpoints: { 0: endpoint({ from: 'here', host: '127.0.0.1:1' }) } }, 'local')
    expect(card()?.textContent).toContain('Your own node on this PC')
    expect(card()?.textContent).not.toContain('Add an endpoint')
    await stage.close()
    await show({}, 'local')
    expect(card()).toBeUndefined()
    await stage.close()
    await show({ endpoints: { 0: endpoint({}) } }, 'practice')
    expect(card()).toBeUndefined()
  })
})

describe('where a figure comes from', () => {
  it('is proven, or the word of a host', async () => {
    await show({}, 'local', '/supplier')
    const badges = (): string[] => [...document.querySelectorAll('.srcb')].map((each) => each.textContent ?? '')
    expect(badges()).toContain('On chain')
    expect(badges()).not.toContain('Proven')
    await stage.close()
    globalThis.location.hash = '/supplier'
    const state = serving(NOW)
    const proven = Object.fromEntries(
      Object.entries(state.balances).map(([key, balance]) => [key, { ...balance, source: 'proven' as const }]),
    )
    const link = usualLink({ ...state, balances: proven, supplier: { ...state.supplier, source: 'proven' } })
    await stage.open(link)
    expect(badges().filter((badge) => badge === 'Proven').length).toBeGreaterThan(1)
    expect(badges()).not.toContain('On chain')
  })
})
