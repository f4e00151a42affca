import { ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** Read back from the chain and not what was signed; the worst first. */
const NOT_AS_SIGNED = ['absent', 'no-services', 'differs'] as const

/**
 * Something happened to an own address that Hearth did not send, or the chain did not do what was signed. Both may mean that somebody else has a key, or that a supplier
 * earns nothing without anybody noticing.
 */
export const ownAddressAlarm: Check = {
  id: 'own-address-alarm',
  look(state): Finding | undefined {
    const [newest, ...others] = state.health.ownChanges
    if (newest) {
      return {
        level: 'bad',
        key: `own-${newest.kind}`,
        facts: {
          ...newest.facts,
          hash: newest.hash ?? '',
          height: String(newest.height),
          others: String(others.length),
          ...whichSupplier(state, newest.facts['operatorAddress']),
        },
        fix: 'supplier',
      }
    }
    const own = ownSuppliers(state)
    const included = Object.values(state.intents).filter((intent) => intent.status === 'included')
    for (const said of NOT_AS_SIGNED) {
      for (const intent of included.filter((each) => each.facts['readBack'] === said)) {
        const operatorAddress = intent.facts['operatorAddress'] ?? intent.signerAddress
        const about = own.find((each) => each.operatorAddress === operatorAddress)
        // Over as soon as a later transaction has put it right.
        if (about?.status === 'unstaked' || (said === 'no-services' && (about?.services.length ?? 0) > 0)) continue
        return {
          level: 'bad',
          key: `read-back-${said}`,
          facts: {
            height: String(intent.includedHeight ?? 0),
            services: intent.facts['services'] ?? '',
            ...whichSupplier(state, operatorAddress),
          },
          fix: 'supplier',
        }
      }
    }
    return undefined
  },
}
