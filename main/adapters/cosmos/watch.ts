import { WebSocket } from 'ws'
import { newBlockHeader } from './schemas.ts'

/** New-block hints over CometBFT's WebSocket (onchain facts 3.3). Hints only: they may be lost, doubled or late, and heights are read by asking. */

const HANDSHAKE_MS = 10_000
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
/** How long a new subscription may be silent, before it is known how fast blocks come. Three blocks of the slowest network, and some. */
const FIRST_SILENCE_MS = 200_000
const LEAST_SILENCE_MS = 15_000
const PROBE_EVERY_MS = 1_000

export interface WatchTiming {
  baseMs: number
  maxMs: number
  /** Time without a block after which a subscription counts as dropped, when no gap between blocks is known yet. */
  firstSilenceMs?: number
}

/** The node drops slow subscribers without a word: more than three block times of silence count as that. */
function silenceLimitMs(longestGapMs: number, firstSilenceMs: number): number {
  return longestGapMs === 0 ? firstSilenceMs : Math.max(LEAST_SILENCE_MS, 3 * longestGapMs)
}

function socketUrl(rpcUrl: string): string {
  return `${rpcUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/websocket`
}

/** One connection, until it ends for any reason. @returns whether it gave at least one hint */
async function listen(rpcUrl: string, onHint: (height: number) => void, signal: AbortSignal, firstSilenceMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = new WebSocket(socketUrl(rpcUrl), {
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  let hinted = false
  let lastMs = performance.now()
  let longestGapMs = 0
  const end = () => socket.terminate()
  const probe = setInterval(() => {
    if (performance.now() - lastMs > silenceLimitMs(longestGapMs, firstSilenceMs)) end()
  }, PROBE_EVERY_MS)
  signal.addEventListener('abort', end, { once: true })
  socket.on('open', () => {
    lastMs = performance.now()
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { query: "tm.event='NewBlockHeader'" } }))
  })
  socket.on('message', (raw: Buffer) => {
    const height = heightOf(raw)
    if (height === undefined || signal.aborted) return
    const nowMs = performance.now()
    if (hinted) longestGapMs = Math.max(longestGapMs, nowMs - lastMs)
    hinted = true
    lastMs = nowMs
    onHint(height)
  })
  // `close` always follows.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    clearInterval(probe)
    signal.removeEventListener('abort', end)
    resolve(hinted)
  })
  return promise
}

function heightOf(raw: Buffer): number | undefined {
  try {
    return newBlockHeader.parse(JSON.parse(raw.toString('utf8'))).result.data.value.header.height
  } catch {
    // The answer to the subscription, or something that a later node sends: no hint.
    return undefined
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const wake = () => resolve()
  signal.addEventListener('abort', wake, { once: true })
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', wake)
}

/** Keeps a subscription alive until `signal` aborts; then it resolves. Never rejects for a node that does not answer: that shows where heights are read. */
export async function watchBlocks(
  rpcUrl: string,
  onHint: (height: number) => void,
  signal: AbortSignal,
  timing: WatchTiming,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const hinted = await listen(rpcUrl, onHint, signal, timing.firstSilenceMs ?? FIRST_SILENCE_MS)
    if (signal.aborted) return
    failures = hinted ? 0 : failures + 1
    await pause(Math.min(timing.maxMs, timing.baseMs * 2 ** failures) * (0.8 + 0.4 * Math.random()), signal)
  }
}
