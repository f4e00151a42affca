import type { ChainParams } from '../ports/chain.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'

/** Parameters that hold, and every change of them: rows in the log of activity, with the height and what was before. */

export interface ParamHistory {
  /** Notes what changed since the last ones that were seen, also while Hearth was off. Never rejects. */
  saw(params: ChainParams): Promise<void>
  /** The chain was made anew: its parameters are no change of the old ones. */
  forget(): void
}

type Flat = Record<string, string>

/** Heights move with every session; they are no rule. */
const NO_RULES: ReadonlySet<string> = new Set(['height', 'sessionGridAnchorHeight', 'sessionNumberAtAnchor'])

function flat(params: ChainParams): Flat {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => !NO_RULES.has(name))
      .map(([name, value]) => [name, String(value)]),
  )
}

/** @param note one change: name of the parameter, from, to, and the height at which it was seen to hold */
export function createParamHistory(deps: {
  network: () => string | null
  store: Pick<Store, 'setting' | 'setSetting'>
  log: Log
  note: (facts: { name: string; from: string; to: string; height: string }) => void
}): ParamHistory {
  const { store, log } = deps
  let last: { key: string; values: Flat } | undefined
  const keyOf = (): string => `chain-params:${deps.network() ?? ''}`

  const before = async (key: string): Promise<Flat | undefined> => {
    if (last?.key === key) return last.values
    const text = await store.setting(key)
    if (text === undefined) return undefined
    try {
      const found = JSON.parse(text) as { values?: unknown }
      return typeof found.values === 'object' && found.values !== null ? (found.values as Flat) : undefined
    } catch {
      return undefined
    }
  }

  return {
    async saw(params) {
      const key = keyOf()
      try {
        const values = flat(params)
        const old = await before(key)
        const changed = old === undefined ? [] : Object.keys(values).filter((name) => old[name] !== undefined && old[name] !== values[name])
        for (const name of changed) deps.note({ name, from: old?.[name] ?? '', to: values[name] ?? '', height: String(params.height) })
        last = { key, values }
        if (old === undefined || changed.length > 0 || Object.keys(old).length !== Object.keys(values).length) {
          await store.setSetting(key, JSON.stringify({ height: params.height, values }))
        }
      } catch (error) {
        log.error('history of parameters', error)
      }
    },
    forget() {
      const key = keyOf()
      last = { key, values: {} }
      store.setSetting(key, '').catch((error: unknown) => log.error('history of parameters', error))
    },
  }
}
