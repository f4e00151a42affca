import type { App } from '#main/core/app-shape.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import type { Patch } from '#shared/api/patches.ts'

/** An app that remembers what reached it. */
export interface ShellApp extends App {
  readonly calls: { name: string; input: unknown }[]
  readonly posts: { token: string; method: string; body: string }[]
  readonly stopped: () => boolean
  readonly listeners: () => number
  /** Publishes a patch to everybody who subscribed. */
  push(patch: Patch): void
}

/** @param answerTo what a call gets; `{ok:true,value:{echo:<name>}}` when absent */
export function createShellApp(
  answerTo: (name: string, input: unknown, signal?: AbortSignal) => Promise<ApiResult<unknown>> | ApiResult<unknown> = (name) => ({
    ok: true,
    value: { echo: name },
  }),
): ShellApp {
  const calls: ShellApp['calls'] = []
  const posts: ShellApp['posts'] = []
  const subscribed = new Set<(patch: Patch) => void>()
  let ended = false
  return {
    calls,
    posts,
    stopped: () => ended,
    listeners: () => subscribed.size,
    async call(name, input, signal) {
      calls.push({ name, input })
      return answerTo(name, input, signal)
    },
    subscribe(listener) {
      subscribed.add(listener)
      return () => subscribed.delete(listener)
    },
    async surface(token, method, body) {
      posts.push({ token, method, body: Buffer.from(body).toString('utf8') })
      return {
        status: 200,
        html: Buffer.from(
          `<!doctype html><title>ticket</title><link rel="stylesheet" href="/surface.css"><form method="post"><button name="go" value="1">go</button></form>`,
        ),
      }
    },
    async stop() {
      ended = true
    },
    push(patch) {
      for (const listener of subscribed) listener(patch)
    },
  }
}
