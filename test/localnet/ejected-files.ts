import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Driver } from './driver.ts'
import { commandsOf, runCommand, type CommandResult } from './compose-tool.ts'
import { sleep } from './process.ts'
import type { Check } from './report.ts'

/** The stock miner writes down what it served every ten seconds. */
const FLUSH_MS = 12_000

/** A folder that Hearth wrote, and the commands of its README as a person would type them. */
export interface EjectedFiles {
  folder: string
  /** Commands of a chapter, by its number. */
  of(chapter: string): string[]
  run(line: string, input?: string): Promise<CommandResult>
  /** The same, and it has to end well. */
  must(line: string, input?: string): Promise<CommandResult>
  /** Runs it until it says what is waited for. */
  again(what: string, line: string, done: (result: CommandResult) => boolean): Promise<CommandResult>
  /** Refuses relays, waits and stops, as chapters 4 and 7 say. `goOn` has the rest of chapter 4. */
  stop(): Promise<void>
  goOn(): Promise<void>
  /** Whether a text stands in any of the files. */
  holds(text: string): boolean
  modeOf(name: string): string
}

/** @param tool Docker Compose as a program */
export function ejectedFiles(folder: string, tool: string, socket: string, check: Check): EjectedFiles {
  const env = { DOCKER_HOST: `unix://${socket}` }
  const commands = commandsOf(readFileSync(join(folder, 'README.md'), 'utf8'))
  const of = (chapter: string): string[] => commands.filter(({ heading }) => heading.startsWith(`${chapter}.`)).map(({ line }) => line)
  const run: EjectedFiles['run'] = async (line, input) => {
    const words = line.split(' ')
    if (words[0] !== 'docker') throw new Error(`not a command of the page: ${line}`)
    if (words[1] !== 'compose') return runCommand('docker', words.slice(1), { cwd: folder, env })
    const args = words.slice(2)
    // Without a terminal.
    if (args[0] === 'exec' || args[0] === 'run') args.splice(1, 0, '-T')
    return runCommand(tool, args, { cwd: folder, env, ...(input === undefined ? {} : { input }) })
  }
  const must: EjectedFiles['must'] = async (line, input) => {
    const result = await run(line, input)
    check(line.slice(0, 110), result.code === 0, result.out.slice(-1_500))
    return result
  }
  return {
    folder,
    of,
    run,
    must,
    async again(what, line, done) {
      let last: CommandResult = { code: 1, out: '' }
      for (let tries = 0; tries < 60; tries += 1) {
        last = await run(line)
        if (done(last)) return last
        await sleep(500)
      }
      throw new Error(`${what}: ${last.out.slice(-500)}`)
    },
    async stop() {
      const [refuse = '', list = '', stopMiner = ''] = of('4')
      await must(refuse)
      await sleep(FLUSH_MS)
      await must(list)
      await must(stopMiner)
    },
    async goOn() {
      for (const line of of('4').slice(3)) await must(line)
    },
    holds: (text) => readdirSync(folder).some((name) => readFileSync(join(folder, name), 'utf8').includes(text)),
    modeOf: (name) => (statSync(join(folder, name)).mode & 0o777).toString(8),
  }
}

/** Hands over now and waits until Hearth has let go. @returns how long it took, ms */
export async function handOver(driver: Driver): Promise<number> {
  const from = Date.now()
  await driver.call('eject.handOver', { when: 'now' })
  for (let tries = 0; tries < 180; tries += 1) {
    if ((await driver.call('eject.preview', {})).handOver?.stage === 'out') return Date.now() - from
    await sleep(250)
  }
  throw new Error('it was not handed over')
}

/** Relays of the claims that were settled. */
export async function relaysPaid(driver: Driver): Promise<number> {
  const { rows } = await driver.call('earnings.claims', { limit: 100 })
  return rows.filter((row) => row.stage === 'settled').reduce((sum, row) => sum + Number(row.relays), 0)
}

/** Waits until so many relays are paid, then compares ledger and balances. @returns their difference, upokt */
export async function paidAndEqual(driver: Driver, relays: number, check: Check): Promise<number> {
  let paid = 0
  for (let tries = 0; paid < relays && tries < 480; tries += 1) {
    await sleep(250)
    paid = await relaysPaid(driver)
  }
  check('every relay is claimed, proven and paid', paid === relays, { paid, relays })
  await driver.call('earnings.check', {})
  const { ledger } = (await driver.until('the comparison', ({ earnings }) => earnings.ledger.status !== 'unchecked')).earnings
  const difference = ledger.rows.reduce((total, row) => total + Math.abs(Number(row.differenceUpokt)), 0)
  check('ledger and balances are the same', ledger.status === 'equal' && difference === 0, ledger)
  return difference
}
