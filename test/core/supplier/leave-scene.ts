import { HearthError } from '#shared/api/errors.ts'
import type { PendingClaim, SupplierRecord } from '#main/core/ports/chain.ts'
import { createSafeUnstake } from '#main/core/supplier/safe-unstake.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { codec, scene, signatureOf, signer } from './scene.ts'

export const owner = signer('owner', 'owner')
export const operator = signer('operator', 'operator')
export const record = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: owner.address,
  operatorAddress: operator.address,
  stakeUpokt: 60_000_000_000n,
  services: [{ serviceId: 'anvil', endpoints: [], revShare: [] }],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})
export const claim = (sessionEndHeight: number): PendingClaim => ({
  operatorAddress: operator.address,
  applicationAddress: 'app',
  serviceId: 'anvil',
  sessionId: 's',
  sessionEndHeight,
  computeUnits: 1n,
  relays: 1n,
  proofStatus: 'pending',
})
export const problem = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof HearthError) return [error.code, error.detail['problem'] ?? ''].join(' ').trim()
    throw error
  }
  throw new Error('was accepted')
}

export const BEGIN = { keyId: 'owner', operatorAddress: operator.address }

/** The door and the store outlive a run of the app, as containers and SQLite do. */
export function setup() {
  const at = scene([owner, operator])
  at.chain.suppliers.set(operator.address, record())
  const door = {
    wanted: 'open',
    closed: false as boolean | undefined,
    tries: 0,
    others: 0,
    one: false as boolean | undefined,
    canForOne: true as boolean | undefined,
    opening: (): void => undefined,
  }
  const life = () => {
    const run = at.life()
    const plan = createSafeUnstake({
      network: () => 'local',
      store: at.store,
      state: run.state,
      clock: at.clock,
      log: createTestLog(),
      params: () => PARAMS,
      record: (operatorAddress) => at.chain.suppliers.get(operatorAddress),
      others: () => door.others,
      transactions: run.transactions,
      doors: {
        of: () => ({ isClosed: () => Promise.resolve(door.one) }),
        canCloseForOne: () => Promise.resolve(door.canForOne),
        all: {
          close() {
            door.wanted = 'closed'
            door.tries += 1
            return Promise.resolve()
          },
          open() {
            door.opening()
            door.wanted = 'open'
            door.closed = false
            return Promise.resolve()
          },
          isClosed: () => Promise.resolve(door.closed),
        },
      },
    })
    const step = (): string => run.state.state.tasks['safe-unstake']?.facts['step'] ?? 'none'
    const follow = async (height: number): Promise<string> => {
      at.chain.heightNow = height
      await run.transactions.follow(at.chain, height)
      await plan.follow(at.chain, height)
      return step()
    }
    return { ...run, plan, follow, task: () => run.state.state.tasks['safe-unstake'] }
  }
  const sign = async (run: ReturnType<typeof life>): Promise<string> => {
    const { intentId } = await run.plan.sign()
    const doc = at.rows.get(intentId)?.signDocBytes ?? new Uint8Array()
    await run.transactions.signed(intentId, codec.assemble(doc, signatureOf(owner, doc)))
    return intentId
  }
  return { at, door, life, sign }
}
