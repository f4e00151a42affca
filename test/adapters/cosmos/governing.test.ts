import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { plainDecimal } from '#main/adapters/cosmos/governing-schemas.ts'
import { startFakeNode, type FakeNode } from './fake-node.ts'

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/mainnet-like/rest', `${name}.json`), 'utf8')) as unknown
const POCKET = 'GET /pokt-network/poktroll'

let node: FakeNode
beforeEach(async () => {
  node = await startFakeNode()
  for (const name of ['session', 'application', 'gateway', 'service', 'proof', 'tokenomics', 'shared'])
    node.on(`${POCKET}/${name}/params`, { body: recorded(`params-${name}`) })
  node.on(`${POCKET}/service/relay_mining_difficulty`, { body: recorded('difficulty') })
  node.on('GET /cosmos/bank/v1beta1/supply/by_denom', { body: { amount: { denom: 'upokt', amount: '2250000000000001' } } })
})
afterEach(() => node.close())
const read = () => connectChain({ rpcUrl: node.url, restUrl: node.url }).governing?.()

it('reads what a real node says of its rules, exactly', async () => {
  expect(await read()).toEqual({
    values: {
      numSuppliersPerSession: '50',
      applicationMinStakeUpokt: '1000000',
      gatewayMinStakeUpokt: '100',
      maxDelegatedGateways: expect.any(String) as string,
      addServiceFeeUpokt: '1',
      targetNumRelays: '100000',
      proofRequestProbability: '0.01',
      proofRequirementThresholdUpokt: '100',
      globalInflationPerClaim: '0.000001',
      mintRatio: '0.975',
      supplierShare: '0.79',
      proposerShare: '0.14',
      daoShare: '0.045',
      sourceOwnerShare: '0.025',
      applicationShare: '0',
      inflationSupplierShare: '0.8',
      overservicingBonusMultiplier: '1',
      applicationUnbondingPeriodSessions: expect.stringMatching(/^\d+$/) as string,
      gatewayUnbondingPeriodSessions: expect.stringMatching(/^\d+$/) as string,
    },
    difficulties: [{ serviceId: 'anvil', targetHash: 'f'.repeat(64), relaysAverage: 29n, sinceHeight: 85 }],
    supplyUpokt: 2_250_000_000_000_001n,
  })
})

it.each([
  ['1e-06', '0.000001'],
  ['1.5e-7', '0.00000015'],
  ['0.975', '0.975'],
  ['1', '1'],
  ['0', '0'],
  ['12.50', '12.5'],
  ['2e3', '2000'],
])('%s is %s, without a rounding', (text, plain) => {
  expect(plainDecimal(text)).toBe(plain)
})

it.each([
  ['a share below nothing', 'tokenomics', { params: { mint_ratio: -0.5 } }],
  ['words for a stake', 'gateway', { params: { min_stake: { denom: 'upokt', amount: 'much' } } }],
  ['a list for parameters', 'proof', { params: [] }],
])('%s is no answer', async (_name, module, body) => {
  node.on(`${POCKET}/${module}/params`, { body })
  await expect(read()).rejects.toMatchObject({ code: 'chain-unreachable' })
})

it('a target hash that is none is no answer', async () => {
  node.on(`${POCKET}/service/relay_mining_difficulty`, {
    body: { relayMiningDifficulty: [{ service_id: 'a', block_height: '1', num_relays_ema: '1', target_hash: 'AAAA' }] },
  })
  await expect(read()).rejects.toMatchObject({ code: 'chain-unreachable' })
})
