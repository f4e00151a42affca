import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import {
  isRowFine,
  isUntouched,
  nextEndpoint,
  serviceRows,
  servicesWish,
  withSharesForAll,
  type OfferedService,
  type ServiceRow,
} from '#renderer/features/supplier/services-form.ts'
import { startText, words } from '#renderer/text/text.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { requests } from '#shared/api/requests.ts'
import type { SupplierRecord, SupplierService } from '#main/core/ports/chain.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { checkWish } from '#main/core/supplier/wishes.ts'
import { wholeRecord } from '#main/core/supplier/whole-record.ts'
import { createFakeChain, PARAMS } from '#test/fakes/chain.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { halfway, serving } from './scene.ts'

const OWNER = 'pokt1r5v5srda7xfth3hn2s26txvrcrntldjuxdc0t8'
const codec = createTxCodec()
const pubKeyHex = bytesToHex(secp256k1.getPublicKey(sha256(utf8ToBytes('an operator')), true))
const operatorKey: PublicKeyInfo = {
  id: 'op',
  role: 'operator',
  name: 'op',
  network: 'local',
  address: codec.addressOf(pubKeyHex),
  pubKeyHex,
  kind: 'key',
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 1,
}
const OPERATOR = operatorKey.address
const OTHER = 'pokt1sr6k0yjfj38wx2hanxgw7c3f4nam5s69sln9cg'

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})

/** In an order of the chain's own, with different shares per service, and shares and endpoints in an order that nothing sorts. */
const SERVICES: SupplierService[] = [
  {
    serviceId: 'poly',
    endpoints: [
      { url: 'wss://Relay.example:8443/poly?x=1', rpcType: 'WEBSOCKET' },
      { url: 'https://relay.example/poly/', rpcType: 'JSON_RPC' },
      { url: 'https://relay.example/poly', rpcType: 'REST' },
    ],
    revShare: [
      { address: OTHER, percent: 7 },
      { address: OWNER, percent: 93 },
    ],
  },
  { serviceId: 'anvil', endpoints: [{ url: 'http://127.0.0.1:8645', rpcType: 'GRPC' }], revShare: [{ address: OPERATOR, percent: 100 }] },
  {
    serviceId: 'eth',
    endpoints: [
      { url: 'https://relay.example', rpcType: 'COMET_BFT' },
      { url: 'https://relay.example:443', rpcType: 'JSON_RPC' },
    ],
    revShare: [
      { address: OWNER, percent: 50 },
      { address: OPERATOR, percent: 49 },
      { address: OTHER, percent: 1 },
    ],
  },
]
const record: SupplierRecord = {
  ownerAddress: OWNER,
  operatorAddress: OPERATOR,
  stakeUpokt: 60_000_000_000n,
  services: SERVICES,
  pending: [],
  unstakeSessionEndHeight: 0,
}
const chain = createFakeChain((bytes) => codec.hash(bytes))
chain.suppliers.set(OPERATOR, record)
chain.services = () =>
  Promise.resolve(['anvil', 'eth', 'fuse', 'poly'].map((id) => ({ id, name: id, computeUnitsPerRelay: 100n, ownerAddress: 'x' })))

const options: RequestOutput<'supplier.options'> = {
  minStakeUpokt: '1',
  stakingFeeUpokt: '1',
  suggestedStakeUpokt: '1',
  // `poly` is gone from the network's list, and still offered.
  services: ['anvil', 'eth', 'fuse'].map((id) => ({ id, name: id, computeUnitsPerRelay: '100', backendNodeId: 'b' })),
  endpointUrl: 'http://127.0.0.1:9000',
  atHeight: 5,
}
const parties = { owner: OWNER, operator: OPERATOR }

/** The bytes that would be signed for a form. */
async function bytesOf(rows: ServiceRow[], basedOn?: string): Promise<string> {
  const wish = requests['tx.prepare'].input.parse(servicesWish(rows, { operatorKeyId: 'op', ownerAddress: OWNER, basedOn }))
  const { message } = await checkWish(wish, { chain, params: PARAMS, codec, keys: [operatorKey], network: 'local' })
  return docOf(message)
}
function docOf(message: Parameters<typeof codec.signDoc>[0]['messages'][number]): string {
  const doc = codec.signDoc({
    messages: [message],
    memo: '',
    chainId: 'c',
    accountNumber: 1n,
    sequence: 1n,
    pubKeyHex: operatorKey.pubKeyHex,
    feeUpokt: 1n,
    gasLimit: 1n,
    timeoutHeight: 9,
  })
  return Buffer.from(doc).toString('hex')
}
const onChain = (services: SupplierService[]): string =>
  docOf({
    kind: 'stake-supplier',
    signer: OPERATOR,
    ownerAddress: OWNER,
    operatorAddress: OPERATOR,
    stakeUpokt: undefined,
    services: services as Extract<Parameters<typeof docOf>[0], { kind: 'stake-supplier' }>['services'],
  })
const read = async (): Promise<{ offered: OfferedService[]; basedOn: string }> => {
  const { record: whole } = await wholeRecord({ chain, codec }, OPERATOR)
  if (!whole) throw new Error('no record')
  return whole
}
const edit = (rows: ServiceRow[], id: string, fields: Partial<ServiceRow>): ServiceRow[] =>
  rows.map((row) => (row.id === id ? { ...row, ...fields } : row))

describe('a record through the form and back', () => {
  it('is byte for byte what is on chain when nothing was touched, also a service that the network no longer lists', async () => {
    const { offered, basedOn } = await read()
    const rows = serviceRows(options, offered, parties)
    expect(rows.map((row) => [row.id, row.isOn])).toEqual([
      ['poly', true],
      ['anvil', true],
      ['eth', true],
      ['fuse', false],
    ])
    for (const row of rows.filter((each) => each.isOn)) expect(isUntouched(row), row.id).toBe(true)
    expect(await bytesOf(rows, basedOn)).toBe(onChain(SERVICES))
  })
  it('changes the one service that was edited and leaves every other as it is, shares too', async () => {
    const { offered } = await read()
    const rows = serviceRows(options, offered, parties)
    const anvil = rows.find((row) => row.id === 'anvil')
    const moved = edit(rows, 'anvil', { endpoints: (anvil?.endpoints ?? []).map((each) => ({ ...each, url: 'https://new.example' })) })
    const wanted = SERVICES.map((each) =>
      each.serviceId === 'anvil' ? { ...each, endpoints: [{ url: 'https://new.example', rpcType: 'GRPC' }] } : each,
    )
    expect(await bytesOf(moved)).toBe(onChain(wanted))
    expect(await bytesOf(edit(rows, 'anvil', { isOn: false }))).toBe(onChain(SERVICES.filter((each) => each.serviceId !== 'anvil')))
  })
  it('adds a service with what it needs, and drops none', async () => {
    const { offered } = await read()
    const rows = edit(serviceRows(options, offered, parties), 'fuse', { isOn: true })
    const fuse = {
      serviceId: 'fuse',
      endpoints: [{ url: 'http://127.0.0.1:9000', rpcType: 'JSON_RPC' }],
      // The others differ, so there is no list to take over.
      revShare: [
        { address: OWNER, percent: 99 },
        { address: OPERATOR, percent: 1 },
      ],
    }
    expect(await bytesOf(rows)).toBe(onChain([...SERVICES, fuse]))
  })
  it('gives one list of shares to all only when it is told to', async () => {
    const { offered } = await read()
    const rows = withSharesForAll(serviceRows(options, offered, parties), 'eth')
    const shares = SERVICES[2]?.revShare ?? []
    expect(await bytesOf(rows)).toBe(onChain(SERVICES.map((each) => ({ ...each, revShare: shares }))))
    // What is not ticked is not touched.
    expect(rows.find((row) => row.id === 'fuse')?.shares).toHaveLength(2)
  })
  it('is refused when the chain holds another record by then', async () => {
    const { offered, basedOn } = await read()
    const rows = serviceRows(options, offered, parties)
    chain.suppliers.set(OPERATOR, { ...record, services: SERVICES.slice(1) })
    try {
      await expect(bytesOf(rows, basedOn)).rejects.toMatchObject({ code: 'not-now', detail: { problem: 'record-changed' } })
    } finally {
      chain.suppliers.set(OPERATOR, record)
    }
  })
})

describe('endpoints', () => {
  const row = (endpoints: ServiceRow['endpoints']): ServiceRow => ({
    id: 'x',
    name: 'x',
    isOn: true,
    hasBackend: true,
    units: '1',
    endpoints,
    shares: [{ key: 0, address: OWNER, percent: '100' }],
    onChain: null,
  })
  it('fit their type, each type once', () => {
    const json = { key: 0, rpcType: 'JSON_RPC' as const, url: 'https://a.example' }
    const ws = { key: 1, rpcType: 'WEBSOCKET' as const, url: 'wss://a.example' }
    expect(isRowFine(words, row([json, ws]), 'pokt')).toBe(true)
    expect(isRowFine(words, row([json, { ...ws, url: 'https://a.example' }]), 'pokt')).toBe(false)
    expect(isRowFine(words, row([json, { ...json, key: 1 }]), 'pokt')).toBe(false)
    expect(isRowFine(words, row([{ ...json, url: 'wss://a.example' }]), 'pokt')).toBe(false)
    expect(isRowFine(words, row([]), 'pokt')).toBe(false)
  })
  it('a new one begins at the same host with the scheme of its type', () => {
    const first = { key: 4, rpcType: 'JSON_RPC' as const, url: 'https://a.example:8443/x' }
    expect(nextEndpoint([first], 'WEBSOCKET')).toEqual({ key: 5, rpcType: 'WEBSOCKET', url: 'wss://a.example:8443/x' })
    expect(nextEndpoint([{ ...first, url: 'ws://a.example' }], 'REST').url).toBe('http://a.example')
  })
})

describe('the page', () => {
  let root: Root | undefined
  let box: HTMLElement
  beforeEach(() => {
    box = document.createElement('div')
    document.body.append(box)
  })
  afterEach(async () => {
    await act(async () => root?.unmount())
    document.body.replaceChildren()
    vi.restoreAllMocks()
  })
  const show = async (change: (link: FakeLink) => void = () => undefined): Promise<FakeLink> => {
    globalThis.location.hash = '/supplier/services'
    const state = serving(Date.now())
    // As bounded for the page: nothing of what is offered is in it.
    const link = fakeLink({ ...state, supplier: { ...state.supplier, services: [], pending: [] }, leftOut: { supplier: 3 } })
    for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
    change(link)
    root = createRoot(box)
    await act(async () => {
      root?.render(<App bridge={bridgeOver(link)} />)
      await settle()
    })
    await act(settle)
    return link
  }
  const named = (label: string): HTMLInputElement | undefined =>
    [...document.querySelectorAll('input')].find(
      (each) => each.getAttribute('aria-label') === label || document.querySelector(`label[for="${each.id}"]`)?.textContent === label,
    )

  it('opens with the chain’s whole record even where the published state left services out', async () => {
    await show()
    expect(named('Endpoint of Anvil (test Ethereum)')?.value).toBe('https://relay.oakroom.example')
    expect(named('Endpoint 2 of Anvil (test Ethereum)')?.value).toBe('wss://relay.oakroom.example/ws')
    expect(named('Percent 1 for Anvil (test Ethereum)')?.value).toBe('80')
  })
  it('is no form before the record was read, or when it could not be', async () => {
    await show((link) => {
      link.answers['supplier.record'] = () => ({ ok: false, error: { code: 'chain-unreachable', detail: {}, ref: '' } })
    })
    expect(document.querySelector('form')).toBeNull()
    expect(document.body.textContent).toContain('chain-unreachable')
  })
  it('that found no record when it opened does not replace one that is there by then', async () => {
    const link = await show((made) => {
      made.answers['supplier.record'] = () => ({ ok: true, value: { atHeight: 5, record: null } })
    })
    await act(async () => {
      ;[...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === 'Review and sign…')?.click()
      await settle()
    })
    const wish = link.calls.find((call) => call.name === 'tx.prepare')?.input
    expect(wish).toMatchObject({ kind: 'stake-services', basedOn: '' })
    await expect(bytesOf(serviceRows(options, [], parties), '')).rejects.toMatchObject({ detail: { problem: 'record-changed' } })
  })
  it('offers to show the record of now when somebody else has changed it', async () => {
    const link = await show((made) => {
      made.answers['tx.prepare'] = () => ({ ok: false, error: { code: 'not-now', detail: { problem: 'record-changed' }, ref: '' } })
    })
    const press = async (name: string): Promise<void> => {
      const found = [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === name)
      await act(async () => {
        found?.click()
        await settle()
      })
    }
    await press('Review and sign…')
    expect(link.calls.find((call) => call.name === 'tx.prepare')?.input).toMatchObject({ kind: 'stake-services', basedOn: 'ab12' })
    const before = link.calls.filter((call) => call.name === 'supplier.record').length
    await press('Show what is on chain now')
    expect(link.calls.filter((call) => call.name === 'supplier.record').length).toBe(before + 1)
  })
})

it('before the first offer everything with a backend is ticked', () => {
  expect(halfway(0).supplier.services).toEqual([])
  const rows = serviceRows(options, [], parties)
  expect(rows.filter((row) => row.isOn).map((row) => row.id)).toEqual(['anvil', 'eth', 'fuse'])
  expect(servicesWish(rows, { operatorKeyId: 'op', ownerAddress: OWNER }).services[0]).toEqual({
    serviceId: 'anvil',
    url: 'http://127.0.0.1:9000',
    rpcType: 'JSON_RPC',
    revShare: [
      { address: OWNER, percent: 99 },
      { address: OPERATOR, percent: 1 },
    ],
  })
})
