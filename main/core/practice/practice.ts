import { HearthError } from '#shared/api/errors.ts'
import type { PracticeControl } from '#shared/practice/controls.ts'
import type { Clock } from '../ports/clock.ts'
import type { PracticeControls } from '../ports/practice.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** How Practice is steered, and what the page knows of its time. */
export interface PracticeRoom {
  /** Rejects `not-allowed` on any other network; for the rest see `PracticeControls.control`. */
  control(wish: PracticeControl): Promise<void>
  /** Publishes the time of Practice again; called when the chain moved on. */
  publish(): void
}

/**
 * @param controls undefined on every network but Practice
 * @param realClock of this machine: the page, which has the same, reckons the practised time on from it
 */
export function createPracticeRoom(deps: {
  controls: PracticeControls | undefined
  keys: () => Promise<PublicKeyInfo[]>
  /** Where relays are taken here, and which services have a backend. */
  served: () => { relayUrl: string; servedHere: readonly string[] }
  /** A scenario put another network in the place of the one that was known. */
  onReplaced: () => Promise<void>
  state: StatePublisher
  realClock: Clock
}): PracticeRoom {
  const { controls, state, realClock } = deps
  const publish = (): void => {
    if (!controls) {
      state.set('practice', null)
      return
    }
    const { next, ...view } = controls.view()
    state.set('practice', { ...view, atRealMs: realClock.now(), next: next ?? null })
  }
  controls?.onChange(publish)
  publish()
  return {
    publish,
    async control(wish) {
      if (!controls) throw new HearthError('not-allowed', { network: String(state.state.app.network) })
      const own = (await deps.keys()).filter((key) => key.network === 'practice')
      const latest = (role: PublicKeyInfo['role']): string | undefined => own.findLast((key) => key.role === role)?.address
      const { operatorAddress, ownerAddress } = state.state.supplier
      const isOwn = (address: string): boolean => own.some((key) => key.address === address)
      // What is done is done to the supplier that the page shows.
      const operator = isOwn(operatorAddress) ? operatorAddress : latest('operator')
      const owner = isOwn(operatorAddress) && isOwn(ownerAddress) ? ownerAddress : latest('owner')
      await controls.control(wish, { owner, operator, ...deps.served() })
      if (wish.kind === 'scenario' || wish.kind === 'scenario-file') await deps.onReplaced()
      publish()
    },
  }
}
