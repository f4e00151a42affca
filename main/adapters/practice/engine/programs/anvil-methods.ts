import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { hashOf } from '../noise.ts'

/** A refusal as JSON-RPC has it. */
export class RpcError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** What the practised Ethereum is at the moment of a question. */
export interface AnvilView {
  height: number
  /** UTC seconds of a block. */
  secondsOf(height: number): number
}

export const CHAIN_ID = 31_337
const VERSION = 'anvil/v1.7.1'
/** The accounts that every anvil has, with 10,000 play ether each. */
export const ACCOUNTS = [
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
  '0x90f79bf6eb2c4f870365e785982e1f101e93b906',
  '0x15d34aaf54267db7d7c367839aaf71a00a2c6a65',
  '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc',
  '0x976ea74026e726554db657fa54763abd0c3a0aa9',
  '0x14dc79964da2c08b23698b3d3cc7ca32193d9955',
  '0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f',
  '0xa0ee7a142d267c1f36714e4a8f75612f20a79720',
]
const RICH = '0x21e19e0c9bab2400000'
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
const NO_UNCLES = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
const ZERO_HASH = `0x${'0'.repeat(64)}`

type Method = (params: unknown[], view: AnvilView) => unknown

const hex = (value: number): string => `0x${value.toString(16)}`
const hashAt = (height: number): string => (height < 0 ? ZERO_HASH : `0x${hashOf('anvil', height)}`)

function needs(params: unknown[], count: number, variant: string): void {
  if (params.length !== count)
    throw new RpcError(-32_602, `invalid length ${params.length}, expected tuple variant EthRequest::${variant} with ${count} elements`)
}

function addressIn(value: unknown): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value)) throw new RpcError(-32_602, 'invalid string length')
  return value.toLowerCase()
}

function heightIn(value: unknown, view: AnvilView): number {
  if (value === undefined || value === 'latest' || value === 'safe' || value === 'finalized' || value === 'pending') return view.height
  if (value === 'earliest') return 0
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,12}$/.test(value))
    throw new RpcError(-32_602, 'data did not match any variant of untagged enum BlockId')
  return Number.parseInt(value, 16)
}

function known(value: unknown, view: AnvilView): void {
  const height = heightIn(value, view)
  if (height > view.height) throw new RpcError(-32_001, `BlockOutOfRangeError: block height is ${view.height} but requested was ${height}`)
}

function block(height: number, view: AnvilView): object | null {
  if (height > view.height) return null
  return {
    hash: hashAt(height),
    parentHash: hashAt(height - 1),
    sha3Uncles: NO_UNCLES,
    miner: `0x${'0'.repeat(40)}`,
    stateRoot: `0x${hashOf('anvil state', 0)}`,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: `0x${'0'.repeat(512)}`,
    difficulty: '0x0',
    number: hex(height),
    gasLimit: '0x1c9c380',
    gasUsed: '0x0',
    timestamp: hex(view.secondsOf(height)),
    extraData: '0x',
    mixHash: `0x${hashOf('anvil mix', height)}`,
    nonce: '0x0000000000000000',
    baseFeePerGas: '0x3b9aca00',
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: '0x0',
    excessBlobGas: '0x0',
    parentBeaconBlockRoot: ZERO_HASH,
    totalDifficulty: '0x0',
    size: '0x267',
    uncles: [],
    transactions: [],
    withdrawals: [],
  }
}

/** What anvil answers, as far as gateways, checks and users ask. Anything else is an unknown method. */
export const METHODS: Record<string, Method> = {
  eth_blockNumber: (_, view) => hex(view.height),
  eth_chainId: () => hex(CHAIN_ID),
  net_version: () => String(CHAIN_ID),
  net_listening: () => true,
  web3_clientVersion: () => VERSION,
  eth_protocolVersion: () => 1,
  eth_syncing: () => false,
  eth_accounts: () => ACCOUNTS,
  eth_gasPrice: () => '0x77359400',
  eth_maxPriorityFeePerGas: () => '0x3b9aca00',
  web3_sha3([data, ...more]) {
    if (data === undefined || more.length > 0)
      throw new RpcError(-32_602, `expected params sequence with length 1 but got ${data === undefined ? 0 : 1 + more.length}`)
    if (typeof data !== 'string' || !/^0x([0-9a-fA-F]{2})*$/.test(data)) throw new RpcError(-32_602, 'invalid hex string')
    return `0x${bytesToHex(keccak_256(hexToBytes(data.slice(2))))}`
  },
  eth_getBalance(params, view) {
    needs(params, 2, 'EthGetBalance')
    const address = addressIn(params[0])
    known(params[1], view)
    return ACCOUNTS.includes(address) ? RICH : '0x0'
  },
  eth_getTransactionCount(params, view) {
    needs(params, 2, 'EthGetTransactionCount')
    addressIn(params[0])
    known(params[1], view)
    return '0x0'
  },
  eth_getCode(params, view) {
    needs(params, 2, 'EthGetCodeAt')
    addressIn(params[0])
    known(params[1], view)
    return '0x'
  },
  eth_call(params, view) {
    if (params.length === 0) throw new RpcError(-32_602, 'invalid length 0, expected tuple variant EthRequest::EthCall with 4 elements')
    known(params[1], view)
    return '0x'
  },
  eth_getBlockByNumber(params, view) {
    needs(params, 2, 'EthGetBlockByNumber')
    return block(heightIn(params[0], view), view)
  },
  eth_getBlockTransactionCountByNumber(params, view) {
    needs(params, 1, 'EthGetTransactionCountByNumber')
    return heightIn(params[0], view) > view.height ? null : '0x0'
  },
  eth_getTransactionByHash(params) {
    needs(params, 1, 'EthGetTransactionByHash')
    return null
  },
  eth_getTransactionReceipt(params) {
    needs(params, 1, 'EthGetTransactionReceipt')
    return null
  },
  eth_getLogs: () => [],
}
