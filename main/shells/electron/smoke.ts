import { randomBytes } from 'node:crypto'
import type { App } from '#main/core/app-shape.ts'
import type { Clock } from '#main/core/ports/clock.ts'

const LIMIT_MS = 90_000
const LOOK_MS = 100

/** One line that says whether an installed Hearth works on this machine. */
export interface SmokeReport {
  smoke: 'ok' | 'failed'
  /** The core answers. */
  core: boolean
  /** The page asked and was answered: it was loaded, and its preload found itself sandboxed and isolated (S1, S2), since it exposes nothing otherwise. */
  sandboxedPage: boolean
  /** The key process ran: a vault was made and locked. */
  keyProcess: boolean
  version: string
  reason: string
}

/** @returns the core as the page is to see it, and what looks whether everything is there */
export function createSmoke(core: App, clock: Clock, version: string): { app: App; run(): Promise<SmokeReport> } {
  const seen = { asked: false }
  const app: App = {
    ...core,
    call: async (name, input) => {
      const answer = await core.call(name, input)
      if (answer.ok) seen.asked = true
      return answer
    },
    subscribe: (listener) => core.subscribe(listener),
    surface: (token, method, body) => core.surface(token, method, body),
    stop: () => core.stop(),
  }
  return {
    app,
    async run() {
      const report: SmokeReport = { smoke: 'failed', core: false, sandboxedPage: false, keyProcess: false, version, reason: '' }
      try {
        report.core = (await core.call('state.get', {})).ok
        const made = await core.call('vault.create', { password: randomBytes(18).toString('base64url') })
        const locked = made.ok ? await core.call('vault.lock', {}) : made
        report.keyProcess = locked.ok
        if (!locked.ok) report.reason = `the vault: ${locked.error.code}`
        for (let waitedMs = 0; !seen.asked && waitedMs < LIMIT_MS; waitedMs += LOOK_MS) await clock.sleep(LOOK_MS)
        report.sandboxedPage = seen.asked
        if (!seen.asked) report.reason = 'the page never asked for anything'
      } catch (error) {
        report.reason = error instanceof Error ? error.message : String(error)
      }
      if (report.core && report.sandboxedPage && report.keyProcess) report.smoke = 'ok'
      return report
    },
  }
}
