import { fuzz, newTally, codeLines, memoryInUse } from './fuzz.ts'
import { startFuzzedApp, HOSTILE_ONLY } from './real-app.ts'
const n = Number(process.argv[2])
const a = await startFuzzedApp()
console.log('started')
for (const line of [a.inProcess, a.socket]) {
  const t0 = Date.now(); const m = memoryInUse()
  const t = await fuzz(line, { messages: n, seed: 1, hostileOnly: HOSTILE_ONLY }, newTally())
  console.log(line.name, t.messages, t.hostile, Date.now() - t0, 'ms', (memoryInUse() - m)/1e6, 'MB')
  console.log(codeLines(t).join('\n')); console.log(t.accepted.slice(0, 20), t.internal.slice(0, 30), t.slow)
}
const log = await a.logged(); console.log(log.split('\n').filter((l) => l.includes('"error"')).slice(0, 15).map(l=>l.slice(0,700)).join('\n'))
await a.stop()
