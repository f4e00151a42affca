import { readFile, rm, writeFile } from 'node:fs/promises'
import type { SecondWrap } from '#main/core/ports/vault.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import { reachServing, startDriver } from '#test/localnet/driver.ts'
import { KEYCHAIN_VARIABLE, type AppQuestion } from './app-process.ts'

/** Stands in for the keychain of an operating system: a file that outlasts the app, outside of its folder. */
function keychainIn(path: string): SecondWrap {
  return {
    problem: () => Promise.resolve(undefined),
    store: (secret) => writeFile(path, secret),
    load: async () => new Uint8Array(await readFile(path)),
    remove: () => rm(path, { force: true }),
  }
}

/**
 * The whole app in a process of its own, to be killed. argv: data folder, rules of the local chain as JSON.
 * Its parent asks over the channel of `fork`: `{id, ask, …}`, answered by `{id, value}` or `{id, error}`.
 */
const [dataDir, rules] = process.argv.slice(2) as [string, string]
const keychainFile = process.env[KEYCHAIN_VARIABLE]
const keychain = keychainFile === undefined ? {} : { keychain: keychainIn(keychainFile) }
const driver = await startDriver(dataDir, JSON.parse(rules) as Record<string, unknown>, undefined, keychain)

const answer = (question: AppQuestion): Promise<unknown> => {
  switch (question.ask) {
    case 'state':
      return Promise.resolve(driver.state)
    case 'call':
      return driver.call(question.name, question.input as never)
    case 'reach-serving':
      return reachServing(driver)
    case 'stop':
      return driver.stop()
    default:
      return assertNever(question)
  }
}
process.on('message', (message: AppQuestion & { id: number }) => {
  answer(message).then(
    (value) => {
      process.send?.({ id: message.id, value })
      if (message.ask === 'stop') process.disconnect()
    },
    (error: unknown) => process.send?.({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
  )
})
// Without its driver it has nothing to do.
process.once('disconnect', () => process.exit(0))
process.send?.({ id: 0, value: 'started' })
