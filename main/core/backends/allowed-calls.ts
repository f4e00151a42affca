import type { Ecosystem, ServiceRecord } from '#shared/catalog/backends/schema.ts'

/**
 * What a gateway may ask of a backend. What is not here is refused before it gets there: a node that its owner opened too far must not be administered by strangers
 * (`admin_*`, `personal_*`, `debug_*`, `miner_*`, `engine_*`, signing with the node's own keys, dialling peers).
 */
export interface AllowedCalls {
  /** Methods of JSON-RPC, exactly. Empty: no JSON-RPC. */
  methods: readonly string[]
  /** Paths of REST, as the ingress's program matches them; empty: no REST. */
  restPaths: readonly string[]
  /** Verbs of REST. */
  restVerbs: readonly string[]
  /** Methods that may be asked by a GET of their name as well, as CometBFT is: `/block?height=1`. None where it is left out. */
  byName?: readonly string[]
}

const words = (text: string): string[] => text.split(' ')

const ETHEREUM = words(
  'eth_blobBaseFee eth_blockNumber eth_call eth_chainId eth_createAccessList eth_estimateGas eth_feeHistory eth_gasPrice eth_getBalance eth_getBlockByHash eth_getBlockByNumber ' +
    'eth_getBlockReceipts eth_getBlockTransactionCountByHash eth_getBlockTransactionCountByNumber eth_getCode eth_getFilterChanges eth_getFilterLogs eth_getLogs eth_getProof eth_getStorageAt ' +
    'eth_getTransactionByBlockHashAndIndex eth_getTransactionByBlockNumberAndIndex eth_getTransactionByHash eth_getTransactionCount eth_getTransactionReceipt ' +
    'eth_getUncleByBlockHashAndIndex eth_getUncleByBlockNumberAndIndex eth_getUncleCountByBlockHash eth_getUncleCountByBlockNumber eth_getTransactionBySenderAndNonce eth_maxPriorityFeePerGas ' +
    'eth_newBlockFilter eth_newFilter eth_newPendingTransactionFilter eth_protocolVersion eth_sendRawTransaction eth_sendRawTransactionConditional eth_simulateV1 eth_syncing eth_uninstallFilter ' +
    'net_listening net_peerCount net_version web3_clientVersion web3_sha3 ' +
    'trace_block trace_call trace_callMany trace_filter trace_get trace_rawTransaction trace_replayBlockTransactions trace_replayTransaction trace_transaction',
)
/** Of single chains, beside Ethereum's. */
const BESIDE: Record<string, string> = {
  poly: 'bor_getAuthor bor_getCurrentProposer bor_getCurrentValidators bor_getRootHash bor_getSignersAtHash eth_getTransactionReceiptsByBlock',
  'zksync-era':
    'zks_L1BatchNumber zks_estimateFee zks_estimateGasL1ToL2 zks_getAllAccountBalances zks_getBlockDetails zks_getBridgeContracts zks_getBytecodeByHash zks_getL1BatchBlockRange zks_getL1BatchDetails zks_getL2ToL1LogProof zks_getMainContract zks_getTransactionDetails zks_L1ChainId zks_getFeeParams zks_getProtocolVersion',
  linea: 'linea_estimateGas linea_getProof',
  scroll: 'scroll_getTxByHash scroll_getBlockByHash scroll_getBlockByNumber scroll_estimateL1DataFee',
  kaia: 'kaia_blockNumber kaia_chainID kaia_call kaia_getBalance kaia_getBlockByNumber kaia_gasPrice klay_blockNumber klay_chainID',
}
for (const id of [
  'op',
  'base',
  'ink',
  'unichain',
  'celo',
  'fraxtal',
  'boba',
  'blast',
  'opbnb',
  'mantle',
  'base-sepolia-testnet',
  'op-sepolia-testnet',
])
  BESIDE[id] = 'optimism_outputAtBlock optimism_rollupConfig optimism_syncStatus optimism_version rollup_gasPrices rollup_getInfo'

const COMET = words(
  'abci_info abci_query block block_by_hash block_results block_search blockchain broadcast_evidence broadcast_tx_async broadcast_tx_commit broadcast_tx_sync check_tx commit consensus_params ' +
    'genesis genesis_chunked header header_by_hash health num_unconfirmed_txs status tx tx_search unconfirmed_txs validators',
)
const COSMOS_REST = [
  '/cosmos/*',
  '/cosmwasm/*',
  '/ibc/*',
  '/pokt-network/*',
  '/pocket/*',
  '/osmosis/*',
  '/akash/*',
  '/kava/*',
  '/juno/*',
  '/stargaze/*',
  '/babylon/*',
  '/evmos/*',
  '/ethermint/*',
  '/provenance/*',
  '/bank/*',
  '/node_info',
  '/syncing',
  '/blocks/*',
  '/txs',
  '/txs/*',
]
const SOLANA = words(
  'getAccountInfo getBalance getBlock getBlockCommitment getBlockHeight getBlockProduction getBlockTime getBlocks getBlocksWithLimit getClusterNodes getEpochInfo getEpochSchedule getFeeForMessage getFirstAvailableBlock getGenesisHash getHealth getHighestSnapshotSlot getIdentity getInflationGovernor getInflationRate getInflationReward getLargestAccounts getLatestBlockhash getLeaderSchedule getMaxRetransmitSlot getMaxShredInsertSlot getMinimumBalanceForRentExemption getMultipleAccounts getProgramAccounts getRecentPerformanceSamples getRecentPrioritizationFees getSignatureStatuses getSignaturesForAddress getSlot getSlotLeader getSlotLeaders getStakeMinimumDelegation getSupply getTokenAccountBalance getTokenAccountsByDelegate getTokenAccountsByOwner getTokenLargestAccounts getTokenSupply getTransaction getTransactionCount getVersion getVoteAccounts isBlockhashValid minimumLedgerSlot sendTransaction simulateTransaction',
)
const NEAR = words(
  'block broadcast_tx_async broadcast_tx_commit chunk gas_price health network_info query send_tx status tx validators EXPERIMENTAL_changes EXPERIMENTAL_changes_in_block EXPERIMENTAL_genesis_config EXPERIMENTAL_light_client_proof EXPERIMENTAL_protocol_config EXPERIMENTAL_receipt EXPERIMENTAL_tx_status EXPERIMENTAL_validators_ordered',
)
const SUI = words(
  'sui_devInspectTransactionBlock sui_dryRunTransactionBlock sui_executeTransactionBlock sui_getChainIdentifier sui_getCheckpoint sui_getCheckpoints sui_getEvents sui_getLatestCheckpointSequenceNumber sui_getMoveFunctionArgTypes sui_getNormalizedMoveFunction sui_getNormalizedMoveModule sui_getNormalizedMoveModulesByPackage sui_getNormalizedMoveStruct sui_getObject sui_getProtocolConfig sui_getTotalTransactionBlocks sui_getTransactionBlock sui_multiGetObjects sui_multiGetTransactionBlocks sui_tryGetPastObject suix_getAllBalances suix_getAllCoins suix_getBalance suix_getCoinMetadata suix_getCoins suix_getCommitteeInfo suix_getDynamicFieldObject suix_getDynamicFields suix_getLatestSuiSystemState suix_getOwnedObjects suix_getReferenceGasPrice suix_getStakes suix_getTotalSupply suix_getValidatorsApy suix_queryEvents suix_queryTransactionBlocks suix_resolveNameServiceAddress',
)

const only = (methods: readonly string[]): AllowedCalls => ({ methods, restPaths: [], restVerbs: [] })

const BY_ECOSYSTEM: Record<Ecosystem, (id: string) => AllowedCalls> = {
  evm: (id) => only([...ETHEREUM, ...(BESIDE[id] === undefined ? [] : words(BESIDE[id]))]),
  'evm-dev': () => only(ETHEREUM),
  cosmos: () => ({ methods: COMET, byName: COMET, restPaths: COSMOS_REST, restVerbs: ['GET', 'POST'] }),
  'cosmos-evm': () => ({ methods: [...ETHEREUM, ...COMET], byName: COMET, restPaths: COSMOS_REST, restVerbs: ['GET', 'POST'] }),
  solana: () => only(SOLANA),
  near: () => only(NEAR),
  sui: () => only(SUI),
  tron: () => ({ methods: ETHEREUM, restPaths: ['/wallet/*', '/walletsolidity/*'], restVerbs: ['GET', 'POST'] }),
  'eth-consensus': () => ({ methods: [], restPaths: ['/eth/v1/*', '/eth/v2/*', '/eth/v3/*'], restVerbs: ['GET', 'POST'] }),
  llm: () => ({ methods: [], restPaths: ['/v1/*', '/api/tags', '/api/generate', '/api/chat'], restVerbs: ['GET', 'POST'] }),
  radix: () => ({ methods: [], restPaths: ['/status/*', '/state/*', '/stream/*', '/statistics/*', '/transaction/*'], restVerbs: ['POST'] }),
  generic: () => ({ methods: [], restPaths: ['/*'], restVerbs: ['GET'] }),
}

export const allowedCalls = (service: Pick<ServiceRecord, 'id' | 'ecosystem'>): AllowedCalls => BY_ECOSYSTEM[service.ecosystem](service.id)

/** A character of a JSON string that needs no care: anything but quote, backslash and what JSON has no place for, or an escape that cannot stand for a letter. */
const ESCAPE = String.raw`\\["\\/bfnrt]`
const PLAIN = String.raw`"\\\x00-\x1f`
const CHARACTER = String.raw`(?:[^${PLAIN}]|${ESCAPE})`
const SPACE = String.raw`[ \t\r\n]`
/** What JSON has outside its strings, a character at a time: there is one way alone to read a text, so a long one costs no more than its length. */
const OUTSIDE = String.raw`[ \t\r\n{}\[\]:,.0-9-]|[0-9][eE][+-]?[0-9]|true|false|null`
const METHOD_LETTERS = ['m', 'e', 't', 'h', 'o', 'd']

/** Any JSON string whose text is not `method` in capitals or small letters, as a pattern of RE2, which cannot look ahead. */
function otherString(): string {
  let tail = `${CHARACTER}+`
  for (const letter of METHOD_LETTERS.toReversed()) {
    const both = letter + letter.toUpperCase()
    tail = String.raw`(?:(?:[^${PLAIN}${both}]|${ESCAPE})${CHARACTER}*|[${both}]${tail})?`
  }
  return `"${tail}"`
}

/**
 * A pattern (RE2, and JavaScript's as well) that a body of JSON-RPC fits when it has a key `method`, and every such key in it, at whatever depth and in whichever capitals, names an
 * allowed method. Outside strings there is nothing but what JSON has there: what other programs take for keys as well, such as single quotes, none, or letters of two bytes, fits nowhere.
 * It begins as an object or a list does: before the body, the gate's program (Caddy 2.6) tries a pattern on a text of its own, `<nil>`, which must not fit.
 * Programs that read the same key twice, or without regard to capitals, cannot be led past it; `\u` escapes, with which the key could be hidden, fit nowhere.
 */
export function methodPattern(methods: readonly string[]): string {
  const names = methods.map((name) => name.replaceAll(/[^A-Za-z0-9_]/g, '')).join('|')
  const pair = String.raw`"[mM][eE][tT][hH][oO][dD]"${SPACE}*:${SPACE}*"(?:${names})"`
  const other = String.raw`${OUTSIDE}|${otherString()}`
  return String.raw`^${SPACE}*[{\[](?:${other})*${pair}(?:${other}|${pair})*$`
}
