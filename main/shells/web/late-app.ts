import type { App } from '#main/core/app-shape.ts'

/** An app that is still on its way: whatever is asked of it waits. What keeps it from coming is told to whoever made the promise, and to those who wait. */
export function lateApp(coming: Promise<App>): App {
  coming.catch(() => undefined)
  return {
    call: async (...asked) => (await coming).call(...asked),
    subscribe(listener) {
      let end: (() => void) | undefined
      let ended = false
      coming.then(
        (app) => {
          if (!ended) end = app.subscribe(listener)
        },
        () => undefined,
      )
      return () => {
        ended = true
        end?.()
      }
    },
    surface: async (token, method, body) => (await coming).surface(token, method, body),
    stop: async () => (await coming).stop(),
  }
}
