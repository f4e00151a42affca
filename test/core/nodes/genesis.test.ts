import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import { editAppToml, editConfigToml, editGenesis, setToml } from '#main/core/nodes/genesis.ts'

/** What pocketd 0.1.35 writes at `init`, recorded. */
const recorded = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/pocketd-init', name), 'utf8')
const mainnetLike = (name: string) =>
  (
    JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/mainnet-like/rest', name), 'utf8')) as {
      params: Record<string, unknown>
    }
  ).params

interface Genesis {
  app_state: Record<string, Record<string, unknown> & { params: Record<string, unknown> }>
}
const read = (text: string) => (JSON.parse(text) as Genesis).app_state

describe('genesis of the Local chain', () => {
  const rules = localChainRulesSchema.parse({})
  const edited = read(editGenesis(recorded('genesis.json'), rules, 'pokt1validator'))
  const params = (name: string): Record<string, unknown> => edited[name]?.params ?? {}

  it('has the services, paid for by the validator', () => {
    expect(edited['service']?.['service_list']).toEqual([
      { id: 'anvil', name: 'Anvil test chain', compute_units_per_relay: '100', owner_address: 'pokt1validator' },
    ])
  })
  it('has sessions of ten blocks with the windows that the HA miner needs too', () => {
    expect(params('shared')).toMatchObject({
      num_blocks_per_session: '10',
      grace_period_end_offset_blocks: '1',
      claim_window_open_offset_blocks: '1',
      claim_window_close_offset_blocks: '4',
      proof_window_open_offset_blocks: '0',
      proof_window_close_offset_blocks: '4',
    })
  })
  it("has mainnet's economy, as a chain with it answers", () => {
    const { dao_reward_address: _here, ...tokenomics } = params('tokenomics')
    const { dao_reward_address: _there, ...expected } = mainnetLike('params-tokenomics.json')
    expect(tokenomics).toEqual(expected)
    expect(params('session')).toEqual(mainnetLike('params-session.json'))
    expect(params('supplier')).toEqual(mainnetLike('params-supplier.json'))
    expect(params('shared')['compute_units_to_tokens_multiplier']).toBe('145990')
    const { proof_request_probability: probability, ...proof } = params('proof')
    const { proof_request_probability: sometimes, ...mainnetProof } = mainnetLike('params-proof.json')
    expect(proof).toEqual(mainnetProof)
    // The one difference: every claim is proven, so that each session shows the whole way.
    expect([probability, sometimes]).toEqual([1, 0.01])
  })
  it('mints nothing by itself, so that balances add up', () => {
    const mint = edited['mint'] as unknown as { minter: { inflation: string }; params: Record<string, string> }
    expect(Number(mint.minter.inflation)).toBe(0)
    for (const [key, value] of Object.entries(mint.params)) if (key.startsWith('inflation_')) expect(Number(value)).toBe(0)
  })
  it('changes nothing else', () => {
    const before = read(recorded('genesis.json'))
    for (const module of Object.keys(before)) {
      if (['service', 'shared', 'tokenomics', 'proof', 'session', 'supplier', 'application', 'mint'].includes(module)) continue
      expect(edited[module]).toEqual(before[module])
    }
    expect({ ...params('shared'), ...before['shared']?.params }).toEqual(before['shared']?.params)
  })
  it('takes faster rules', () => {
    const fast = localChainRulesSchema.parse({ blocksPerSession: 4, grace: 0, claimClose: 1, proofClose: 1 })
    expect(read(editGenesis(recorded('genesis.json'), fast, 'a'))['shared']?.params).toMatchObject({
      num_blocks_per_session: '4',
      proof_window_close_offset_blocks: '1',
    })
  })
  it('refuses a file that lacks a module, instead of starting a chain without it', () => {
    const broken = JSON.parse(recorded('genesis.json')) as Genesis
    delete broken.app_state['proof']
    expect(() => editGenesis(JSON.stringify(broken), rules, 'a')).toThrow('proof')
  })
})

describe('rules of the Local chain', () => {
  it.each([
    { chainId: 'pocket' },
    { chainId: 'hearth-local-' },
    { blockMs: 10 },
    { services: [] },
    { supplierMinStakeUpokt: '1.5' },
    { unknown: 1 },
  ])('refuse %o', (given) => {
    expect(localChainRulesSchema.safeParse(given).success).toBe(false)
  })
})

describe('configuration files of the node', () => {
  /** Lines that differ, without their comments. */
  const difference = (before: string, after: string): string[] => {
    const old = before.split('\n')
    return after.split('\n').filter((line, at) => line !== old[at])
  }
  it('config.toml: pace, reach and subscriptions, nothing else', () => {
    const after = editConfigToml(recorded('config.toml'), localChainRulesSchema.parse({ blockMs: 750 }))
    expect(difference(recorded('config.toml'), after)).toEqual([
      'laddr = "tcp://0.0.0.0:26657"',
      'max_subscriptions_per_client = 100',
      'addr_book_strict = false',
      'timeout_propose = "750ms"',
      'timeout_commit = "750ms"',
    ])
  })
  it("app.toml: mainnet's least price, all history, reachable for the other containers", () => {
    const after = editAppToml(recorded('app.toml'))
    for (const line of ['minimum-gas-prices = "0.000001upokt"', 'address = "tcp://0.0.0.0:1317"', 'address = "0.0.0.0:9090"']) {
      expect(difference(recorded('app.toml'), after)).toContain(line)
    }
    expect(after).toMatch(/^pruning = "nothing"$/m)
    expect(after.split('\n')).toHaveLength(recorded('app.toml').split('\n').length)
  })
  it('a key is found in its own section alone, and its absence is told', () => {
    const text = 'a = 1\n[one]\na = 2\n[two]\nab = 3\n'
    expect(setToml(text, '', 'a', '9')).toBe('a = 9\n[one]\na = 2\n[two]\nab = 3\n')
    expect(setToml(text, 'one', 'a', '9')).toBe('a = 1\n[one]\na = 9\n[two]\nab = 3\n')
    expect(() => setToml(text, 'two', 'a', '9')).toThrow('two')
    expect(() => setToml(text, 'none', 'a', '9')).toThrow('none')
  })
})
