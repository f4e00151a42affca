import { describe, expect, test } from 'vitest'
import { engineSocket, makeDocker } from './docker-engine.ts'
import { stageEngine } from './engine-under-test.ts'
import { realEngineContract } from './suite-real.ts'
import { engineContract } from './suite.ts'

engineContract('Docker', makeDocker)
realEngineContract('Docker', makeDocker, engineSocket)

describe('Docker', () => {
  const stage = stageEngine(makeDocker)

  test('has a name for itself that another engine does not have', async () => {
    const probe = await stage.engine.probe()
    expect(probe.kind === 'ready' && probe.id).toMatch(/^[\w:-]{20,}$/)
  })

  test('a program that was killed for lack of memory is mostly seen as that', async () => {
    // Docker 20.10 loses the race between the kernel's word and the end of the program about one time in six; Podman 4.3 never tells.
    let wasSeen = false
    for (let tries = 0; tries < 6 && !wasSeen; tries += 1) {
      const container = await stage.running({ command: ['sh', '-c', 'tail -c 200000000 /dev/zero'], memoryBytes: 16 * 1024 * 1024 })
      wasSeen = (await stage.becomes(container, 'exited')).oomKilled
    }
    expect(wasSeen).toBe(true)
  })

  test('lines since a time are those of that time and later, to the millisecond', async () => {
    const container = await stage.running({ command: ['sh', '-c', 'echo one; sleep 0.3; echo two; exec sleep 600'] })
    await expect.poll(async () => (await stage.engine.logs(container, { tail: 9 })).length, { timeout: 10_000 }).toBe(2)
    const [, second] = await stage.engine.logs(container, { tail: 9 })
    expect((await stage.engine.logs(container, { tail: 9, sinceMs: (second?.timeMs ?? 0) - 10 })).map((line) => line.text)).toEqual(['two'])
  })
})
