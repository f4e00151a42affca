import { describe, expect, test } from 'vitest'
import { stageEngine, type EngineUnderTest } from './engine-under-test.ts'
import { containersContract } from './suite-containers.ts'
import { eventsContract } from './suite-events.ts'
import { imagesContract } from './suite-images.ts'
import { insideContract } from './suite-inside.ts'
import { placesContract } from './suite-places.ts'

/** What every engine must do. */
export function engineContract(name: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(`engine contract: ${name}`, () => {
    const stage = stageEngine(makeEngine)

    test('tells what it is', async () => {
      const probe = await stage.engine.probe()
      expect(probe).toMatchObject({ kind: 'ready', os: 'linux' })
      if (probe.kind !== 'ready') return
      expect(probe.cpus).toBeGreaterThan(0)
      expect(probe.memoryBytes).toBeGreaterThan(2 ** 28)
      expect(Math.abs(probe.clockOffsetMs)).toBeLessThan(2_000)
      // What it is known by again lasts, or is not told at all.
      const again = await stage.engine.probe()
      expect(again.kind === 'ready' && again.id).toBe(probe.id)
    })

    imagesContract(stage)
    placesContract(stage)
    containersContract(stage)
    insideContract(stage)
    eventsContract(stage)
  })
}
