import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTransport } from '#main/adapters/cosmos/transport.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import { z } from 'zod'
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

describe('an endpoint that lies, hides or breaks', () => {
  it("takes no proxy's 404 for an absent supplier", async () => {
    node.on(`${POCKET}/supplier/`, { status: 404, body: '<html>not found</html>' })
    expect(await failure(chain.supplier(OP1))).toMatchObject({ code: 'chain-unreachable', detail: { reason: 'HTTP 404' } })
    node.on(`${POCKET}/supplier/`, refused(13, 'store is closed'))
    expect(await failure(chain.supplier(OP1))).toMatchObject({ code: 'chain-unreachable', detail: { reason: 'store is closed' } })
    node.on(`${POCKET}/supplier/`, { status: 404, body: { error: 'no such route' } })
    expect((await failure(chain.supplier(OP1))).code).toBe('chain-unreachable')
  })

  it('names the field that is not understood', async () => {
    node.on('GET /cosmos/bank/v1beta1/balances/', { body: { balance: { denom: 'mact', amount: '5' } } })
    expect(await failure(chain.balance(OP1))).toMatchObject({
      code: 'chain-unreachable',
      detail: { endpoint: node.url, reason: 'answer not understood', path: 'balance.denom' },
    })
    node.on('GET /cosmos/bank/v1beta1/balances/', { body: { balance: { denom: 'upokt', amount: '-5' } } })
    expect((await failure(chain.balance(OP1))).detail['path']).toBe('balance.amount')
    node.on('GET /cosmos/bank/v1beta1/balances/', { body: 'welcome' })
    expect((await failure(chain.balance(OP1))).detail['reason']).toBe('answer not understood')
    recorded(`${POCKET}/shared/params`, 'params-proof')
    expect((await failure(chain.params())).detail['path']).toBe('params.num_blocks_per_session')
  })

  it('takes no answer about somebody else', async () => {
    recorded('GET /cosmos/auth/v1beta1/accounts/', 'account-with-pubkey')
    expect((await failure(chain.account(NOBODY))).detail['path']).toBe('account.address')
    recorded(`${POCKET}/supplier/supplier/`, 'supplier-op1-at-100', 100)
    expect((await failure(chain.supplier(NOBODY))).detail['path']).toBe('supplier.operator_address')
    recorded(`${POCKET}/session/get_session`, 'session-at-285')
    expect((await failure(chain.session(APPLICATION, 'eth'))).detail['path']).toBe('session.header.service_id')
    recorded(`${POCKET}/proof/claim?`, 'claims-pending-at-294')
    expect((await failure(chain.pendingClaims(NOBODY))).detail['path']).toBe('claims.supplier_operator_address')
  })

  it('keeps amounts beyond 2^53 exact', async () => {
    node.on('GET /cosmos/bank/v1beta1/balances/', { body: { balance: { denom: 'upokt', amount: '9'.repeat(64) } } })
    expect(await chain.balance(OP1)).toBe(10n ** 64n - 1n)
  })

  it('stops a list without end', async () => {
    node.on(`${POCKET}/service/service?`, { body: { service: [], pagination: { next_key: 'again', total: '0' } } })
    expect((await failure(chain.services())).detail['reason']).toBe('a list without end')
  })

  it('does not wait for ever, follow a redirect, or repeat a password', async () => {
    node.on('GET /silent', { silent: true, body: '' })
    const quick = createTransport({ rpcUrl: node.url, restUrl: node.url }, { readMs: 100, writeMs: 100 })
    expect((await failure(quick.rest('/silent', z.unknown()))).detail).toEqual({ endpoint: node.url, reason: 'no answer in time' })
    node.on('GET /moved', { status: 302, headers: { location: '/elsewhere' }, body: '' })
    expect((await failure(quick.rest('/moved', z.unknown()))).code).toBe('chain-unreachable')
    expect(node.asked.some((each) => each.path === '/elsewhere')).toBe(false)
    const secret = connectChain({ rpcUrl: node.url.replace('//', '//me:hunter2@'), restUrl: 'no url' })
    const error = await failure(secret.head())
    expect(error).toMatchObject({ code: 'chain-unreachable', detail: { endpoint: node.url } })
    expect(JSON.stringify(error) + (error instanceof Error ? error.message : '')).not.toContain('hunter2')
    expect((await failure(secret.account(OP1))).detail['reason']).toBe('not a URL')
  })
})
