import type { Store } from '../ports/store.ts'

/** Since when relays of a supplier are not paid any more, and the last block in which it still takes some. */
interface Span {
  since: number
  until: number
}

/**
 * Suppliers whose unstake is on chain and whose last session goes on (onchain facts 2.4): what they serve in it is not paid, so their relays are refused to its end, also while the next one
 * leaves. Written down: a start of Hearth knows no height yet, and must not change the ingress for it.
 */
export interface UnpaidUntil {
  operators(): string[]
  add(operatorAddress: string, span: Span): Promise<void>
  /**
   * Forgets those whose session is over, and those that took their unstake back. Called at every new head.
   * @param isLeaving whether the chain's record of it says so; undefined where it is not known, or gone
   */
  follow(height: number, isLeaving: (operatorAddress: string) => boolean | undefined): Promise<void>
  resume(): Promise<void>
  clear(): Promise<void>
}

/** @returns none until `resume` */
export function createUnpaidUntil(deps: { network: () => string | null; store: Pick<Store, 'setting' | 'setSetting'> }): UnpaidUntil {
  const { store } = deps
  let spans: ReadonlyMap<string, Span> = new Map()
  const key = (): string => `unpaid-until ${deps.network() ?? ''}`
  const save = async (next: ReadonlyMap<string, Span>): Promise<void> => {
    spans = next
    await store.setSetting(key(), next.size === 0 ? '' : JSON.stringify([...next]))
  }
  return {
    operators: () => [...spans.keys()],
    add: (operatorAddress, span) => save(new Map([...spans, [operatorAddress, span]])),
    async follow(height, isLeaving) {
      const rest = [...spans].filter(
        // The record of the block of the unstake may come a look later.
        ([operatorAddress, { since, until }]) => height <= until && (height <= since + 1 || isLeaving(operatorAddress) !== false),
      )
      if (rest.length < spans.size) await save(new Map(rest))
    },
    async resume() {
      spans = new Map(read(await store.setting(key())))
    },
    clear: () => save(new Map()),
  }
}

function read(text: string | undefined): [string, Span][] {
  if (text === undefined || text === '') return []
  try {
    const rows: unknown = JSON.parse(text)
    return Array.isArray(rows) ? rows.filter(isRow) : []
  } catch {
    return []
  }
}

function isRow(row: unknown): row is [string, Span] {
  if (!Array.isArray(row) || typeof row[0] !== 'string') return false
  const { since, until } = (row[1] ?? {}) as Partial<Span>
  return typeof since === 'number' && typeof until === 'number'
}
