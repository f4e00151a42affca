import { useEffect, useState } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useCall } from '#renderer/bridge/hooks.ts'

export type LogLines = RequestOutput<'nodes.logs'>['lines']

const TAIL = 500
const EVERY_MS = 2_000

/**
 * The last lines of a node, read once and, while following, again two seconds after each answer: an engine that is slow to answer is not asked twice at a time.
 * @returns lines null until the first answer
 */
export function useLog(nodeId: string, isFollowing: boolean): { lines: LogLines | null; error: ApiError | null } {
  const { run, error } = useCall('nodes.logs')
  const [lines, setLines] = useState<LogLines | null>(null)
  useEffect(() => {
    if (!isFollowing) return undefined
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const value = await run({ nodeId, tail: TAIL })
      if (isOver) return
      if (value !== undefined) setLines(value.lines)
      timer = setTimeout(() => void read(), EVERY_MS)
    }
    void read()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [run, nodeId, isFollowing])
  return { lines, error }
}
