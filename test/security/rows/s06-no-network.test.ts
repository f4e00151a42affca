import { expect, test } from 'vitest'
import { stageElectron } from './stage.ts'

const on = stageElectron()

const ELSEWHERE = [
  'https://evil.example/',
  'http://127.0.0.1/',
  'http://localhost:8080/x',
  'ws://127.0.0.1/',
  'wss://evil.example/',
  'ftp://evil.example/',
  'file:///etc/passwd',
  'app://evil/',
  'app://hearth.evil/',
  'app:hearth',
  'chrome://settings/',
  'blob:https://evil.example/1',
  '',
]

test('S6: a session of Hearth asks nobody but Hearth, whatever the page wants', async () => {
  await on.stage.start()
  const cancels = (partition: string, url: string): unknown => {
    const answers: unknown[] = []
    on.stage.sessionOf(partition).beforeRequest?.({ url }, (answer) => answers.push(answer))
    return answers[0]
  }
  for (const partition of ['persist:hearth', 'hearth-confirm'])
    for (const url of ELSEWHERE) expect([partition, url, cancels(partition, url)]).toEqual([partition, url, { cancel: true }])
  expect(cancels('persist:hearth', 'app://hearth/index.html')).toEqual({ cancel: false })
  expect(cancels('hearth-confirm', 'confirm://surface/surface.css')).toEqual({ cancel: false })
  // Neither reaches into the other.
  expect(cancels('persist:hearth', 'confirm://surface/s/x')).toEqual({ cancel: true })
  expect(cancels('hearth-confirm', 'app://hearth/')).toEqual({ cancel: true })
})
