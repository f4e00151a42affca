import { once } from 'node:events'
import { chromium } from '@playwright/test'
import { WebSocket } from 'ws'
import { PASSWORD, startHearth } from '#test/e2e/hearth.ts'
import { mustDocker } from '#test/localnet/engine.ts'
import { chromiumPath } from '#test/localnet/packages.ts'
import { sleep } from '#test/localnet/process.ts'
import type { BenchEngine } from './bench-engine.ts'

/** Pictures per second of a real browser while the page of a container follows its log and the container writes fast. */
export interface FrameFigures {
  fpsUnderLogs: number
  /** The same page a moment before, with nothing being written. */
  fpsAtRest: number
  /** Lines that the page has been given meanwhile, per second. */
  linesPerSecond: number
}

const MEASURE_MS = 10_000
const NODE = 'backend'
const LINES_A_TURN = 200
/** Two thousand lines a second. */
const WRITER = `while :; do i=0; while [ $i -lt ${LINES_A_TURN} ]; do echo "INF relay served number=$i service_id=anvil session_id=0f3a9c77e1d24b5a8c6d height=883667 latency_ms=12"; i=$((i+1)); done; sleep 0.1; done > /proc/1/fd/1`

interface Asked {
  call(name: string, input: unknown): Promise<never>
  close(): void
}

/** Asks as the page does, over a line of its own with the page's cookie. */
async function openLine(origin: string, cookie: string): Promise<Asked> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { Origin: origin, Cookie: cookie } })
  await once(socket, 'open')
  const waiting = new Map<number, (value: { ok: boolean; value: never; error: unknown }) => void>()
  socket.on('message', (bytes: Buffer) => {
    const { id, result } = JSON.parse(bytes.toString('utf8')) as { id?: number; result: { ok: boolean; value: never; error: unknown } }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  let id = 0
  return {
    async call(name, input) {
      id += 1
      const answer = new Promise<{ ok: boolean; value: never; error: unknown }>((resolve) => waiting.set(id, resolve))
      socket.send(JSON.stringify({ id, name, input }))
      const { ok, value, error } = await answer
      if (!ok) throw new Error(`${name}: ${JSON.stringify(error)}`)
      return value
    },
    close: () => socket.terminate(),
  }
}

/** Frames in a page by its own clock. */
const countFrames = (ms: number): Promise<number> =>
  new Promise((resolve) => {
    const fromMs = performance.now()
    let frames = 0
    const frame = (): void => {
      frames += 1
      const passed = performance.now() - fromMs
      if (passed < ms) requestAnimationFrame(frame)
      else resolve((frames * 1_000) / passed)
    }
    requestAnimationFrame(frame)
  })

/** How each task stands; none where nobody answers any more. */
async function tasksOf(line: Asked): Promise<string[]> {
  try {
    const { state } = (await line.call('state.get', {})) as { state: { tasks: Record<string, { status: string }> } }
    return Object.values(state.tasks).map(({ status }) => status)
  } catch {
    return []
  }
}

async function settled(line: Asked): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    await sleep(500)
    if ((await tasksOf(line)).every((status) => status !== 'running')) return
  }
}

export async function benchFrames({ socket }: BenchEngine, log: (line: string) => void): Promise<FrameFigures> {
  const hearth = await startHearth()
  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  })
  let line: Asked | undefined
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.goto(hearth.link())
    const { origin } = new URL(page.url())
    const cookie = (await context.cookies(origin)).map(({ name, value }) => `${name}=${value}`).join('; ')
    line = await openLine(origin, cookie)
    await line.call('vault.create', { password: PASSWORD })
    await line.call('app.chooseNetwork', { network: 'local' })
    await line.call('localChain.start', {})
    let container = ''
    for (let tries = 0; container === ''; tries += 1) {
      if (tries > 240) throw new Error('the local chain did not start')
      await sleep(500)
      const { state } = (await line.call('state.get', {})) as {
        state: { nodes: Record<string, { seen: string }>; tasks: Record<string, { status: string }> }
      }
      const isReady = state.nodes[NODE]?.seen === 'running' && Object.values(state.tasks).every(({ status }) => status === 'done')
      if (isReady)
        container =
          (await mustDocker(socket, ['ps', '--filter', `name=hearth-.*-${NODE}`, '--format', '{{.Names}}', '--latest'])).split('\n')[0] ??
          ''
    }
    await page.goto(`${origin}/#/nodes/${NODE}`)
    await page.getByRole('tab').nth(1).click()
    await page.getByRole('status').first().waitFor()
    await sleep(3_000)
    const fpsAtRest = await page.evaluate(countFrames, MEASURE_MS / 2)
    await mustDocker(socket, ['exec', '--detach', container, '/bin/sh', '-c', WRITER])
    await sleep(3_000)
    const asked = line
    const newest = async (): Promise<number> => {
      const { lines } = (await asked.call('nodes.logPage', { nodeId: NODE, limit: 1 })) as { lines: { number: number }[] }
      return lines.at(-1)?.number ?? 0
    }
    const before = await newest()
    const fpsUnderLogs = await page.evaluate(countFrames, MEASURE_MS)
    const linesPerSecond = ((await newest()) - before) / (MEASURE_MS / 1_000)
    const shown = await page.getByText('relay served').count()
    if (shown === 0) throw new Error('the page shows no line of the writer')
    log(`${fpsUnderLogs.toFixed(1)} pictures a second under ${linesPerSecond.toFixed(0)} lines a second, ${fpsAtRest.toFixed(1)} at rest`)
    return { fpsUnderLogs, fpsAtRest, linesPerSecond }
  } finally {
    await line?.call('localChain.remove', { loseOpenClaims: true }).catch(() => undefined)
    // Removing takes some seconds, and Hearth finishes what it began.
    if (line) await settled(line)
    line?.close()
    await browser.close()
    await hearth.quit()
    hearth.remove()
  }
}
