import type { ServerResponse } from 'node:http'
import { HearthError } from '#shared/api/errors.ts'
import type { Chain, TrustRoot } from '#main/core/ports/chain.ts'
import { ByHand, type Lie, type Question } from './liar.ts'

/** What an endpoint may lie about, and what is asked of it meanwhile. */

/** The chain that is lied about. */
export interface LieWorld {
  rpcUrl: string
  /** Of another chain with the same id. */
  otherRpcUrl: string
  root: TrustRoot
  faucetAddress: string
  /** Operator of a supplier and address of an application. */
  validatorAddress: string
  /** Got 1,234,567 upokt in transaction `hash` at `height`. */
  address: string
  hash: string
  height: number
  sessionHeight: number
}

export interface LieCase {
  name: string
  when(question: Question): Lie | undefined
  ask(chain: Chain): Promise<unknown>
  /** Where the truth moves on by itself: whether what was said can be true. */
  judge?: (said: unknown, truth: unknown) => boolean
  /** The pool knows nothing when the lie begins; otherwise it was asked for its head before. */
  cold?: boolean
}

type Tree = Record<string, unknown>

/** Sets a field, by its path. */
const put =
  (path: string, value: unknown): Lie =>
  (answer) => {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let at: Tree = answer as Tree
    for (const name of names) at = (at[name] ?? {}) as Tree
    at[last] = value
    return answer
  }
/** Changes the text of an answer. */
const rewrite =
  (change: (text: string) => string): Lie =>
  (answer) =>
    change(JSON.stringify(answer))
const byHand =
  (write: (response: ServerResponse) => void): Lie =>
  () =>
    new ByHand(write)
const plain = (status: number, type: string, text: string, headers: Record<string, string> = {}): Lie =>
  byHand((response) => {
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(text)
  })

/** `rpc:method` or a part of a REST path; "" is every question. */
const on =
  (key: string, lie: Lie): LieCase['when'] =>
  (question) => {
    const isIt =
      key === '' || (question.side === 'rpc' ? key === `rpc:${question.method}` : !key.startsWith('rpc:') && question.path.includes(key))
    return isIt ? lie : undefined
  }

const HTML = '<!doctype html><html><body><h1>Just a moment...</h1></body></html>'
const NOT_FOUND = plain(404, 'application/json', '{"code":5,"message":"not found","details":[]}')
const STRANGER = 'pokt1dr5jtqaaz4wk8wevl33e7vkxsjlphljnjhyq2l'
const OTHER_HASH = 'AB'.repeat(32)

/** As much as the line takes, and never more than a little in memory. */
async function pour(response: ServerResponse, megabytes: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"jsonrpc":"2.0","id":1,"result":{"height":"1","txs_results":[')
  const part = `{"code":0,"log":"${'x'.repeat(1024 * 1024 - 24)}"},`
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  for (let written = 0; written < megabytes && !response.destroyed; written += 1) {
    if (!response.write(part)) await Promise.race([new Promise<void>((resolve) => response.once('drain', resolve)), closed])
  }
  response.end()
}

async function askElsewhere(url: string, body: string): Promise<unknown> {
  return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json()
}

/** Heights move on between two questions. */
const isNear = (said: unknown, truth: unknown): boolean =>
  Math.abs((said as { height: number }).height - (truth as { height: number }).height) <= 8
const isHonestHead = (said: unknown, truth: unknown): boolean => isNear(said, truth) && (said as { hash: string }).hash !== OTHER_HASH

/** @returns all of them, for one chain */
export function lieCases(world: LieWorld): LieCase[] {
  const { address, height, hash, validatorAddress } = world
  const atHeight = (question: Question): boolean => question.params['height'] === String(height)
  const before: Lie = (_answer, question) => askElsewhere(world.rpcUrl, question.body.replace(`"${height}"`, `"${height - 1}"`))
  const older: Lie = (_answer, question) => askElsewhere(world.rpcUrl, question.body.replace(/"height":"\d+"/, `"height":"${height - 1}"`))
  const flip =
    (path: string, index: number): Lie =>
    (answer, question) => {
      const names = path.split('.')
      let at: unknown = answer
      for (const name of names) at = (at as Tree)[name]
      const bytes = Buffer.from(String(at), 'base64')
      bytes[index] = (bytes[index] ?? 0) ^ 1
      return put(path, bytes.toString('base64'))(answer, question)
    }

  const ask = {
    head: (chain: Chain) => chain.head(),
    fingerprint: (chain: Chain) => chain.fingerprint(),
    balance: (chain: Chain) => chain.balance(address),
    account: (chain: Chain) => chain.account(world.faucetAddress),
    supplier: (chain: Chain) => chain.supplier(validatorAddress),
    params: async (chain: Chain) => ({ ...(await chain.params()), height: 0 }),
    services: (chain: Chain) => chain.services(),
    price: (chain: Chain) => chain.minimumGasPrice(),
    applied: (chain: Chain) => chain.appliedUpgrade?.('v9') ?? Promise.resolve(undefined),
    plan: (chain: Chain) => chain.upgradePlan?.() ?? Promise.resolve(undefined),
    application: (chain: Chain) => chain.application(validatorAddress),
    session: (chain: Chain) => chain.session(validatorAddress, 'anvil', world.sessionHeight),
    claims: (chain: Chain) => chain.pendingClaims(validatorAddress),
    tx: (chain: Chain) => chain.tx(hash),
    block: (chain: Chain) => chain.block(height, new Set([address])),
    proven: async (chain: Chain) => {
      const reads = chain.proven?.(world.root)
      if (reads === undefined) throw new HearthError('chain-unreachable', { reason: 'no proofs' })
      return (await reads.balance(address)).value
    },
  }
  const one = (name: string, key: string, lie: Lie, asked: keyof typeof ask, more: Partial<LieCase> = {}): LieCase => ({
    name,
    when: on(key, lie),
    ask: ask[asked],
    ...more,
  })
  const status = (name: string, field: string, value: unknown, more: Partial<LieCase> = {}): LieCase =>
    one(name, 'rpc:status', put(`result.sync_info.${field}`, value), 'head', { judge: isHonestHead, ...more })
  const commit = 'result.signed_header'

  return [
    status('an older height than before', 'latest_block_height', '2'),
    status('a height far ahead', 'latest_block_height', '900000', { cold: true }),
    status('another hash of the newest block', 'latest_block_hash', OTHER_HASH, { cold: true }),
    status('a block from the future', 'latest_block_time', '2100-01-01T00:00:00Z', { cold: true }),
    status('that it still syncs', 'catching_up', true, { cold: true }),
    {
      name: 'another chain with the same id',
      when: (question) => (question.side === 'rpc' ? (_answer, asked) => askElsewhere(world.otherRpcUrl, asked.body) : undefined),
      ask: ask.fingerprint,
      cold: true,
    },
    one('another block 1', 'rpc:block', put('result.block_id.hash', OTHER_HASH), 'fingerprint', { cold: true }),
    one('a higher balance', '/balances/', put('balance.amount', '999999999999'), 'balance'),
    one('no balance', '/balances/', put('balance.amount', '0'), 'balance'),
    one('another sequence', '/auth/v1beta1/accounts/', put('account.sequence', '12345'), 'account'),
    one('that there is no account', '/auth/v1beta1/accounts/', NOT_FOUND, 'account'),
    one('that there is no supplier', '/supplier/supplier/', NOT_FOUND, 'supplier'),
    one('another owner of a supplier', '/supplier/supplier/', put('supplier.owner_address', STRANGER), 'supplier'),
    one('another stake', '/supplier/supplier/', put('supplier.stake.amount', '1'), 'supplier'),
    one('a lower minimum stake', '/supplier/params', put('params.min_stake.amount', '1'), 'params'),
    one('other session timing', '/shared/params', put('params.num_blocks_per_session', '400'), 'params'),
    one('another price of a service', '/service/service', put('service.0.compute_units_per_relay', '1'), 'services'),
    one('another minimum gas price', '/node/v1beta1/config', put('minimum_gas_price', '5000.000000000000000000upokt'), 'price'),
    one('an upgrade that nobody planned', '/current_plan', put('plan', { name: 'v9', height: '99' }), 'plan'),
    one('an upgrade that was never done', '/applied_plan/v9', put('height', '99'), 'applied'),
    one('an application with another stake', '/application/application/', put('application.stake.amount', '7'), 'application'),
    one('other suppliers in a session', '/session/get_session', put('session.suppliers', [{ operator_address: STRANGER }]), 'session'),
    one(
      'claims that are not there',
      '/proof/claim',
      put('claims', [
        {
          supplier_operator_address: validatorAddress,
          session_header: {
            application_address: STRANGER,
            service_id: 'anvil',
            session_id: 'ff',
            session_start_block_height: '1',
            session_end_block_height: '4',
          },
          root_hash: Buffer.alloc(48, 1).toString('base64'),
          proof_validation_status: 'VALIDATED',
        },
      ]),
      'claims',
    ),
    one('that a transfer failed', '/tx/v1beta1/txs/', put('tx_response.code', 5), 'tx'),
    one('that a transfer is not there', '/tx/v1beta1/txs/', NOT_FOUND, 'tx'),
    {
      name: 'a swapped block',
      when: (question) => (question.method === 'block' && atHeight(question) ? before : undefined),
      ask: ask.block,
    },
    {
      name: 'a swapped block with its results',
      when: (question) => (question.method.startsWith('block') && atHeight(question) ? before : undefined),
      ask: ask.block,
    },
    {
      name: 'other transactions in a block',
      when: (question) =>
        question.method === 'block' && atHeight(question)
          ? put('result.block.data.txs', [Buffer.from('nothing').toString('base64')])
          : undefined,
      ask: ask.block,
    },
    one('a wrong result of a transaction', 'rpc:block_results', put('result.txs_results.0.code', 11), 'block'),
    one('a block without its transactions', 'rpc:block_results', put('result.txs_results', null), 'block'),
    one(
      'a changed amount in an event',
      'rpc:block_results',
      rewrite((text) => text.replaceAll('1234567upokt', '7234567upokt')),
      'block',
    ),
    one('events left out', 'rpc:block_results', put('result.txs_results.0.events', []), 'block'),
    one(
      'events made up',
      'rpc:block_results',
      put('result.finalize_block_events', [
        {
          type: 'coin_received',
          attributes: [
            { key: 'receiver', value: address },
            { key: 'amount', value: '5upokt' },
          ],
        },
      ]),
      'block',
    ),
    one('results of another height', 'rpc:block_results', put('result.height', '3'), 'block'),
    one('a forged proof', 'rpc:abci_query', flip('result.response.proofOps.ops.0.data', 60), 'proven'),
    one('a proof of an older state', 'rpc:abci_query', older, 'proven'),
    one('a header with another state', 'rpc:commit', put(`${commit}.header.app_hash`, '00'.repeat(32)), 'proven', { cold: true }),
    one('a wrong signature of a validator', 'rpc:commit', flip(`${commit}.commit.signatures.0.signature`, 7), 'proven', { cold: true }),
    one('other validators', 'rpc:validators', put('result.validators.0.voting_power', '77'), 'proven', { cold: true }),
    one(
      'cut JSON',
      '/balances/',
      rewrite((text) => text.slice(0, -9)),
      'balance',
    ),
    one(
      'cut results of a block',
      'rpc:block_results',
      rewrite((text) => text.slice(0, -40)),
      'block',
    ),
    one('an HTML page instead of JSON', '/balances/', plain(200, 'text/html', HTML), 'balance'),
    one('an HTML error', '', plain(502, 'text/html', HTML), 'balance'),
    one('a redirect to elsewhere', '', plain(302, 'text/plain', '', { location: 'http://127.0.0.1:9/' }), 'balance'),
    one('that too many ask', '', plain(429, 'text/plain', 'slow down'), 'balance'),
    one('wrong types', '/balances/', put('balance', { denom: 7, amount: { of: 'money' } }), 'balance'),
    one('a list without end', '/proof/claim', put('pagination', { next_key: 'AAAA' }), 'claims'),
    one(
      'a body of 200 MB',
      'rpc:block_results',
      byHand((response) => void pour(response, 200)),
      'block',
    ),
    one(
      'nothing, and hangs up',
      '',
      byHand((response) => void response.destroy()),
      'balance',
    ),
    one(
      'half an answer and stalls',
      'rpc:block_results',
      byHand((response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"jsonrpc":"2.0","id":1,"result":{"height":"')
      }),
      'block',
    ),
    one(
      'nothing at all',
      '/balances/',
      byHand(() => undefined),
      'balance',
    ),
  ]
}
