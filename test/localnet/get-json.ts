import { sleep } from './process.ts'

/** A node names its newest height a moment before its state can be asked for that height, and a busy machine makes that moment long. */
const NOT_YET =
  /ahead of the last committed block height|height in the future|must be less than or equal to the current blockchain height|could not find results for height/
const NOT_YET_MS = 60_000

/** Asks a real node past the product. @param height of the state that is asked for */
export async function getJson(url: string, height?: number): Promise<unknown> {
  const headers: Record<string, string> = height === undefined ? {} : { 'x-cosmos-block-height': String(height) }
  for (const untilMs = Date.now() + NOT_YET_MS; ; await sleep(100)) {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) })
    if (answer.ok) return answer.json()
    const text = await answer.text()
    if (!NOT_YET.test(text) || Date.now() > untilMs) throw new Error(`${url} answered ${String(answer.status)}: ${text}`)
  }
}
