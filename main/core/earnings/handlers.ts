import type { Handlers } from '../dispatch.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import type { Earnings } from './earnings.ts'

/** Requests about earnings. */
export const earningsHandlers = (earnings: Earnings): Pick<Handlers, 'earnings.claims' | 'earnings.days' | 'earnings.check'> => ({
  'earnings.claims': (input) => earnings.claims(input),
  'earnings.days': ({ days }) => earnings.days(days),
  'earnings.check': async (_input, signal) => {
    await unlessCancelled(signal, () => earnings.check())
    return {}
  },
})
