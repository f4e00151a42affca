import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { stageElectron } from './stage.ts'

const on = stageElectron()

test('S14: the key process leaves no core file, also where Hearth itself may', async () => {
  const script = fileURLToPath(new URL('./fork-key-process.ts', import.meta.url))
  const { stdout } = await promisify(execFile)('/bin/sh', [
    '-c',
    'ulimit -c "$(ulimit -Hc)"; ulimit -c; exec "$0" "$1"',
    process.execPath,
    script,
  ])
  // Here core files are on, so that it is the key process's own doing when it has none.
  expect(stdout.split('\n')[0]).not.toBe('0')
  expect(stdout).toMatch(/^Max core file size +0 +0 /m)
})

test('S14: what the window showed lies in no cache on disk', async () => {
  await on.stage.start()
  const { calls } = on.stage.electron
  expect(calls.indexOf('switch disable-http-cache')).toBeGreaterThanOrEqual(0)
  expect(calls.indexOf('switch disable-http-cache')).toBeLessThan(calls.indexOf('whenReady'))
  for (const partition of ['persist:hearth', 'hearth-confirm']) expect(on.stage.sessionOf(partition).options).toEqual({ cache: false })
})
