import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editGenesis } from '#main/core/nodes/genesis.ts'
import { readGenesis } from '#main/adapters/practice/read-genesis.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'

const OPTIONS = { addressPrefix: 'practice' as const, blockMs: 6_000, minimumGasPrice: '0.000001' }
const SUPPLIER = 'practice1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq7m6zhu'

/** What `pocketd init` writes, with the edits that Hearth makes, an account and a validator. */
function genesis(change: (value: Genesis) => void = () => undefined): string {
  const rules = localChainRulesSchema.parse({ chainId: 'hearth-practice-1', blocksPerSession: 12 })
  const text = readFileSync(new URL('../../../fixtures/pocketd-init/genesis.json', import.meta.url), 'utf8')
  const value = JSON.parse(editGenesis(text, rules, SUPPLIER)) as Genesis
  value.app_state.bank.balances = [{ address: SUPPLIER, coins: [{ denom: 'upokt', amount: '7000000' }] }]
  value.app_state.genutil.gen_txs = [
    {
      body: {
        messages: [
          {
            validator_address: 'practicevaloper1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqt0t5kr',
            value: { denom: 'upokt', amount: '900' },
            commission: { rate: '0.1' },
          },
        ],
      },
    },
  ]
  change(value)
  return JSON.stringify(value)
}
interface Genesis {
  app_state: {
    bank: { balances: unknown[] }
    genutil: { gen_txs: unknown[] }
    shared: { params: Record<string, unknown> }
    tokenomics: { params: Record<string, unknown> }
  }
}

describe('a genesis file of pocketd', () => {
  test('is read with the rules that Hearth wrote into it', () => {
    const read = readGenesis(genesis(), OPTIONS)
    expect(read).toMatchObject({
      chainId: 'hearth-local-1',
      blockMs: 6_000,
      accounts: [{ address: SUPPLIER, upokt: 7_000_000n }],
      services: [{ id: 'anvil', computeUnitsPerRelay: 100n, ownerAddress: SUPPLIER }],
    })
    expect(read.params).toMatchObject({
      numBlocksPerSession: 12,
      supplierMinStakeUpokt: 59_500_000_000n,
      computeUnitsToTokensMultiplier: 145_990n,
      proofRequestProbability: '1',
      mintRatio: '0.975',
      mintEqualsBurn: { supplier: '0.79', proposer: '0.14', dao: '0.045', sourceOwner: '0.025', application: '0' },
    })
  })

  test('a millionth is exact, though JSON may write it with an exponent', () => {
    expect(JSON.stringify(0.000_001)).toBe('0.000001')
    expect(readGenesis(genesis(), OPTIONS).params.globalInflationPerClaim).toBe('0.000001')
    const tiny = genesis((value) => (value.app_state.tokenomics.params['global_inflation_per_claim'] = 1.25e-9))
    expect(readGenesis(tiny, OPTIONS).params.globalInflationPerClaim).toBe('0.00000000125')
  })

  test('addresses of validators and DAO become accounts of Practice', () => {
    const { validators, daoAddress } = readGenesis(genesis(), OPTIONS)
    expect(validators).toEqual([{ address: expect.stringMatching(/^practice1[0-9a-z]{38}$/), stakeUpokt: 900n, commission: '0.1' }])
    expect(daoAddress).toMatch(/^practice1/)
  })

  test('what cannot be read is named by its path', () => {
    const bent = genesis((value) => (value.app_state.shared.params['num_blocks_per_session'] = 'ten'))
    expect(() => readGenesis(bent, OPTIONS)).toThrow('app_state.shared.params.num_blocks_per_session')
    expect(() => readGenesis('{', OPTIONS)).toThrow('JSON')
    expect(() =>
      readGenesis(
        genesis((value) => (value.app_state.genutil.gen_txs = [])),
        OPTIONS,
      ),
    ).toThrow('gen_txs')
  })
})
