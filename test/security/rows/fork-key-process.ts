import { readFileSync } from 'node:fs'
import { forkKeyProcess } from '#main/adapters/vault/fork-key-process.ts'

/** Starts the key process and says what the system limits it to. */
const child = forkKeyProcess()
const read = (): string => readFileSync(`/proc/${child.pid}/limits`, 'utf8')
const isNode = (): boolean => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes('--permission')
// The shell that becomes Node has the limit a moment later.
while (readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('/bin/sh') || !isNode())
  await new Promise((resolve) => setTimeout(resolve, 20))
process.stdout.write(read())
child.kill()
