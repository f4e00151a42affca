import type Docker from 'dockerode'
import type { Clock } from '#main/core/ports/clock.ts'
import type { EngineEvent } from '#main/core/ports/engine.ts'
import type { Log } from '#main/core/ports/log.ts'
import { pauseMs, RETRY } from '#main/core/retry.ts'
import { LABELS } from './container-options.ts'

/** Podman's word for what Docker calls `destroy`. */
const PODMAN_DESTROY = 'remove'

interface RawEvent {
  Action?: string
  status?: string
  time?: number
  timeNano?: number
  Actor?: { ID?: string; Attributes?: Record<string, string> }
}

/**
 * Follows the engine's events of our containers until the signal aborts. `onResync` is called at every connect and when the connection is lost or refused:
 * what happened in between was told to nobody, so the caller lists again and finds out which it is.
 */
export async function followEvents(options: {
  /** `until` ends with this engine: then the next one is followed. */
  connect: () => Promise<{ docker: Docker; until: AbortSignal } | undefined>
  filter: string
  onEvent: (event: EngineEvent) => void
  onResync: () => void
  /** Whether events are heard from now on; told before `onResync`. */
  onHeard: (isHeard: boolean) => void
  signal: AbortSignal
  clock: Clock
  log: Log
}): Promise<void> {
  const { connect, filter, onEvent, onResync, onHeard, signal, clock, log } = options
  let attempt = 0
  while (!signal.aborted) {
    try {
      const found = await connect()
      if (found && !signal.aborted) {
        const end = AbortSignal.any([signal, found.until])
        const stream = await found.docker.getEvents({ filters: { type: ['container'], label: [filter] }, abortSignal: end })
        attempt = 0
        onHeard(true)
        onResync()
        try {
          await readEvents(stream, onEvent, end)
        } finally {
          onHeard(false)
        }
      }
    } catch (error) {
      if (!signal.aborted) log.warn('engine events ended', { reason: error instanceof Error ? error.message : 'unknown' })
    }
    if (signal.aborted) return
    onResync()
    await clock.sleep(pauseMs(RETRY.engineEvents, Math.min(attempt, 10)), signal)
    attempt += 1
  }
}

async function readEvents(stream: NodeJS.ReadableStream, onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
  const end = (): void => (stream as NodeJS.ReadableStream & { destroy(): void }).destroy()
  signal.addEventListener('abort', end, { once: true })
  try {
    signal.throwIfAborted()
    // A name may hold more than one byte a letter, and a chunk may end in the middle of one.
    stream.setEncoding('utf8')
    let rest = ''
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const event = parseEvent(line)
        if (event && !signal.aborted) onEvent(event)
      }
    }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** A line cut off in the middle, or of another program, is skipped: the next resync makes up for it. */
export function parseEvent(line: string): EngineEvent | undefined {
  let raw: RawEvent | null
  try {
    raw = JSON.parse(line) as RawEvent | null
  } catch {
    return undefined
  }
  const action = raw?.Action ?? raw?.status
  if (typeof action !== 'string') return undefined
  const attributes = raw?.Actor?.Attributes ?? {}
  const timeMs = raw?.timeNano === undefined ? (raw?.time ?? 0) * 1000 : Math.floor(raw.timeNano / 1e6)
  return {
    nodeId: attributes[LABELS.node],
    container: attributes['name'] ?? '',
    action: action === PODMAN_DESTROY ? 'destroy' : action,
    timeMs,
  }
}
