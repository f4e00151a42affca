import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { containersOf } from '#test/localnet/morse.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { readMachine } from '#test/localnet/prepare.ts'

export const PASSWORD = 'violet tractor seldom ink'
/** Sessions of eight half-second blocks: long enough for a batch of relays, paid a few seconds later. */
const RULES = { blockMs: 500, blocksPerSession: 10, grace: 1, claimOpen: 1, claimClose: 1, proofOpen: 0, proofClose: 2 }

/** The web shell as a process of its own, started as the README says but for the test engine and the pace of the chain. */
export interface Hearth {
  /** A new one-time link. */
  link(): string
  dataDir: string
  /** SIGKILL, as if the power went. */
  kill(): Promise<void>
  /** SIGTERM, and the exit code. */
  quit(): Promise<number | null>
  start(): Promise<void>
  remove(): void
}

/**
 * @param options.rules of the Local chain, beside those of all tests @param options.images beside those of this machine @param options.env beside that of the test
 * @param options.before what lies in its data folder before the first start
 */
export async function startHearth(
  options: {
    engine?: string
    rules?: Record<string, number>
    images?: Record<string, string>
    env?: Record<string, string>
    before?: (dataDir: string) => Promise<void>
  } = {},
): Promise<Hearth> {
  const machine = readMachine()
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-e2e-'))
  await options.before?.(dataDir)
  const imagesFile = `${dataDir}.images.json`
  const rulesFile = `${dataDir}.rules.json`
  writeFileSync(imagesFile, JSON.stringify({ ...machine.images, ...options.images }))
  writeFileSync(rulesFile, JSON.stringify({ ...RULES, ...options.rules }))
  const engine = options.engine ?? `unix://${machine.engineSocket}`
  let child: ChildProcess | undefined
  let link = ''
  let exited: Promise<number | null> = Promise.resolve(null)

  const hearth: Hearth = {
    dataDir,
    link: () => link,
    async start() {
      const args = [
        'main/web.ts',
        '--data-dir',
        dataDir,
        '--engine',
        engine,
        '--images',
        imagesFile,
        '--local-rules',
        rulesFile,
        '--no-open',
      ]
      const started = spawn(process.execPath, args, {
        cwd: projectRoot,
        env: { ...process.env, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      exited = new Promise((resolve) => started.once('exit', (code) => resolve(code)))
      let output = ''
      link = await new Promise<string>((resolve, reject) => {
        const take = (chunk: Buffer): void => {
          output += chunk.toString()
          const found = /http:\/\/127\.0\.0\.1:\d+\/open\?token=\S+/.exec(output)
          if (found) resolve(found[0])
        }
        started.stdout.on('data', take)
        started.stderr.on('data', take)
        void exited.then((code) => reject(new Error(`Hearth ended with ${code}: ${output}`)))
      })
    },
    async kill() {
      child?.kill('SIGKILL')
      await exited
    },
    async quit() {
      child?.kill('SIGTERM')
      return exited
    },
    remove() {
      rmSync(dataDir, { recursive: true, force: true })
      rmSync(imagesFile, { force: true })
      rmSync(rulesFile, { force: true })
    },
  }
  await hearth.start()
  return hearth
}

/** One request beside the page, over a line of its own. @returns the answer as text */
export async function ask(page: Page | undefined, name: string, input: object): Promise<string> {
  const answer = await page
    ?.evaluate(
      ([called, given]) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`ws://${location.host}/socket`)
          socket.addEventListener('open', () => socket.send(JSON.stringify({ id: 1, name: called, input: given })))
          socket.addEventListener('message', (event) => {
            const text = String(event.data)
            if (text.includes('"id":1')) resolve(text)
          })
          socket.addEventListener('error', () => resolve('no socket'))
        }),
      [name, input] as const,
    )
    .catch(() => 'no page')
  return answer ?? 'no page'
}

/** Takes the Local chain away, so that nothing stays on the engine, also when a test failed half way. */
export async function removeChain(hearth: Hearth, page: Page | undefined): Promise<void> {
  const answer = await ask(page, 'localChain.remove', { loseOpenClaims: true })
  if (!answer.includes('taskId')) return
  const endMs = Date.now() + 20_000
  while ((await containersOf(hearth.dataDir)).length > 0 && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 300))
  // Volumes and networks go after the containers.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
}

/** Follows a link to the confirm surface that the page opens in a tab of its own. */
export async function confirmPage(context: BrowserContext, press: () => Promise<void>): Promise<Page> {
  const [page] = await Promise.all([context.waitForEvent('page'), press()])
  await page.waitForLoadState()
  return page
}

/** Writes 24 words down and answers the three that are asked back. */
export async function writeWordsDown(confirm: Page): Promise<string[]> {
  const words = await confirm.locator('ol.words b').allTextContents()
  await confirm.getByRole('button', { name: 'I have written them down' }).click()
  for (const label of await confirm.locator('form#ask label').allTextContents()) {
    const position = Number(/Word (\d+)/.exec(label)?.[1])
    await confirm.getByLabel(`Word ${position}`, { exact: true }).fill(words[position - 1] ?? '')
  }
  await confirm.getByRole('button', { name: 'Check and keep this key' }).click()
  await confirm.getByText('is in the vault').waitFor()
  return words
}

/** Reads the sheet and signs it. @returns its text */
export async function signSheet(confirm: Page): Promise<string> {
  const text = await confirm.locator('body').innerText()
  await confirm.getByLabel('Vault password').fill(PASSWORD)
  await confirm.locator('button.pri').click()
  await confirm.waitForLoadState()
  return text
}
