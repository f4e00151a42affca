import { useCallback, useEffect, useRef, useState } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { LINES_SHOWN, withPage, type LogHeld } from './log-lines.ts'

const PAGE = 1_000
/** Older lines come in larger steps: who goes back wants many. */
const OLDER_PAGE = 5_000
const EVERY_MS = 1_000

export interface UsedLog {
  /** Null until the first answer. */
  held: LogHeld | null
  error: ApiError | null
  /** Asks for the lines above the first. @returns what is held then */
  readOlder: () => Promise<LogHeld | null>
  /** While older lines are on their way. */
  isGoingBack: boolean
}

/** The log of a node: its newest lines, then, while following, what came since each second; older ones when asked for. An engine that is slow to answer is not asked twice at a time. */
export function useLog(nodeId: string, isFollowing: boolean): UsedLog {
  const { run, error } = useCall('nodes.logPage')
  const { run: runOlder, error: olderError, busy: isGoingBack } = useCall('nodes.logPage')
  const [held, setHeld] = useState<LogHeld | null>(null)
  // The answer of one question must not undo that of another.
  const newest = useRef<LogHeld | null>(null)
  const take = useCallback((next: LogHeld | null): void => {
    if (next === newest.current) return
    newest.current = next
    setHeld(next)
  }, [])
  useEffect(() => take(null), [nodeId, take])
  useEffect(() => {
    if (!isFollowing) return undefined
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const last = newest.current?.lines.at(-1)
      const from = newest.current === null ? {} : { book: newest.current.book, ...(last === undefined ? {} : { after: last.number }) }
      const page = await run({ nodeId, limit: PAGE, ...from })
      if (isOver) return
      if (page !== undefined) take(withPage(newest.current, page))
      timer = setTimeout(() => void read(), page?.newer === true ? 0 : EVERY_MS)
    }
    void read()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [run, nodeId, isFollowing, take])
  const readOlder = useCallback(async (): Promise<LogHeld | null> => {
    const { current } = newest
    const first = current?.lines[0]
    if (current === null || first === undefined || !current.older || current.lines.length >= LINES_SHOWN) return current
    const page = await runOlder({ nodeId, book: current.book, before: first.number, limit: OLDER_PAGE })
    if (page !== undefined && page.book === newest.current?.book) take(withPage(newest.current, page))
    return newest.current
  }, [runOlder, nodeId, take])
  return { held, error: error ?? olderError, readOlder, isGoingBack }
}
