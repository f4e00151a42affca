import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import { recordedAnswer, startFakeNode, type FakeNode } from './fake-node.ts'

/** What the adapter reads about the roles beside the supplier. */

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

describe('other roles', () => {
  it('what the other roles cost, five modules at one height', async () => {
    recorded(`${POCKET}/shared/params`, 'params-shared', 77)
    recorded(`${POCKET}/service/params`, 'params-service')
    recorded(`${POCKET}/application/params`, 'params-application')
    recorded(`${POCKET}/gateway/params`, 'params-gateway')
    recorded(`${POCKET}/migration/params`, 'params-migration')
    expect(await chain.roleRules()).toEqual({
      height: 77,
      addServiceFeeUpokt: 1n,
      applicationMinStakeUpokt: 1_000_000n,
      applicationUnbondingSessions: 1,
      maxDelegatedGateways: 7,
      gatewayMinStakeUpokt: 100n,
      gatewayUnbondingSessions: 1,
      morseClaimsOpen: true,
      morseClaimsFree: false,
    })
    expect(node.asked.slice(1).map((each) => each.headers['x-cosmos-block-height'])).toEqual(['77', '77', '77', '77'])
  })

  it('gateways page by page, each once; one alone, and one about another address is not believed', async () => {
    const gateway = (address: string, amount: string) => ({ address, stake: { denom: 'upokt', amount }, unstake_session_end_height: '0' })
    node.on(`${POCKET}/gateway/gateway?`, (request) => ({
      body: request.path.includes('pagination.key=')
        ? { gateways: [gateway('b', '2'), gateway('c', '3')], pagination: { next_key: null } }
        : { gateways: [gateway('a', '1'), gateway('b', '2')], pagination: { next_key: 'Yg==' } },
    }))
    expect((await chain.gateways()).map((each) => `${each.address} ${each.stakeUpokt}`)).toEqual(['a 1', 'b 2', 'c 3'])
    expect(node.asked[0]?.path).toContain('dehydrated=true')
    node.on(`${POCKET}/gateway/gateway/a`, { body: { gateway: { ...gateway('a', '9'), unstake_session_end_height: '50' } } })
    expect(await chain.gateway('a')).toEqual({ address: 'a', stakeUpokt: 9n, unstakeSessionEndHeight: 50 })
    node.on(`${POCKET}/gateway/gateway/z`, { body: { gateway: gateway('a', '9') } })
    await expect(chain.gateway('z')).rejects.toMatchObject({ code: 'chain-unreachable' })
    node.on(`${POCKET}/gateway/gateway/n`, { status: 404, body: { code: 5, message: 'gateway not found', details: [] } })
    expect(await chain.gateway('n')).toBeUndefined()
  })

  it('an old account, before and after its claim', async () => {
    const morse = (name: string): unknown =>
      JSON.parse(readFileSync(new URL(`../../fixtures/morse/rest/${name}.json`, import.meta.url), 'utf8'))
    const address = '1325B850C2871916EAE203F0EFC3C8987F64E5E3'
    node.on(`${POCKET}/migration/morse_claimable_account/${address}`, { body: morse('claimable-node') })
    expect(await chain.morseAccount(address)).toEqual({
      morseAddress: address,
      balanceUpokt: 5_000_000n,
      supplierStakeUpokt: 60_005_000_000n,
      applicationStakeUpokt: 0n,
      morseOutputAddress: '6C8F8607DBE87077A62A2990CE07D94AAF749DF7',
      unstakedAtMs: 0,
      claimedAtHeight: 102,
      claimedBy: 'pokt1fpgvzv2p78m42ef6z4dsd0xmdmudlya8pdgh9p',
    })
    const asked = morse('claimable-node') as { morseClaimableAccount: object }
    const leaving = { morseClaimableAccount: { ...asked.morseClaimableAccount, unstaking_time: '2025-06-24T10:00:00Z' } }
    node.on(`${POCKET}/migration/morse_claimable_account/${address}`, { body: leaving })
    expect((await chain.morseAccount(address))?.unstakedAtMs).toBe(Date.UTC(2025, 5, 24, 10))
    const none = 'F'.repeat(40)
    node.on(`${POCKET}/migration/morse_claimable_account/${none}`, { status: 404, body: { code: 5, message: 'not found', details: [] } })
    expect(await chain.morseAccount(none)).toBeUndefined()
  })
})
