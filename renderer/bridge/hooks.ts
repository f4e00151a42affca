import { createContext, createElement, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { StoreApi } from 'zustand/vanilla'
import type { ApiError } from '#shared/api/errors.ts'
import { requests, type RequestInput, type RequestName, type RequestOutput } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Api } from './call.ts'
import type { Mirror } from './store.ts'
import type { Wait, Waits } from './waits.ts'

/** What every component can reach: requests, and the copy of the state. */
export interface Bridge {
  api: Api
  mirror: StoreApi<Mirror>
  waits: Waits
}

const BridgeContext = createContext<Bridge | null>(null)

export function BridgeProvider({ bridge, children }: { bridge: Bridge; children: ReactNode }): ReactNode {
  return createElement(BridgeContext.Provider, { value: bridge }, children)
}

function useBridge(): Bridge {
  const bridge = useContext(BridgeContext)
  if (!bridge) throw new Error('no bridge above this component')
  return bridge
}

/** Part of the state. Only where a snapshot is known to be there (inside the frame). The selector's result is compared shallowly. */
export function useAppState<T>(select: (state: AppState) => T): T {
  return useStore(
    useBridge().mirror,
    useShallow(({ state }) => {
      if (!state) throw new Error('the state is not here yet')
      return select(state)
    }),
  )
}

/** Status of the link and whether a state is there. */
export function useMirror<T>(select: (mirror: Mirror) => T): T {
  return useStore(useBridge().mirror, useShallow(select))
}

/** Reads of this page that are on their way. */
export function useWaits(): readonly Wait[] {
  return useStore(useBridge().waits, ({ waits }) => waits)
}

export interface Call<N extends RequestName> {
  /** Runs the request. @returns its value, or undefined when it failed (the error is kept) */
  run: (input: RequestInput<N>) => Promise<RequestOutput<N> | undefined>
  busy: boolean
  error: ApiError | null
  clear: () => void
}

/** One request as a component uses it: one at a time, its last error kept until the next try. A read ends with the component; a write goes on, since it was wished. */
export function useCall<N extends RequestName>(name: N): Call<N> {
  const { api } = useBridge()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const running = useRef(false)
  const leaving = useRef<AbortController>(null)
  useEffect(() => {
    const abort = new AbortController()
    leaving.current = abort
    return () => abort.abort()
  }, [])
  const run = useCallback(
    async (input: RequestInput<N>): Promise<RequestOutput<N> | undefined> => {
      // Two clicks are one wish.
      if (running.current) return undefined
      running.current = true
      setBusy(true)
      const result = await api[name](input, requests[name].writes ? undefined : leaving.current?.signal)
      running.current = false
      setBusy(false)
      setError(result.ok ? null : result.error)
      return result.ok ? result.value : undefined
    },
    [api, name],
  )
  const clear = useCallback(() => setError(null), [])
  return { run, busy, error, clear }
}

export interface Query<N extends RequestName> {
  value: RequestOutput<N> | null
  error: ApiError | null
  loading: boolean
  reload: () => void
}

/**
 * Reads something that is not in the state, again whenever `revision` moves. The last good answer stays while the next is on its way or failed. Leaving the page, or asking
 * something else, ends what is on its way.
 * @param input null = do not ask yet
 */
export function useQuery<N extends RequestName>(name: N, input: RequestInput<N> | null, revision: unknown = 0): Query<N> {
  const { api } = useBridge()
  const [value, setValue] = useState<RequestOutput<N> | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [loading, setLoading] = useState(input !== null)
  const [turn, setTurn] = useState(0)
  const text = input === null ? null : JSON.stringify(input)
  useEffect(() => {
    if (text === null) return undefined
    const leaving = new AbortController()
    setLoading(true)
    void api[name](JSON.parse(text) as RequestInput<N>, leaving.signal).then((result) => {
      if (leaving.signal.aborted) return
      setLoading(false)
      if (result.ok) setValue(result.value)
      setError(result.ok ? null : result.error)
    })
    return () => leaving.abort()
  }, [api, name, text, revision, turn])
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  return { value, error, loading, reload }
}

/** The time of the network that is shown, again every `everyMs`; for ages and elapsed times. Practice has a time of its own. */
export function useNow(everyMs = 1_000): number {
  const practice = useAppState((state) => state.practice)
  const now = useRealNow(everyMs)
  return practice === null ? now : practiceNow(practice, now)
}

/** The time of this machine; for what has nothing to do with a network: tickets, sessions, the vault. */
export function useRealNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** What the session clock draws: the clock's own height and time, and the pace of the chain. */
export function useClock(): AppState['clock'] & { blockTimeMs: number; medianBlockMs: number | null } {
  const clock = useAppState((state) => state.clock)
  const medianBlockMs = useAppState((state) => state.chain.medianBlockMs)
  return { ...clock, blockTimeMs: clock.atMs, medianBlockMs }
}

/** What time it is in Practice, reckoned on from the last word about it. */
export function practiceNow(practice: NonNullable<AppState['practice']>, realNowMs: number): number {
  const passedMs = practice.paused ? 0 : Math.max(0, realNowMs - practice.atRealMs) * practice.speed
  return Math.floor(practice.nowMs + passedMs)
}
