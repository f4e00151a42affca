/** Pure edits of what `pocketd init` writes. Values and their sources: localnet notes, section 2. */

/** A service in the genesis. 100 compute units a relay unless said. */
export type GenesisService = { id: string; name?: string; computeUnitsPerRelay?: number; ownerAddress?: string }

/** Timing of a session, in blocks. */
export type SessionTiming = {
  blocksPerSession: number
  grace: number
  claimOpen: number
  claimClose: number
  proofOpen: number
  proofClose: number
}

/** `default`: what `pocketd init` writes. `mainnet`: mainnet's reward rules, stakes and proof rules. */
export type Economy = 'default' | 'mainnet'

/** The part of a genesis file that tests reach into. */
export type Genesis = { app_state: Record<string, Record<string, unknown>>; [key: string]: unknown }

type Params = Record<string, unknown>

function upokt(amount: string): { denom: string; amount: string } {
  return { denom: 'upokt', amount }
}

function moduleOf(genesis: Genesis, name: string): Record<string, unknown> {
  const found = genesis.app_state[name]
  if (found === undefined) throw new Error(`genesis has no module ${name}`)
  return found
}

/** The `params` object of a module, to be changed in place. */
export function paramsOf(genesis: Genesis, name: string): Params {
  return moduleOf(genesis, name)['params'] as Params
}

function applyMainnetEconomy(genesis: Genesis): void {
  paramsOf(genesis, 'shared')['compute_units_to_tokens_multiplier'] = '145990'
  Object.assign(paramsOf(genesis, 'tokenomics'), {
    mint_ratio: 0.975,
    global_inflation_per_claim: 0.000001,
    mint_equals_burn_claim_distribution: { supplier: 0.79, proposer: 0.14, dao: 0.045, source_owner: 0.025, application: 0 },
    mint_allocation_percentages: { supplier: 0.8, proposer: 0, dao: 0.1, source_owner: 0.1, application: 0 },
  })
  Object.assign(paramsOf(genesis, 'proof'), {
    proof_request_probability: 0.01,
    proof_requirement_threshold: upokt('100'),
    proof_missing_penalty: upokt('1'),
    proof_submission_fee: upokt('1'),
  })
  paramsOf(genesis, 'session')['num_suppliers_per_session'] = '50'
  paramsOf(genesis, 'supplier')['min_stake'] = upokt('59500000000')
  paramsOf(genesis, 'application')['min_stake'] = upokt('1000000')
}

/** Changes a fresh genesis in place: services, session timing, economy, no inflation (so that balances can be added up). */
export function editGenesis(
  genesis: Genesis,
  wanted: { services: readonly GenesisService[]; timing: SessionTiming; economy: Economy; serviceOwner: string },
): void {
  moduleOf(genesis, 'service')['service_list'] = wanted.services.map((service) => ({
    id: service.id,
    name: service.name ?? service.id,
    compute_units_per_relay: String(service.computeUnitsPerRelay ?? 100),
    owner_address: service.ownerAddress ?? wanted.serviceOwner,
  }))
  const { timing } = wanted
  Object.assign(paramsOf(genesis, 'shared'), {
    num_blocks_per_session: String(timing.blocksPerSession),
    grace_period_end_offset_blocks: String(timing.grace),
    claim_window_open_offset_blocks: String(timing.claimOpen),
    claim_window_close_offset_blocks: String(timing.claimClose),
    proof_window_open_offset_blocks: String(timing.proofOpen),
    proof_window_close_offset_blocks: String(timing.proofClose),
  })
  if (wanted.economy === 'mainnet') applyMainnetEconomy(genesis)
  const none = '0.000000000000000000'
  const mint = moduleOf(genesis, 'mint') as { minter: Params; params: Params }
  mint.minter['inflation'] = none
  for (const key of Object.keys(mint.params)) {
    if (key.startsWith('inflation_')) mint.params[key] = none
  }
}

/** Sets `key = value` (value as TOML text) in a section of a TOML file; "" is the part before the first section. Throws when the key is not there. */
export function setToml(text: string, section: string, key: string, value: string): string {
  let current = ''
  let found = false
  const lines = text.split('\n').map((line) => {
    const heading = /^\[([^\]]+)\]/.exec(line)
    if (heading?.[1] !== undefined) current = heading[1]
    if (current !== section || found || !new RegExp(`^${key}\\s*=`).test(line)) return line
    found = true
    return `${key} = ${value}`
  })
  if (!found) throw new Error(`no ${section === '' ? '' : `[${section}] `}${key} in the file`)
  return lines.join('\n')
}

/** config.toml of a node in a container with the given block time. */
export function editConfigToml(text: string, blockMs: number): string {
  const blockTime = `"${String(blockMs)}ms"`
  let edited = setToml(text, 'consensus', 'timeout_commit', blockTime)
  edited = setToml(edited, 'consensus', 'timeout_propose', blockTime)
  edited = setToml(edited, 'rpc', 'laddr', '"tcp://0.0.0.0:26657"')
  edited = setToml(edited, 'rpc', 'max_subscriptions_per_client', '100')
  return setToml(edited, 'p2p', 'addr_book_strict', 'false')
}

/** app.toml of a node in a container: mainnet's gas price, whole history, REST and gRPC reachable. */
export function editAppToml(text: string): string {
  let edited = setToml(text, '', 'minimum-gas-prices', '"0.000001upokt"')
  edited = setToml(edited, '', 'pruning', '"nothing"')
  edited = setToml(edited, 'api', 'enable', 'true')
  edited = setToml(edited, 'api', 'address', '"tcp://0.0.0.0:1317"')
  return setToml(edited, 'grpc', 'address', '"0.0.0.0:9090"')
}
