import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { freePort } from '#test/localnet/engine.ts'
import { anvilProgram } from '#test/localnet/images.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { prepareMachine } from '#test/localnet/prepare.ts'
import { PASSWORD, startHearth, type Hearth } from './hearth.ts'

/**
 * Attaching a node of one's own, as a user does it, against a real node on this PC and a real engine. That relays are answered through it is `test/localnet/attach.ts`: it needs a staked
 * supplier and no browser.
 */
test.describe.configure({ mode: 'serial' })

const PICTURES = join(projectRoot, 'screenshots')
let hearth: Hearth
let context: BrowserContext
let page: Page
let anvil: ChildProcess
let port = 0
const problems: string[] = []
const go = (path: string) => page.evaluate((hash) => void (location.hash = hash), path)

/** A node of another chain: mainnet Ethereum's number to whatever it is asked. */
const foreign = createServer((request, response) => {
  strangers.push(request.headers.authorization ?? '')
  response.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":"0x1"}')
})
/** What credentials it was shown. */
const strangers: string[] = []

/** No finding of axe in either theme, and nothing wider than a phone. */
async function fit(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The library's announcer keeps what a busy button said for some seconds, also once that button is gone.
    const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze()
    expect(
      violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
      `${name} ${colorScheme}`,
    ).toEqual([])
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`) })
  }
  await page.setViewportSize({ width: 360, height: 1300 })
  await page.screenshot({ path: join(PICTURES, `${name}-phone.png`) })
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  expect(isWide, `${name} is wider than 360 px`).toBe(false)
  await page.setViewportSize({ width: 1280, height: 860 })
  await page.emulateMedia({ colorScheme: 'light' })
}

test.beforeAll(async ({ browser }) => {
  await prepareMachine()
  mkdirSync(PICTURES, { recursive: true })
  port = await freePort()
  const { program } = await anvilProgram()
  anvil = spawn(program, ['--host', '0.0.0.0', '--port', String(port), '--block-time', '1', '--silent'], { stdio: 'ignore' })
  await new Promise<void>((resolve) => {
    foreign.listen(0, 'localhost', resolve)
  })
  hearth = await startHearth()
  context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(hearth.link())
  await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create vault' }).click()
  await page.getByRole('button', { name: 'Choose Local chain' }).click()
  await go('/nodes')
})
test.afterAll(async () => {
  anvil?.kill('SIGKILL')
  foreign.close()
  foreign.closeAllConnections()
  await context?.close()
  await hearth?.quit()
  hearth?.remove()
})

test('what to serve shows this PC, prices that are the chain’s or none, and what does not fit', async () => {
  await go('/setup/what-to-serve')
  await expect(page.getByRole('heading', { name: 'What should this PC serve?' })).toBeVisible()
  await expect(page.getByText('answered by a container here')).toBeVisible()
  await page.getByRole('button', { name: /^All \d+/ }).click()
  await fit('what-to-serve')
  await page.getByLabel('Find a chain').fill('solana')
  await expect(page.getByText('needs a data centre')).toBeVisible()
  await page.getByLabel('Find a chain').fill('no such chain')
  await expect(page.getByText(/No chain of that name is in the catalogue/)).toBeVisible()
})

test('an address that is no node’s, a wrong chain and a dead port are refused with their reason', async () => {
  await go('/nodes')
  await page.getByRole('button', { name: 'Attach your own endpoint for Anvil (LocalNet)' }).click()
  const address = page.getByLabel('Address (HTTP)')
  for (const [typed, said] of [
    ['http://169.254.169.254/latest', 'backend-address-refused'],
    ['http://127.0.0.1:1', 'backend-unreachable'],
    ['http://rpc.example.org', 'backend-address-refused'],
    [`http://localhost:${(foreign.address() as AddressInfo).port}`, 'backend-wrong-chain'],
  ] as const) {
    await address.fill(typed)
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await expect(page.getByText(said)).toBeVisible()
    await expect(page.getByRole('button', { name: 'Attach', exact: true })).toBeDisabled()
    await address.fill('')
  }
})

test('a real node is tested, attached and asked what gateways ask; its key is shown nowhere', async () => {
  await page.getByLabel('Address (HTTP)').fill(`http://127.0.0.1:${port}/?key=canary-key`)
  await page.getByLabel('Credentials').selectOption('bearer')
  await page.getByRole('textbox', { name: 'Token' }).fill('canary-token')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByText('the right one (0x7a69)')).toBeVisible({ timeout: 20_000 })
  await fit('attach-endpoint')
  await page.getByRole('button', { name: 'Attach', exact: true }).click()
  await expect(page.getByText('your endpoint')).toBeVisible()
  await expect(page.getByText(/rest of the address hidden/)).toBeVisible()
  expect(await page.content()).not.toMatch(/canary-(?:key|token)/)
  await page.getByRole('button', { name: 'What gateways ask of Anvil (LocalNet)' }).click()
  await expect(page.getByRole('cell', { name: 'eth_chainId' })).toBeVisible()
  await fit('backends')
})

test('its credential stays with its host: another host asks for it again', async () => {
  const before = strangers.length
  await page.getByRole('button', { name: 'Change the endpoint of Anvil (LocalNet)' }).click()
  await page.getByLabel('Address (HTTP)').fill(`http://localhost:${(foreign.address() as AddressInfo).port}`)
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByText('another host: give the credentials again')).toBeVisible()
  await expect(page.getByText('backend-credential-refused')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled()
  await fit('attach-another-host')
  expect(strangers.slice(before)).toEqual([])
  // Given again, it is this one that goes there, and not the stored one.
  await page.getByLabel('Credentials').selectOption('bearer')
  await page.getByRole('textbox', { name: 'Token' }).fill('another-token')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByText('backend-wrong-chain')).toBeVisible()
  expect(new Set(strangers.slice(before))).toEqual(new Set(['Bearer another-token']))
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
})

test('one that stops answering is told with its reason; once removed, the container answers again', async () => {
  anvil.kill('SIGKILL')
  await page.getByRole('button', { name: 'Ask what answers Anvil (LocalNet) now' }).click()
  await expect(page.getByText('backend-unreachable')).toBeVisible()
  await expect(page.getByText('Does not answer', { exact: true })).toBeVisible()
  await fit('backends-failing')
  await page.getByRole('button', { name: 'Remove the endpoint of Anvil (LocalNet)' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page.getByText('a container here')).toBeVisible()
  await expect(page.getByText('Does not answer', { exact: true })).toHaveCount(0)
  expect(problems).toEqual([])
})
