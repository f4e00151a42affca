import type { TxDraft } from '#main/core/ports/tx.ts'
import { goTime } from './amino.ts'
import { DENOM } from './fields.ts'
import { plainMessage } from './messages.ts'

/** The transaction as `pocketd tx … --generate-only` prints it and `pocketd tx sign` reads it. Account number and sequence are given to the signer apart. */
export function unsignedJson(draft: TxDraft): string {
  return JSON.stringify(
    {
      body: {
        messages: draft.messages.map(plainMessage),
        memo: draft.memo,
        timeout_height: String(draft.timeoutHeight),
        unordered: draft.unordered === true,
        timeout_timestamp: draft.timeoutAtMs === undefined ? null : goTime(draft.timeoutAtMs),
        extension_options: [],
        non_critical_extension_options: [],
      },
      auth_info: {
        signer_infos: [],
        fee: {
          amount: draft.feeUpokt === 0n ? [] : [{ denom: DENOM, amount: draft.feeUpokt.toString() }],
          gas_limit: draft.gasLimit.toString(),
          payer: '',
          granter: '',
        },
        tip: null,
      },
      signatures: [],
    },
    undefined,
    2,
  )
}
