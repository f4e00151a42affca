import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { upoktGasPrice } from '#main/adapters/cosmos/send-tx.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import { recordedAnswer, startFakeNode, type FakeNode } from './fake-node.ts'

const OP1 = 'pokt1kxgkr39ru422ztrjx9wm3ne0znlzkl369hl70j'
const APPLICATION = 'pokt1s20mrrgmpkdwg5e8n9grq2c248khdkl2nknqh4'
const NOBODY = 'pokt1dr5jtqaaz4wk8wevl33e7vkxsjlphljnjhyq2l'
const POCKET = 'GET /pokt-network/poktroll'

let node: FakeNode
let chain: Chain

beforeEach(async () => {
  node = await startFakeNode()
  chain = connectChain({ rpcUrl: node.url, restUrl: node.url })
})
afterEach(async () => {
  await node.close()
})

function recorded(key: string, name: string, height?: number): void {
  const headers: Record<string, string> = height === undefined ? {} : { 'grpc-metadata-x-cosmos-block-height': String(height) }
  node.on(key, { body: recordedAnswer(name), headers })
}

function refused(code: number, message: string, status = 500) {
  return { status, body: { code, message, details: [] } }
}

async function failure(promise: Promise<unknown>): Promise<{ code: string; detail: Record<string, string> }> {
  const error: unknown = await promise.then(
    () => new Error('it worked'),
    (caught: unknown) => caught,
  )
  return error as { code: string; detail: Record<string, string> }
}

describe('recorded answers', () => {
  it('head', async () => {
    recorded('rpc:status', 'rpc-status')
    expect(await chain.head()).toEqual({
      height: 592,
      timeMs: Date.UTC(2026, 10, 22, 14, 9, 37, 677),
      hash: 'CAF1434661FFE595CA5554FEAE6453EA8EA2DC9206D4F3FB19AAA147A17606D1',
      catchingUp: false,
    })
  })

  it('an upgrade that was done, one that was not, and an answer that is none', async () => {
    const at = 'GET /cosmos/upgrade/v1beta1/applied_plan/'
    node.on(`${at}v0.1.35`, { body: { height: '883667' } })
    node.on(`${at}v0.1.36`, { body: { height: '0' } })
    node.on(`${at}v0.1.37`, { body: { height: 'soon' } })
    expect(await chain.appliedUpgrade?.('v0.1.35')).toBe(883_667)
    expect(await chain.appliedUpgrade?.('v0.1.36')).toBeUndefined()
    expect((await failure(chain.appliedUpgrade?.('v0.1.37') ?? Promise.resolve())).code).toBe('chain-unreachable')
  })

  it('parameters of four modules at one height', async () => {
    recorded(`${POCKET}/shared/params`, 'params-shared', 77)
    recorded(`${POCKET}/supplier/params`, 'params-supplier')
    recorded(`${POCKET}/application/params`, 'params-application')
    recorded(`${POCKET}/proof/params`, 'params-proof')
    expect(await chain.params()).toEqual({
      height: 77,
      numBlocksPerSession: 10,
      gracePeriodEndOffsetBlocks: 1,
      claimWindowOpenOffsetBlocks: 1,
      claimWindowCloseOffsetBlocks: 4,
      proofWindowOpenOffsetBlocks: 0,
      proofWindowCloseOffsetBlocks: 4,
      sessionGridAnchorHeight: 1,
      sessionNumberAtAnchor: 1,
      supplierUnbondingPeriodSessions: 1,
      computeUnitsToTokensMultiplier: 42_000_000n,
      computeUnitCostGranularity: 1_000_000n,
      supplierMinStakeUpokt: 59_500_000_000n,
      supplierStakingFeeUpokt: 1n,
      applicationMinStakeUpokt: 1_000_000n,
      proofMissingPenaltyUpokt: 1_000_000n,
      proofSubmissionFeeUpokt: 1_000n,
    })
    const heights = node.asked.slice(1).map((each) => each.headers['x-cosmos-block-height'])
    expect(heights).toEqual(['77', '77', '77'])
  })

  it('parameters of a node that does not say its height, and has no session grid', async () => {
    recorded('rpc:status', 'rpc-status')
    const { params } = recordedAnswer('params-shared') as { params: Record<string, string> }
    delete params['session_grid_anchor_height']
    delete params['session_number_at_anchor']
    node.on(`${POCKET}/shared/params`, { body: { params } })
    recorded(`${POCKET}/supplier/params`, 'params-supplier')
    recorded(`${POCKET}/application/params`, 'params-application')
    recorded(`${POCKET}/proof/params`, 'params-proof')
    expect(await chain.params()).toMatchObject({ height: 592, sessionGridAnchorHeight: 0, sessionNumberAtAnchor: 0 })
  })

  it('accounts with a key, without one, and none', async () => {
    const withKey = OP1
    const without = 'pokt189t255ua2yxmf9gs4la737jgytnlftvrp9mtwh'
    recorded(`GET /cosmos/auth/v1beta1/accounts/${withKey}`, 'account-with-pubkey')
    recorded(`GET /cosmos/auth/v1beta1/accounts/${without}`, 'account-no-pubkey')
    node.on(`GET /cosmos/auth/v1beta1/accounts/${NOBODY}`, { status: 404, body: recordedAnswer('account-absent') })
    expect(await chain.account(withKey)).toEqual({
      accountNumber: 10n,
      sequence: 14n,
      pubKeyHex: '036f6f4de950c91930f4877cabfa74f3eaa94792e02d6fdc2da2ccb3622a3924cc',
    })
    expect(await chain.account(without)).toEqual({ accountNumber: 16n, sequence: 0n, pubKeyHex: undefined })
    expect(await chain.account(NOBODY)).toBeUndefined()
  })

  it('accounts that nest their base account', async () => {
    const base = { address: OP1, pub_key: null, account_number: '3', sequence: '9' }
    const key = `GET /cosmos/auth/v1beta1/accounts/${OP1}`
    node.on(key, { body: { account: { '@type': '/cosmos.auth.v1beta1.ModuleAccount', base_account: base, name: 'x' } } })
    expect(await chain.account(OP1)).toMatchObject({ accountNumber: 3n, sequence: 9n })
    node.on(key, {
      body: { account: { '@type': '/cosmos.vesting.v1beta1.DelayedVestingAccount', base_vesting_account: { base_account: base } } },
    })
    expect(await chain.account(OP1)).toMatchObject({ accountNumber: 3n, sequence: 9n })
  })

  it('a supplier whose services wait for the next session, then have them', async () => {
    const key = `${POCKET}/supplier/supplier/${OP1}`
    recorded(key, 'supplier-op1-at-63', 63)
    const fresh = await chain.supplier(OP1)
    const service = {
      serviceId: 'anvil',
      endpoints: [{ url: 'http://127.0.0.1:8545', rpcType: 'JSON_RPC' }],
      revShare: [
        { address: 'pokt1kx24zk55em0ppfuahvwzjtp77t8m7kqg3j0zrg', percent: 70 },
        { address: 'pokt189t255ua2yxmf9gs4la737jgytnlftvrp9mtwh', percent: 30 },
      ],
    }
    expect(fresh).toEqual({
      ownerAddress: 'pokt1kx24zk55em0ppfuahvwzjtp77t8m7kqg3j0zrg',
      operatorAddress: OP1,
      stakeUpokt: 59_510_000_000n,
      services: [],
      pending: [{ service, activationHeight: 71 }],
      unstakeSessionEndHeight: 0,
    })
    recorded(key, 'supplier-op1-at-100', 100)
    expect(await chain.supplier(OP1)).toMatchObject({ services: [service], pending: [] })
    recorded(key, 'supplier-op1-at-305', 305)
    expect(await chain.supplier(OP1)).toMatchObject({ unstakeSessionEndHeight: 300, services: [], pending: [] })
  })

  it('a config that was replaced before it began is not pending', async () => {
    const answer = recordedAnswer('supplier-op1-at-63') as { supplier: { service_config_history: Record<string, unknown>[] } }
    const [old] = answer.supplier.service_config_history
    answer.supplier.service_config_history.push({ ...old, activation_height: '81' })
    if (old !== undefined) old['deactivation_height'] = '71'
    node.on(`${POCKET}/supplier/supplier/${OP1}`, { body: answer, headers: { 'grpc-metadata-x-cosmos-block-height': '64' } })
    expect((await chain.supplier(OP1))?.pending.map((each) => each.activationHeight)).toEqual([81])
  })

  it('no supplier', async () => {
    node.on(`${POCKET}/supplier/supplier/${NOBODY}`, { status: 404, body: recordedAnswer('supplier-absent') })
    expect(await chain.supplier(NOBODY)).toBeUndefined()
  })

  it('services over several pages, an empty one among them, each once', async () => {
    const { service } = recordedAnswer('services') as { service: unknown[] }
    node.on(`${POCKET}/service/service?`, (asked) => {
      const key = new URL(asked.path, node.url).searchParams.get('pagination.key')
      if (key === null) return { body: { service: service.slice(0, 2), pagination: { next_key: 'a+/=', total: '0' } } }
      if (key === 'a+/=') return { body: { service: [], pagination: { next_key: 'b', total: '0' } } }
      return { body: { service: service.slice(1), pagination: { next_key: null, total: '0' } } }
    })
    expect(await chain.services()).toEqual([
      { id: 'anvil', name: 'anvil', computeUnitsPerRelay: 100n, ownerAddress: 'pokt14mqf6k9ezqvpqha7y8d7emym4e7w4w6wavxxxz' },
      { id: 'eth', name: 'Ethereum', computeUnitsPerRelay: 2500n, ownerAddress: 'pokt14mqf6k9ezqvpqha7y8d7emym4e7w4w6wavxxxz' },
      { id: 'poly', name: 'Polygon PoS', computeUnitsPerRelay: 1200n, ownerAddress: 'pokt1ywp0hk747r7t3ckhecn04gtfq6rn4ejwyy9eyu' },
    ])
  })

  it('an application', async () => {
    const { applications } = recordedAnswer('applications') as { applications: unknown[] }
    const address = 'pokt1xj9w8m5yg0we6pjx8teh5hlhr6893v3hzwf25a'
    node.on(`${POCKET}/application/application/`, { body: { application: applications[1] } })
    expect(await chain.application(address)).toEqual({
      stakeUpokt: 1_000_000n,
      serviceIds: ['eth'],
      delegatedGateways: ['pokt15ynykl3rrlq7k296c8qye4zp43s9ska0de4c2a'],
      unstakeSessionEndHeight: 0,
      spendLimitUpokt: undefined,
    })
    const limited = { ...(applications[1] as object), per_session_spend_limit: { denom: 'upokt', amount: '5000000' } }
    node.on(`${POCKET}/application/application/`, { body: { application: { ...limited, unstake_session_end_height: '40' } } })
    expect(await chain.application(address)).toMatchObject({ unstakeSessionEndHeight: 40, spendLimitUpokt: 5_000_000n })
  })

  it('a session, and the pending claim with its decoded root', async () => {
    recorded(`${POCKET}/session/get_session`, 'session-at-285')
    expect(await chain.session(APPLICATION, 'anvil', 285)).toMatchObject({
      sessionId: 'be109f07b9cf269070f1faef11bf6c6e5ce28e6cf9a247af414a4aebcefc4232',
      sessionNumber: 29,
      startHeight: 281,
      endHeight: 290,
      delegatedGateways: [],
    })
    expect(node.asked[0]?.path).toContain('block_height=285')
    recorded(`${POCKET}/proof/claim?`, 'claims-pending-at-294')
    expect(await chain.pendingClaims(OP1)).toEqual([
      {
        operatorAddress: OP1,
        applicationAddress: APPLICATION,
        serviceId: 'anvil',
        sessionId: 'be109f07b9cf269070f1faef11bf6c6e5ce28e6cf9a247af414a4aebcefc4232',
        sessionEndHeight: 290,
        computeUnits: 700n,
        relays: 7n,
        proofStatus: 'pending',
      },
    ])
  })

  it('the gas price, as exact text', async () => {
    recorded('GET /cosmos/base/node/v1beta1/config', 'node-config')
    expect(await chain.minimumGasPrice()).toBe('0.000001')
    expect(upoktGasPrice('1upokt')).toBe('1')
    expect(upoktGasPrice('0.5mact,10.0500upokt')).toBe('10.05')
    expect(upoktGasPrice('0.000000000000000000upokt')).toBe('0')
    expect(upoktGasPrice('')).toBe('0')
    expect(upoktGasPrice('0.5mact')).toBe('0')
    expect(upoktGasPrice('free')).toBeUndefined()
  })
})

describe('session and block at the very edge', () => {
  it('asks again, once, when the node still finishes the block', async () => {
    let calls = 0
    const ahead = refused(13, 'error in querying session: block height 207 is ahead of the last committed block height 206')
    node.on(`${POCKET}/session/get_session`, () => {
      calls += 1
      return calls === 1 ? ahead : { body: recordedAnswer('session-at-285') }
    })
    expect(await chain.session(APPLICATION, 'anvil')).toMatchObject({ sessionNumber: 29 })
    expect(calls).toBe(2)
    node.on(`${POCKET}/session/get_session`, () => {
      calls += 1
      return ahead
    })
    expect((await failure(chain.session(APPLICATION, 'anvil'))).code).toBe('chain-unreachable')
    expect(calls).toBe(4)
  })

  it('says why there is no session', async () => {
    node.on(`${POCKET}/session/get_session`, refused(13, 'application not found'))
    expect(await failure(chain.session(NOBODY, 'anvil'))).toMatchObject({
      code: 'not-in-session',
      detail: { reason: 'application not found' },
    })
  })

  it('does not take another block than it asked for', async () => {
    const rpc = (name: string) => JSON.parse(JSON.stringify(recordedBlock(name))) as unknown
    node.on('rpc:block', { body: rpc('93.block') })
    node.on('rpc:block_results', { body: rpc('93.results') })
    expect((await chain.block(93)).txs).toHaveLength(1)
    expect(await failure(chain.block(94))).toMatchObject({
      code: 'chain-unreachable',
      detail: { reason: 'answer not understood', path: 'block.header.height' },
    })
  })

  it('passes on what the node says about a block that is not there', async () => {
    node.on('rpc:block', { body: recordedAnswer('rpc-error-future-height') })
    node.on('rpc:block_results', { body: recordedAnswer('rpc-error-future-height') })
    const { detail } = await failure(chain.block(99_999_999))
    expect(detail).toEqual({
      endpoint: node.url,
      reason: 'height 99999999 must be less than or equal to the current blockchain height 592',
    })
  })
})

function recordedBlock(name: string): unknown {
  return recordedAnswer(`../blocks/${name}`)
}

describe('trial runs, broadcasts, look-ups', () => {
  const bytes = new TextEncoder().encode('some transaction')
  const hash = createHash('sha256').update(bytes).digest('hex').toUpperCase()
  const response = (change: object) => ({ tx_response: { height: '0', txhash: hash, codespace: '', code: 0, raw_log: '', ...change } })

  it('sends the bytes and reads the gas', async () => {
    node.on('POST /cosmos/tx/v1beta1/simulate', { body: { gas_info: { gas_wanted: '0', gas_used: '68740' }, result: {} } })
    expect(await chain.simulate(bytes)).toBe(68_740n)
    expect(node.asked[0]?.body).toEqual({ tx_bytes: Buffer.from(bytes).toString('base64') })
  })

  it("strips the node's own remarks from a refusal, and cuts a long one in the middle", async () => {
    const said =
      'failed to execute message; message index: 0: rpc error: code = InvalidArgument desc = must stake at least 1upokt: invalid supplier stake'
    const url = 'POST /cosmos/tx/v1beta1/simulate'
    node.on(url, refused(2, `${said} [cosmos/cosmos-sdk@v0.53.7/baseapp/baseapp.go:1052] with gas used: '68484'`))
    expect(await failure(chain.simulate(bytes))).toMatchObject({ code: 'tx-refused', detail: { log: said } })
    node.on(url, refused(2, `head ${'x'.repeat(2000)} tail`))
    const { detail } = await failure(chain.simulate(bytes))
    expect(detail['log']).toMatch(/^head x+ \.\.\. x+ tail$/)
    expect(detail['log']?.length).toBeLessThanOrEqual(600)
  })

  it('tells a node in trouble from a refusal', async () => {
    for (const code of [4, 8, 12, 14]) {
      node.on('POST /cosmos/tx/v1beta1/simulate', refused(code, 'try later', 503))
      expect((await failure(chain.simulate(bytes))).code).toBe('chain-unreachable')
    }
    node.on('POST /cosmos/tx/v1beta1/simulate', { status: 502, body: '<html>bad gateway</html>' })
    expect(await failure(chain.simulate(bytes))).toMatchObject({ code: 'chain-unreachable', detail: { reason: 'HTTP 502' } })
  })

  it('knows the kinds of answer to a broadcast', async () => {
    const url = 'POST /cosmos/tx/v1beta1/txs'
    node.on(url, { body: response({}) })
    expect(await chain.broadcast(bytes)).toEqual({ kind: 'accepted', hash })
    expect(node.asked[0]?.body).toMatchObject({ mode: 'BROADCAST_MODE_SYNC' })
    node.on(url, { body: response({ code: 19, codespace: 'sdk' }) })
    expect(await chain.broadcast(bytes)).toEqual({ kind: 'already-known', hash })
    node.on(url, { body: response({ code: 19, codespace: 'supplier', raw_log: 'no' }) })
    expect(await chain.broadcast(bytes)).toEqual({ kind: 'refused', hash, code: 19, codespace: 'supplier', log: 'no' })
    node.on(url, { body: response({ code: 32, codespace: 'sdk', raw_log: 'expected 4, got 3' }) })
    expect(await chain.broadcast(bytes)).toMatchObject({ kind: 'refused', code: 32 })
    node.on(url, { body: response({ txhash: 'AB'.repeat(32) }) })
    expect(await failure(chain.broadcast(bytes))).toMatchObject({ code: 'chain-unreachable', detail: { path: 'tx_response.txhash' } })
    node.on(url, refused(13, 'internal', 500))
    expect((await failure(chain.broadcast(bytes))).code).toBe('chain-unreachable')
    node.on(url, refused(3, 'invalid empty tx', 400))
    expect(await chain.broadcast(bytes)).toMatchObject({ kind: 'refused', code: 3, codespace: 'grpc', log: 'invalid empty tx' })
  })

  it('looks up a transaction', async () => {
    const { tx_response: tx } = recordedAnswer('tx-at-245') as { tx_response: { txhash: string } }
    recorded('GET /cosmos/tx/v1beta1/txs/', 'tx-at-245')
    expect(await chain.tx(tx.txhash)).toMatchObject({ kind: 'included', height: 245, code: 1, codespace: 'undefined', gasUsed: 68_484n })
    expect((await failure(chain.tx(hash))).detail['path']).toBe('tx_response.txhash')
    node.on('GET /cosmos/tx/v1beta1/txs/', refused(5, 'tx not found', 404))
    expect(await chain.tx(hash)).toEqual({ kind: 'absent' })
    node.on('GET /cosmos/tx/v1beta1/txs/', refused(2, 'transaction indexing is disabled'))
    expect(await failure(chain.tx(hash))).toMatchObject({
      code: 'chain-unreachable',
      detail: { reason: 'transaction indexing is disabled' },
    })
  })
})
