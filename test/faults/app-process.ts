import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { RequestInput, RequestName, RequestOutput } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { sleep } from '#test/localnet/process.ts'
import { NODE_FLAGS } from './warm.ts'

export type AppQuestion = { ask: 'state' } | { ask: 'call'; name: RequestName; input: unknown } | { ask: 'reach-serving' } | { ask: 'stop' }

/** What is waited for comes, but this machine may have other things to do: only what never comes takes so long. */
export const WAIT_MS = 180_000

/** Where an app under test has a keychain, and in which file. */
export const KEYCHAIN_VARIABLE = 'HEARTH_TEST_KEYCHAIN'

/** The app running in another process (app-life.ts), driven from here. */
export interface AppProcess {
  state(): Promise<AppState>
  call<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  reachServing(): Promise<void>
  /** Asks for the state until `done`, or throws with what it was last. */
  until(what: string, done: (state: AppState) => boolean, timeoutMs?: number): Promise<AppState>
  /** As a power cut would: nothing of the app gets to say or do a thing. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Starts the app on a data folder. Rejects when it does not come up. @param more environment on top of ours */
export async function startAppProcess(
  dataDir: string,
  rules: Record<string, unknown>,
  more: Record<string, string> = {},
): Promise<AppProcess> {
  const child = fork(join(projectRoot, 'test/faults/app-life.ts'), [dataDir, JSON.stringify(rules)], {
    execArgv: NODE_FLAGS,
    env: { ...process.env, ...more },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  let alive = true
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      alive = false
      for (const { reject } of waiting.values()) reject(new Error(`the app ended: ${output.slice(-400)}`))
      waiting.clear()
      resolve()
    })
  })
  child.on('message', (message: { id: number; value?: unknown; error?: string }) => {
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) asked?.resolve(message.value)
    else asked?.reject(new Error(message.error))
  })
  const answered = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (alive) waiting.set(id, { resolve, reject })
      else reject(new Error(`the app ended: ${output.slice(-400)}`))
    })
  let counter = 0
  const ask = (question: AppQuestion): Promise<unknown> => {
    counter += 1
    const answer = answered(counter)
    // Without a callback a channel that closed just then would end this process; the exit rejects the question.
    if (child.connected) child.send({ id: counter, ...question }, () => undefined)
    return answer
  }
  await answered(0)
  const app: AppProcess = {
    state: async () => (await ask({ ask: 'state' })) as AppState,
    call: async <N extends RequestName>(name: N, input: RequestInput<N>) => (await ask({ ask: 'call', name, input })) as RequestOutput<N>,
    async reachServing() {
      await ask({ ask: 'reach-serving' })
    },
    async until(what, done, timeoutMs = WAIT_MS) {
      const end = Date.now() + timeoutMs
      for (;;) {
        const state = await app.state()
        if (done(state)) return state
        if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}; ${brief(state)}`)
        await sleep(100)
      }
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      await ask({ ask: 'stop' }).catch(() => undefined)
      child.kill('SIGTERM')
      await ended
    },
  }
  return app
}

function brief(state: AppState): string {
  const nodes = Object.values(state.nodes).map(
    (node) =>
      `${node.id}:${node.wanted}/${node.seen}${node.reason ? `(${node.reason.key})` : ''}${node.error ? `[${node.error.code} ${JSON.stringify(node.error.detail)}]` : ''}`,
  )
  return `engine ${state.engine.kind}; vault ${state.vault.kind} ${JSON.stringify(state.vault.needed)}; chain ${state.chain.status} ${state.chain.height}; ${nodes.join(' ')}; supplier ${state.supplier.status}`
}
