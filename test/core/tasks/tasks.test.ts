import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

function setup() {
  const clock = createTestClock()
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: null, startedAtMs: 1, notice: null }),
    clock,
  )
  return { clock, log, state, tasks: createTasks(state, clock, log) }
}
const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('tasks', () => {
  it('walks its steps with times and ends done', async () => {
    const { clock, state, tasks } = setup()
    const id = tasks.start('faucet', ['a', 'b'], async (task) => {
      await task.step('a', () => clock.sleep(500))
      await task.step('b', () => Promise.resolve(), { found: 'x' })
    })
    expect(state.state.tasks[id]?.steps.map((step) => step.status)).toEqual(['running', 'waiting'])
    await clock.advance(500)
    await tasks.settled()
    const task = state.state.tasks[id]
    expect(task?.status).toBe('done')
    expect(task?.steps[0]).toMatchObject({ status: 'done' })
    expect((task?.steps[0]?.endedAtMs ?? 0) - (task?.steps[0]?.startedAtMs ?? 0)).toBe(500)
    expect(task?.steps[1]?.facts).toEqual({ found: 'x' })
  })

  it('is cancelled once, keeps what was done, and starts no further step', async () => {
    const { clock, state, tasks } = setup()
    const ran: string[] = []
    const id = tasks.start('faucet', ['a', 'b'], async (task) => {
      await task.step('a', () => clock.sleep(1000, task.signal))
      await task.step('b', () => Promise.resolve(void ran.push('b')))
    })
    await tick()
    tasks.cancel(id)
    await tasks.settled()
    expect(state.state.tasks[id]).toMatchObject({ status: 'cancelled', error: null })
    expect(ran).toEqual([])
    tasks.cancel(id)
    expect(state.state.tasks[id]?.status).toBe('cancelled')
  })

  it('ends failed with the code of an expected error, and with a reference for any other', async () => {
    const { state, tasks, log } = setup()
    const expected = tasks.start('faucet', ['a'], (task) =>
      task.step('a', () => Promise.reject(new HearthError('port-taken', { port: '1' }))),
    )
    const other = tasks.start('test-relays', ['a'], (task) => task.step('a', () => Promise.reject(new Error('boom'))))
    await tasks.settled()
    expect(state.state.tasks[expected]?.error).toEqual({ code: 'port-taken', detail: { port: '1' } })
    expect(state.state.tasks[other]?.error?.code).toBe('internal')
    expect(log.lines.some((line) => line.level === 'error' && (line.cause as Error).message === 'boom')).toBe(true)
  })

  it('runs one of a kind at a time and refuses to cancel what it never knew', async () => {
    const { clock, tasks } = setup()
    const first = tasks.start('faucet', [], () => clock.sleep(10))
    expect(tasks.start('faucet', [], () => Promise.resolve())).toBe(first)
    expect(() => tasks.cancel('nobody')).toThrowError(/task-unknown/)
    await clock.advance(10)
    await tasks.settled()
    expect(tasks.start('faucet', [], () => Promise.resolve())).not.toBe(first)
  })
})
