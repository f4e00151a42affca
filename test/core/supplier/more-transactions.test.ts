import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { TxWish } from '#shared/api/requests.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { codec, pubKeyOf, scene, signatureOf, signer, type Scene } from './scene.ts'

const owner = signer('owner', 'owner')
const operator = signer('operator', 'operator')
const outside = signer('outside', 'owner', 'watch')
const OTHER = 'pokt1sr6k0yjfj38wx2hanxgw7c3f4nam5s69sln9cg'
const send = (keyId: string, more: Partial<Extract<TxWish, { kind: 'send' }>> = {}): TxWish => ({
  kind: 'send',
  keyId,
  toAddress: OTHER,
  amountPokt: '5',
  ...more,
})
const record = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: owner.address,
  operatorAddress: operator.address,
  stakeUpokt: 60_000_000_000n,
  services: [],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})
const services: TxWish = {
  kind: 'stake-services',
  operatorKeyId: 'operator',
  ownerAddress: owner.address,
  services: [
    { serviceId: 'anvil', url: 'https://relay.example.org', rpcType: 'JSON_RPC', revShare: [{ address: owner.address, percent: 100 }] },
  ],
}
const offered = {
  serviceId: 'anvil',
  endpoints: [{ url: 'https://relay.example.org', rpcType: 'JSON_RPC' }],
  revShare: [{ address: owner.address, percent: 100 }],
}
const docOf = (at: Scene, id: string): Uint8Array => at.rows.get(id)?.signDocBytes ?? new Uint8Array()
const problem = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof HearthError) return [error.code, error.detail['problem'] ?? ''].join(' ').trim()
    throw error
  }
  throw new Error('was accepted')
}

describe('outside the row of sequences', () => {
  it('a transaction has a time instead of a number, and does not wait for the one before', async () => {
    const at = scene([owner])
    const { transactions, state } = at.life()
    state.patch('chain', { blockTimeMs: at.clock.now() - 40_000 })
    const first = await transactions.prepare(send('owner'))
    await transactions.signed(first.intentId, codec.assemble(docOf(at, first.intentId), signatureOf(owner, docOf(at, first.intentId))))
    // In the row it would have to wait.
    expect(await problem(transactions.prepare({ kind: 'unstake-gateway', keyId: 'owner' }))).toBe('tx-pending')
    const beside = await transactions.prepare({ kind: 'unstake-gateway', keyId: 'owner', order: 'unordered' })
    const draft = codec.decodeSignDoc(docOf(at, beside.intentId))
    expect(draft).toMatchObject({ unordered: true, sequence: 0n, timeoutAtMs: at.clock.now() - 40_000 + 9 * 60_000 })
    // Still never two of one kind: that is how people pay twice.
    expect(await problem(transactions.prepare(send('owner', { order: 'unordered' })))).toBe('tx-pending')
  })
  it('two of one moment get two times', async () => {
    const at = scene([owner])
    const { transactions } = at.life()
    const one = await transactions.prepare({ kind: 'unstake-gateway', keyId: 'owner', order: 'unordered' })
    const two = await transactions.prepare(send('owner', { order: 'unordered' }))
    const times = [one, two].map(({ intentId }) => codec.decodeSignDoc(docOf(at, intentId)).timeoutAtMs)
    expect(new Set(times).size).toBe(2)
  })
})

describe('a wallet outside', () => {
  const life = async () => {
    const at = scene([outside])
    const run = at.life()
    const asked = await run.transactions.prepare(send('outside', { pubKey: pubKeyOf(outside) }))
    return { at, ...run, ...asked }
  }
  it('gets what it signs, and its signature takes the same way as any other', async () => {
    const { at, transactions, asked, intentId, surfaceUrl, state } = await life()
    expect(surfaceUrl).toBe('')
    expect(asked).toHaveLength(0)
    const given = await transactions.export(intentId)
    expect(given).toMatchObject({ chainId: 'hearth-local-1', accountNumber: '4', sequence: '2', signerAddress: outside.address })
    expect(given.directBase64).toBe(Buffer.from(docOf(at, intentId)).toString('base64'))
    const signature = signatureOf(outside, new TextEncoder().encode(given.aminoJson))
    await transactions.import(intentId, Buffer.from(signature).toString('base64'))
    expect(at.chain.broadcasts).toHaveLength(1)
    expect(at.rows.get(intentId)).toMatchObject({ status: 'broadcast', txHash: codec.hash(at.chain.broadcasts[0] ?? new Uint8Array()) })
    at.chain.makeBlock()
    await transactions.follow(at.chain, at.chain.heightNow)
    expect(state.state.intents[intentId]?.status).toBe('included')
    expect(await problem(transactions.import(intentId, Buffer.from(signature).toString('base64')))).toBe('tx-expired')
  })
  it('is told when it signed something else, and nothing is sent', async () => {
    const { at, transactions, intentId } = await life()
    const signature = Buffer.from(signatureOf(owner, docOf(at, intentId))).toString('base64')
    expect(await problem(transactions.import(intentId, signature))).toBe('signature-invalid changed')
    expect(await problem(transactions.import(intentId, 'what is this'))).toBe('signature-invalid unreadable')
    expect(at.chain.broadcasts).toHaveLength(0)
    expect(at.rows.get(intentId)?.status).toBe('prepared')
  })
  it('has its time: the transaction outlives a restart, and is put away when no block can take it any more', async () => {
    const { at, intentId } = await life()
    const next = at.life()
    await next.transactions.resume()
    expect(next.state.state.intents[intentId]?.status).toBe('prepared')
    expect(await problem(next.transactions.reopen(intentId))).toBe('tx-expired')
    const { timeoutHeight } = at.rows.get(intentId) ?? { timeoutHeight: 0 }
    expect(timeoutHeight).toBeGreaterThan(at.chain.heightNow + 100)
    await next.transactions.follow(at.chain, timeoutHeight + 1)
    expect(next.state.state.intents[intentId]?.status).toBe('discarded')
  })
  it('needs its public key, once, and the right one', async () => {
    const at = scene([outside])
    const { transactions } = at.life()
    expect(await problem(transactions.prepare(send('outside')))).toBe('public-key-needed')
    expect(await problem(transactions.prepare(send('outside', { pubKey: 'x' })))).toBe('public-key-needed unreadable')
    expect(await problem(transactions.prepare(send('outside', { pubKey: pubKeyOf(owner) })))).toBe('public-key-needed other-address')
    const base64 = Buffer.from(pubKeyOf(outside), 'hex').toString('base64')
    const typed = `{"@type":"/cosmos.crypto.secp256k1.PubKey","key":"${base64}"}`
    expect((await transactions.prepare(send('outside', { pubKey: typed }))).intentId).not.toBe('')
    at.chain.account = () => Promise.resolve({ accountNumber: 4n, sequence: 2n, pubKeyHex: pubKeyOf(outside) })
    expect((await transactions.prepare(send('outside'))).intentId).not.toBe('')
  })
})

describe('what is said before and after', () => {
  it('the dangers stand on the sheet and on the page, and are gone when it is signed', async () => {
    const at = scene([owner, operator])
    at.chain.suppliers.set(operator.address, record({ services: [offered] }))
    at.pending.push({
      operatorAddress: operator.address,
      applicationAddress: 'app',
      serviceId: 'anvil',
      sessionId: 's',
      sessionEndHeight: 10,
      computeUnits: 5n,
      relays: 5n,
      proofStatus: 'pending',
    })
    at.claims.push({
      operatorAddress: operator.address,
      applicationAddress: 'app',
      serviceId: 'anvil',
      sessionEndHeight: 10,
      stage: 'claimed',
      claimedUpokt: 7_000n,
    } as never)
    const { transactions, asked, state } = at.life()
    const { intentId } = await transactions.prepare({ kind: 'unstake', keyId: 'owner', operatorAddress: operator.address })
    const lost = { key: 'open-claims-discarded', level: 'bad', facts: { claims: '1', upokt: '7000', settleHeight: '20' } }
    expect(asked[0]?.context.dangers).toContainEqual(lost)
    expect(state.state.intents[intentId]?.dangers).toContainEqual(lost)
    expect(state.state.intents[intentId]?.facts).not.toHaveProperty('dangers')
    await transactions.signed(intentId, codec.assemble(docOf(at, intentId), signatureOf(owner, docOf(at, intentId))))
    expect(state.state.intents[intentId]?.dangers).toBeUndefined()
  })
  it('a refusal comes with the sentence that fits, from the trial run and from a block', async () => {
    const at = scene([owner])
    const { transactions, state } = at.life()
    const log = 'failed to execute message; message index: 0: rpc error: code = NotFound desc = gateway with address x: gateway not found'
    at.chain.simulate = () => Promise.reject(new HearthError('tx-refused', { log }))
    await expect(transactions.prepare({ kind: 'unstake-gateway', keyId: 'owner' })).rejects.toMatchObject({
      code: 'tx-refused',
      detail: { reason: 'gateway-unknown', log: 'gateway with address x: gateway not found' },
    })
    at.chain.simulate = () => Promise.resolve(100_000n)
    const { intentId } = await transactions.prepare({ kind: 'unstake-gateway', keyId: 'owner' })
    at.chain.refuseWith = { code: 32, log: 'account sequence mismatch, expected 3, got 2: incorrect account sequence' }
    await transactions.signed(intentId, codec.assemble(docOf(at, intentId), signatureOf(owner, docOf(at, intentId))))
    expect(state.state.intents[intentId]?.error).toMatchObject({ code: 'tx-refused', detail: { reason: 'sequence', code: '32' } })
  })
})

describe('read back', () => {
  const run = async (record1: SupplierRecord | undefined) => {
    const at = scene([owner, operator])
    at.chain.suppliers.set(operator.address, record())
    const { transactions, state } = at.life()
    const { intentId } = await transactions.prepare(services)
    await transactions.signed(intentId, codec.assemble(docOf(at, intentId), signatureOf(operator, docOf(at, intentId))))
    at.chain.makeBlock()
    await transactions.follow(at.chain, at.chain.heightNow)
    // In block 6 of a session that ends at 10: asked after 11, when the services should be on.
    expect(state.state.intents[intentId]?.facts['readBack']).toBe('due:12')
    await transactions.follow(at.chain, 11)
    expect(state.state.intents[intentId]?.facts['readBack']).toBe('due:12')
    if (record1) at.chain.suppliers.set(operator.address, record1)
    else at.chain.suppliers.delete(operator.address)
    // In another life, as after a restart.
    const next = at.life()
    await next.transactions.resume()
    await next.transactions.follow(at.chain, 12)
    return next.state.state.intents[intentId]?.facts['readBack']
  }
  it.each([
    ['as-signed', record({ services: [offered] })],
    ['as-signed', record({ pending: [{ service: offered, activationHeight: 21 }] })],
    ['no-services', record()],
    ['differs', record({ services: [{ ...offered, revShare: [{ address: OTHER, percent: 100 }] }] })],
    ['differs', record({ services: [offered], ownerAddress: OTHER })],
    ['absent', undefined],
  ])('the record says: %s', async (said, now) => {
    expect(await run(now)).toBe(said)
  })
  it('leaves alone what a later transaction has changed', async () => {
    const at = scene([owner, operator])
    at.chain.suppliers.set(operator.address, record())
    const { transactions, state } = at.life()
    const take = async (wish: TxWish, by: typeof owner): Promise<string> => {
      const { intentId } = await transactions.prepare(wish)
      await transactions.signed(intentId, codec.assemble(docOf(at, intentId), signatureOf(by, docOf(at, intentId))))
      at.chain.makeBlock()
      await transactions.follow(at.chain, at.chain.heightNow)
      return intentId
    }
    const first = await take(services, operator)
    await take({ kind: 'unstake', keyId: 'owner', operatorAddress: operator.address }, owner)
    await transactions.follow(at.chain, 12)
    expect(state.state.intents[first]?.facts['readBack']).toBe('superseded')
  })
})

it('a rescue without an amount goes to the minimum and the usual margin', async () => {
  const at = scene([owner, operator])
  at.chain.suppliers.set(operator.address, record({ stakeUpokt: PARAMS.supplierMinStakeUpokt - 2n }))
  const { transactions } = at.life()
  const { intentId } = await transactions.prepare({ kind: 'rescue', keyId: 'owner', operatorAddress: operator.address })
  expect(codec.decodeSignDoc(docOf(at, intentId)).messages[0]).toMatchObject({ stakeUpokt: PARAMS.supplierMinStakeUpokt + 5_000_000n })
})
