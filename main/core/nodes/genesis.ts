import type { LocalChainRules } from '#shared/networks/local.ts'

/** Edits of what `pocketd init` writes. Pure text in, text out; sources: localnet notes section 2, offchain facts 1.5. */

interface Genesis {
  app_state: Record<string, Record<string, unknown>>
}
type Params = Record<string, unknown>

/** Genesis of the Local chain: its services and timing, mainnet's economy, every claim proven, no inflation (so that balances can be added up). */
export function editGenesis(text: string, rules: LocalChainRules, serviceOwner: string): string {
  const genesis = JSON.parse(text) as Genesis
  const part = (name: string): Record<string, unknown> => {
    const found = genesis.app_state[name]
    if (!found) throw new Error(`the genesis has no module ${name}`)
    return found
  }
  const params = (name: string): Params => part(name)['params'] as Params
  const upokt = (amount: string) => ({ denom: 'upokt', amount })

  part('service')['service_list'] = rules.services.map((service) => ({
    id: service.id,
    name: service.name,
    compute_units_per_relay: String(service.computeUnitsPerRelay),
    owner_address: serviceOwner,
  }))
  Object.assign(params('shared'), {
    num_blocks_per_session: String(rules.blocksPerSession),
    grace_period_end_offset_blocks: String(rules.grace),
    claim_window_open_offset_blocks: String(rules.claimOpen),
    claim_window_close_offset_blocks: String(rules.claimClose),
    proof_window_open_offset_blocks: String(rules.proofOpen),
    proof_window_close_offset_blocks: String(rules.proofClose),
    // The chain refuses any of the three that is shorter than the way from a session's end to its proof.
    supplier_unbonding_period_sessions: String(rules.supplierUnbondingSessions),
    application_unbonding_period_sessions: String(rules.supplierUnbondingSessions),
    gateway_unbonding_period_sessions: String(rules.supplierUnbondingSessions),
    compute_units_to_tokens_multiplier: rules.computeUnitsToTokensMultiplier,
  })
  Object.assign(params('tokenomics'), {
    mint_ratio: 0.975,
    global_inflation_per_claim: 0.000001,
    mint_equals_burn_claim_distribution: { supplier: 0.79, proposer: 0.14, dao: 0.045, source_owner: 0.025, application: 0 },
    mint_allocation_percentages: { supplier: 0.8, proposer: 0, dao: 0.1, source_owner: 0.1, application: 0 },
  })
  Object.assign(params('proof'), {
    proof_request_probability: 1,
    proof_requirement_threshold: upokt('100'),
    proof_missing_penalty: upokt('1'),
    proof_submission_fee: upokt('1'),
  })
  params('session')['num_suppliers_per_session'] = '50'
  params('supplier')['min_stake'] = upokt(rules.supplierMinStakeUpokt)
  params('supplier')['staking_fee'] = upokt('1')
  params('application')['min_stake'] = upokt('1000000')
  if (rules.votingSeconds !== undefined)
    Object.assign(params('gov'), {
      voting_period: `${rules.votingSeconds}s`,
      expedited_voting_period: `${Math.ceil(rules.votingSeconds / 2)}s`,
      min_deposit: [upokt('1')],
    })
  const mint = part('mint') as { minter: Params; params: Params }
  const none = '0.000000000000000000'
  mint.minter['inflation'] = none
  for (const key of Object.keys(mint.params)) if (key.startsWith('inflation_')) mint.params[key] = none
  return JSON.stringify(genesis)
}

/** Sets `key = value` (TOML text) in a section; '' is the part before the first section. Throws when the program no longer writes that key. */
export function setToml(text: string, section: string, key: string, value: string): string {
  let current = ''
  let found = false
  const lines = text.split('\n').map((line) => {
    const heading = /^\[([^\]]+)\]/.exec(line)
    if (heading) current = heading[1] ?? ''
    if (found || current !== section || !line.replace(/\s/g, '').startsWith(`${key}=`)) return line
    found = true
    return `${key} = ${value}`
  })
  if (!found) throw new Error(`the file has no ${key} in section "${section}"`)
  return lines.join('\n')
}

/** config.toml: block time, RPC reachable for the relay miner, enough subscriptions for it. */
export function editConfigToml(text: string, rules: LocalChainRules): string {
  const time = `"${rules.blockMs}ms"`
  let edited = setToml(text, 'consensus', 'timeout_commit', time)
  edited = setToml(edited, 'consensus', 'timeout_propose', time)
  edited = setToml(edited, 'rpc', 'laddr', '"tcp://0.0.0.0:26657"')
  edited = setToml(edited, 'rpc', 'max_subscriptions_per_client', '100')
  return setToml(edited, 'p2p', 'addr_book_strict', 'false')
}

/** app.toml: mainnet's minimum price (a fresh node asks a million times more), all history, REST and gRPC reachable. */
export function editAppToml(text: string): string {
  let edited = setToml(text, '', 'minimum-gas-prices', '"0.000001upokt"')
  edited = setToml(edited, '', 'pruning', '"nothing"')
  edited = setToml(edited, 'api', 'enable', 'true')
  edited = setToml(edited, 'api', 'address', '"tcp://0.0.0.0:1317"')
  return setToml(edited, 'grpc', 'address', '"0.0.0.0:9090"')
}
