import { useCallback, useMemo, useState } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import { useAppState, useCall } from './hooks.ts'
import { ownSuppliers, type OwnSupplier } from './suppliers.ts'

/** All own suppliers of the network in use, that of the oldest key first. */
export function useOwnSuppliers(): OwnSupplier[] {
  const { supplier, suppliers, keys, leftOut, network } = useAppState((state) => ({
    supplier: state.supplier,
    suppliers: state.suppliers,
    keys: state.keys,
    leftOut: state.leftOut,
    network: state.app.network,
  }))
  return useMemo(
    () => ownSuppliers({ supplier, suppliers, keys, leftOut, app: { network } }),
    [supplier, suppliers, keys, leftOut, network],
  )
}

/** How an operator address is called where there are several own suppliers; null where one is enough to know which, or it is none of ours. */
export function useSupplierName(): (operatorAddress: string | undefined) => string | null {
  const own = useOwnSuppliers()
  return useCallback(
    (operatorAddress) => (own.length < 2 ? null : (own.find((each) => each.operatorAddress === operatorAddress)?.name ?? null)),
    [own],
  )
}

export interface InView {
  /** Brings a supplier into view, then does what comes next; at once when it is in view already. Nothing comes next when it fails. */
  bring: (operatorAddress: string, next?: () => void) => void
  /** The one that is being brought. */
  pending: string | null
  error: ApiError | null
  clear: () => void
}

/** Which supplier the pages speak of, as a choice. */
export function useInView(): InView {
  const { run, busy, error, clear } = useCall('supplier.choose')
  const shown = useAppState((state) => state.supplier.operatorAddress)
  const [asked, setAsked] = useState<string | null>(null)
  const bring = useCallback(
    (operatorAddress: string, next?: () => void) => {
      if (operatorAddress === shown) {
        clear()
        next?.()
        return
      }
      setAsked(operatorAddress)
      void run({ operatorAddress }).then((value) => (value === undefined ? undefined : next?.()))
    },
    [run, clear, shown],
  )
  return { bring, pending: busy ? asked : null, error, clear }
}
