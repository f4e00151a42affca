import { HearthError } from '#shared/api/errors.ts'
import type { NetworkId } from '#shared/api/state.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { TxCodec } from '../ports/tx.ts'
import type { Settings } from '../settings/settings.ts'
import { supplierOptions } from './options.ts'
import { wholeRecord } from './whole-record.ts'

/** Rows of the request table that read what a stake needs and what a supplier has. They reject `chain-unreachable`, `chain-unknown-fingerprint`. */
export function supplierReads(deps: {
  network: NetworkId | null
  heads: Pick<Heads, 'require' | 'params'>
  codec: TxCodec
  nodes: Parameters<typeof supplierOptions>[0]['nodes']
  settings: Pick<Settings, 'get'>
}): Pick<Handlers, 'supplier.options' | 'supplier.record'> {
  const { network, heads, codec, nodes, settings } = deps
  return {
    'supplier.options': () => {
      const chain = heads.require()
      const params = heads.params()
      if (!params) throw new HearthError('chain-unreachable')
      return supplierOptions({ network, chain, params, nodes, stakeMarginPokt: settings.get('stakeMarginPokt') })
    },
    'supplier.record': ({ operatorAddress }) => wholeRecord({ chain: heads.require(), codec }, operatorAddress),
  }
}
