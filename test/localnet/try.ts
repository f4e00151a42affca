import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './paths.ts'
import { prepareMachine } from './prepare.ts'

/** Starts the app on the prepared test engine and images: `npm start` for machines that reach no official registry. Options are handed on. */
const machine = await prepareMachine({ log: (line) => console.log(line) })
if (machine.engineSocket === null) {
  console.log('This machine has no container engine.')
  process.exitCode = 1
} else {
  const args = [
    join(projectRoot, 'main/start.cjs'),
    '--engine',
    `unix://${machine.engineSocket}`,
    '--images',
    machine.imagesFile,
    ...process.argv.slice(2),
  ]
  const child = spawn(process.execPath, args, { stdio: 'inherit', cwd: projectRoot })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  child.once('exit', (code) => (process.exitCode = code ?? 1))
}
