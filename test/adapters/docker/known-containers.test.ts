import { describe, expect, test } from 'vitest'
import { createKnownContainers, WHOLE_LOOK_MS } from '#main/adapters/docker/known-containers.ts'
import { createTestClock } from '#test/fakes/clock.ts'

/** An engine that counts what it is asked of each container. */
function scene(names: string[]) {
  const clock = createTestClock()
  const containers = new Map(
    names.map((name) => [
      `id-${name}`,
      { name, state: 'running', status: 'Up 3 seconds', restarts: 0, network: ['hearth'], whileAsked: (): void => undefined },
    ]),
  )
  const asked: string[] = []
  const rows = (): unknown =>
    [...containers].map(([Id, { name, state, status, network }]) => ({
      Id,
      Names: [`/${name}`],
      State: state,
      Status: status,
      ImageID: 'sha256:1',
      NetworkSettings: { Networks: Object.fromEntries(network.map((key) => [key, {}])) },
    }))
  const inspect = (id: string): unknown => {
    const found = containers.get(id)
    if (!found) throw Object.assign(new Error('no such container'), { statusCode: 404 })
    asked.push(found.name)
    const answer = {
      Id: id,
      Name: `/${found.name}`,
      Image: 'sha256:1',
      RestartCount: found.restarts,
      State: { Status: found.state, Running: found.state === 'running', ExitCode: 0, StartedAt: '', FinishedAt: '' },
      Config: { Labels: {} },
      NetworkSettings: { Networks: {} },
    }
    found.whileAsked()
    return answer
  }
  const answerTo = (path: string): unknown => {
    const [, id] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? []
    return id === undefined ? rows() : inspect(id)
  }
  const ask = (path: string): Promise<unknown> =>
    new Promise((resolve) => {
      resolve(answerTo(path))
    })
  const known = createKnownContainers({ installId: 'install', clock, ask })
  return {
    clock,
    known,
    one: (name: string) => containers.get(`id-${name}`)!,
    remove: (name: string) => containers.delete(`id-${name}`),
    /** Looks, and tells which containers were asked about. */
    look: async () => {
      asked.length = 0
      const seen = await known.list()
      return { seen, asked: asked.toSorted() }
    },
    /** Events are heard, and all is known. */
    quiet: async () => {
      known.heard(true)
      await clock.advance(1_000)
      await known.list()
    },
  }
}

describe('known containers', () => {
  test('while events are heard and nothing happens, the list alone is asked for', async () => {
    const { look, quiet, clock } = scene(['a', 'b'])
    await quiet()
    await clock.advance(5_000)
    const { seen, asked } = await look()
    expect(asked).toEqual([])
    expect(seen.map(({ name, state }) => [name, state])).toEqual([
      ['a', 'running'],
      ['b', 'running'],
    ])
  })

  test('without events, and in the first second of them, every look asks about all', async () => {
    const { look, known, clock } = scene(['a', 'b'])
    await look()
    expect((await look()).asked).toEqual(['a', 'b'])
    known.heard(true)
    await look()
    expect((await look()).asked).toEqual(['a', 'b'])
    await clock.advance(1_000)
    await look()
    expect((await look()).asked).toEqual([])
  })

  test('a lost line forgets all, also what is heard again at once', async () => {
    const { look, quiet, known, clock } = scene(['a', 'b'])
    await quiet()
    known.heard(false)
    expect((await look()).asked).toEqual(['a', 'b'])
    expect((await look()).asked).toEqual(['a', 'b'])
    known.heard(true)
    await clock.advance(1_000)
    expect((await look()).asked).toEqual(['a', 'b'])
    expect((await look()).asked).toEqual([])
  })

  test('what an event or Hearth itself touched is asked about, the others are not', async () => {
    const { look, quiet, known, one } = scene(['a', 'b'])
    await quiet()
    one('b').restarts = 7
    known.changed('b')
    const { seen, asked } = await look()
    expect(asked).toEqual(['b'])
    expect(seen.find(({ name }) => name === 'b')?.restartCount).toBe(7)
    expect((await look()).asked).toEqual([])
  })

  test('an event without a name may be about any', async () => {
    const { look, quiet, known } = scene(['a', 'b'])
    await quiet()
    known.changed('')
    expect((await look()).asked).toEqual(['a', 'b'])
  })

  test.each([
    ['another state', { state: 'exited', status: 'Exited (1) 2 seconds ago' }],
    ['another health', { status: 'Up 3 seconds (unhealthy)' }],
    ['another network', { network: [] }],
  ])('%s in the list is believed without an event', async (_, change) => {
    const { look, quiet, one } = scene(['a', 'b'])
    await quiet()
    Object.assign(one('a'), change)
    expect((await look()).asked).toEqual(['a'])
  })

  test('an age that goes on is no change', async () => {
    const { look, quiet, one } = scene(['a'])
    await quiet()
    one('a').status = 'Up About a minute'
    expect((await look()).asked).toEqual([])
  })

  test('an answer that an event overtook is not kept', async () => {
    const { look, quiet, known, one } = scene(['a'])
    await quiet()
    known.changed('a')
    one('a').whileAsked = () => known.changed('a')
    await look()
    one('a').whileAsked = () => undefined
    expect((await look()).asked).toEqual(['a'])
    expect((await look()).asked).toEqual([])
  })

  test('now and then everything is asked anew', async () => {
    const { look, quiet, clock } = scene(['a', 'b'])
    await quiet()
    await clock.advance(WHOLE_LOOK_MS)
    expect((await look()).asked).toEqual(['a', 'b'])
    expect((await look()).asked).toEqual([])
  })

  test('one that is gone is gone, and another in its place is another', async () => {
    const { look, quiet, remove } = scene(['a', 'b'])
    await quiet()
    remove('a')
    expect((await look()).seen.map(({ name }) => name)).toEqual(['b'])
  })
})
