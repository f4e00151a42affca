import { assertNever } from '#shared/lib/assert-never.ts'
import { reachServing, startDriver, type Driver } from '#test/localnet/driver.ts'

/**
 * The whole app in a process of its own, to be killed. argv: data folder, rules of the local chain as JSON.
 * Its parent asks over the channel of `fork`: `{id, ask, …}`, answered by `{id, value}` or `{id, error}`.
 */
export type AppQuestion =
  | { ask: 'state' }
  | { ask: 'call'; name: Parameters<Driver['call']>[0]; input: unknown }
  | { ask: 'reach-serving' }
  | { ask: 'stop' }

const [dataDir, rules] = process.argv.slice(2) as [string, string]
const driver = await startDriver(dataDir, JSON.parse(rules) as Record<string, unknown>)

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
process.send?.({ id: 0, value: 'started' })
