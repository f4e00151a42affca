import { HearthError } from '#shared/api/errors.ts'
import type { Handlers } from '../dispatch.ts'
import type { SupplierRecord } from '../ports/chain.ts'
import type { Store } from '../ports/store.ts'
import type { createRelaySender } from './send-relays.ts'

/** Requests about test relays. @param record what the chain lists of our supplier in view, to which they go; without it there is nobody to send to: `supplier-absent` */
export function relayHandlers(deps: {
  relays: ReturnType<typeof createRelaySender>
  store: Pick<Store, 'relayResults'>
  record: () => SupplierRecord | undefined
}): Pick<Handlers, 'relays.sendTest' | 'relays.results'> {
  return {
    'relays.sendTest': ({ serviceId, count }) => {
      const operatorAddress = deps.record()?.operatorAddress
      if (operatorAddress === undefined) throw new HearthError('supplier-absent')
      return Promise.resolve({ taskId: deps.relays.sendTest({ serviceId, count, operatorAddress }) })
    },
    'relays.results': async ({ beforeId, limit }) => ({
      rows: (await deps.store.relayResults({ ...(beforeId === undefined ? {} : { beforeId }), limit })).map((row) => ({
        ...row,
        error: row.error ?? null,
      })),
    }),
  }
}
