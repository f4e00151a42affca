import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test'
import { projectRoot } from '#test/localnet/paths.ts'
import { PASSWORD } from './hearth.ts'

/** The web shell as on a machine without a screen: over TLS, with its own certificate, no terminal. No container engine is needed. */
const SIGN_IN = 'copper window hardly june'
const ARGS = ['--tls-self', '--engine', 'unix:///nonexistent/docker.sock', '--no-open']

interface Headless {
  url: string
  output(): string
  /** A one-time link, asked for as an administrator would. */
  link(): Promise<string>
  stop(): Promise<number | null>
}

// Starting Hearth and deriving two slow hashes take their time on a busy machine.
test.setTimeout(120_000)

let dataDir: string
const running = new Set<ChildProcess>()
test.beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hearth-e2e-signin-'))
})
test.afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** @param port 0 = any */
async function start(port = 0): Promise<Headless> {
  const child = spawn(process.execPath, ['main/web.ts', '--data-dir', dataDir, '--port', String(port), ...ARGS], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  const waiting = new Set<() => void>()
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
    for (const look of waiting) look()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(output)?.[1]
        if (found !== undefined) resolve(found)
      }
      waiting.add(look)
      look()
      void ended.then((code) => reject(new Error(`Hearth ended with ${code}: ${output}`)))
    })
  const url = await says(/(?:within ten minutes|Hearth is ready): (https:\/\/127\.0\.0\.1:\d+)/)
  return {
    url,
    output: () => output,
    async link() {
      const before = output.length
      child.kill('SIGUSR2')
      await expect.poll(() => output.slice(before)).toMatch(/A new link.*token=\S+\n/)
      return /(https:\S+token=\S+)/.exec(output.slice(before))?.[1] ?? ''
    },
    async stop() {
      child.kill('SIGTERM')
      running.delete(child)
      return ended
    },
  }
}

const context = (browser: Browser): Promise<BrowserContext> => browser.newContext({ ignoreHTTPSErrors: true })
async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Sign-in password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
/** First start: a link, the vault, and the sign-in password on the page of sessions. */
async function prepare(browser: Browser, hearth: Headless): Promise<Page> {
  const page = await (await context(browser)).newPage()
  await page.goto(await hearth.link())
  await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create vault' }).click()
  await page.getByRole('button', { name: 'Choose Practice' }).click()
  await expect(page.getByRole('navigation').first()).toBeVisible()
  await expect(async () => {
    // Choosing a network leads somewhere by itself, and may do so a moment later.
    await page.goto(`${hearth.url}/#/settings/sessions`)
    await expect(page.getByRole('textbox', { name: 'New sign-in password' })).toBeVisible({ timeout: 3_000 })
  }).toPass()
  await page.getByRole('textbox', { name: 'New sign-in password' }).fill(SIGN_IN)
  await page.getByRole('textbox', { name: 'The new one again' }).fill(SIGN_IN)
  await page.getByRole('button', { name: 'Set password' }).click()
  await expect(page.getByText('The sign-in password is set.')).toBeVisible()
  return page
}

test('sign in from another browser, see it listed, end it there: the other page says so and leads back to signing in', async ({
  browser,
}) => {
  const hearth = await start()
  const owner = await prepare(browser, hearth)
  const elsewhere = await context(browser)
  const page = await elsewhere.newPage()
  await page.goto(hearth.url)
  await expect(page).toHaveURL(`${hearth.url}/sign-in`)
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await signIn(page, 'not this one at all')
  await expect(page.getByRole('alert')).toContainText('That is not the sign-in password')
  await signIn(page, SIGN_IN)
  await expect(page).toHaveURL(`${hearth.url}/`)
  await expect(page.getByRole('navigation').first()).toBeVisible()
  const cookies = await elsewhere.cookies()
  expect(cookies).toMatchObject([{ name: '__Host-hearth_session', httpOnly: true, secure: true, sameSite: 'Strict' }])

  await owner.reload()
  await expect(owner.getByRole('row')).toHaveCount(3)
  await expect(owner.getByRole('row', { name: /this browser/ })).toContainText('one-time link')
  expect((await new AxeBuilder({ page: owner }).analyze()).violations).toEqual([])
  await owner.getByRole('button', { name: /^End the session of Chrome on Linux/ }).click()
  await expect(owner.getByRole('row')).toHaveCount(2)
  // At once, without a word from the page.
  await expect(page.getByText('This browser’s session has ended')).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Hearth' })).toBeVisible()
  // The very cookie, played again.
  await elsewhere.addCookies(cookies)
  await page.goto(hearth.url)
  await expect(page).toHaveURL(`${hearth.url}/sign-in`)
  expect(await hearth.stop()).toBe(0)
})

test('too many wrong passwords close the door for a while, a restart does not open it', async ({ browser }) => {
  const first = await start()
  await prepare(browser, first)
  const page = await (await context(browser)).newPage()
  await page.goto(first.url)
  for (let wrong = 1; wrong <= 5; wrong += 1) {
    await signIn(page, `wrong number ${wrong}`)
    await expect(page.getByRole('alert')).toContainText('That is not the sign-in password')
  }
  await signIn(page, SIGN_IN)
  await expect(page.getByRole('alert')).toContainText(/Too many wrong passwords\. The next try is open in \d+ seconds/)
  const port = Number(new URL(first.url).port)
  expect(await first.stop()).toBe(0)
  const second = await start(port)
  // With a password set, a log that others may read holds no link.
  expect(second.output()).not.toContain('token=')
  await page.goto(second.url)
  await signIn(page, SIGN_IN)
  await expect(page.getByRole('alert')).toContainText('Too many wrong passwords')
  expect(await second.stop()).toBe(0)
})

test('a session lives over a restart, and the page that was open goes on by itself', async ({ browser }) => {
  const first = await start()
  const page = await prepare(browser, first)
  const port = Number(new URL(first.url).port)
  expect(await first.stop()).toBe(0)
  await expect(page.getByText(/does not answer/).first()).toBeVisible()
  const second = await start(port)
  await expect(page.getByText(/does not answer/)).toHaveCount(0)
  await expect(page.getByRole('row', { name: /this browser/ })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('row', { name: /this browser/ })).toBeVisible()
  expect(await second.stop()).toBe(0)
})
