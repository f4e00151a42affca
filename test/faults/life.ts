import './hook.ts'
import { flushCompileCache } from 'node:module'

/** What a life asks for when it is to stay and live many: see `runLife`. */
export const SERVE = 'serve'
export type WarmAnswer = { answer: unknown } | { error: string }

/**
 * Runs one life and prints what it came to as one JSON line; or, asked to serve, one after the other for its parent, since starting a process costs more than the life itself.
 * Only a life in a process of its own can be killed at a fault point.
 */
export async function serveLife(live: (args: string[]) => Promise<unknown>): Promise<void> {
  const args = process.argv.slice(2)
  if (args[0] !== SERVE) {
    console.log(JSON.stringify(await live(args)))
    return
  }
  process.on('message', (asked: string[]) => {
    live(asked)
      .then(
        (answer): WarmAnswer => ({ answer }),
        (error: unknown): WarmAnswer => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
      .then((said) => {
        process.send?.(said)
        // A process that is killed leaves no compiled code behind for the next one.
        flushCompileCache()
      })
      .catch(() => process.exit(1))
  })
}
