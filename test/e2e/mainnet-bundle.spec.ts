import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { projectRoot } from '#test/localnet/paths.ts'
import { prepareMachine } from '#test/localnet/prepare.ts'
import { ask, confirmPage, PASSWORD, signSheet, writeWordsDown } from './hearth.ts'
import { startMainnetLike, type MainnetLike } from './mainnet-like.ts'

/**
 * Serving on Mainnet as a user does it in the browser: a real chain that bears mainnet's id over TLS, the stock relay miner in containers, an Ethereum node of the user's own behind it.
 * What the relays are paid is `test/localnet/mainnet-bundle.ts`: it needs a gateway and no browser.
 */
test.describe.configure({ mode: 'serial', timeout: 90_000 })

const PICTURES = join(projectRoot, 'screenshots')
let world: MainnetLike
let context: BrowserContext
let page: Page
const problems: string[] = []

const go = (path: string) => page.evaluate((hash) => void (location.hash = hash), path)
const button = (name: string | RegExp) => page.getByRole('button', { name })
const line = (id: string) => page.locator(`[data-line="${id}"]`)

/** No finding of axe, a picture in either theme, and nothing wider than a phone. */
async function fit(name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await page.screenshot({ path: join(PICTURES, `${name}-dark.png`) })
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.screenshot({ path: join(PICTURES, `${name}-light.png`) })
  const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze()
  expect(
    violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
    name,
  ).toEqual([])
  await page.setViewportSize({ width: 390, height: 844 })
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  expect.soft(isWide, `${name} is wider than 390 px`).toBe(false)
  await page.setViewportSize({ width: 1280, height: 800 })
}

test.beforeAll(async ({ browser }) => {
  // A chain of its own, and an image that trusts its hosts.
  test.setTimeout(90_000)
  await prepareMachine()
  mkdirSync(PICTURES, { recursive: true })
  world = await startMainnetLike()
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(world.hearth.link())
})
// oxlint-disable-next-line no-empty-pattern -- Playwright wants the fixtures destructured, and none is needed
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus)
    await page?.screenshot({ path: join(PICTURES, 'failed-mainnet.png'), fullPage: true }).catch(() => undefined)
})
test.afterAll(async () => {
  // Nothing stays on the engine, also when a test failed half way.
  await ask(page, 'backends.remove', { serviceId: 'eth' })
  await ask(page, 'bundle.remove', { loseOpenClaims: true })
  const made = world as MainnetLike | undefined
  const endMs = Date.now() + 20_000
  if (made) while ((await made.left()).length > 0 && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 300))
  await context?.close()
  await made?.stop()
})

test('Mainnet is chosen, and said to be the right one', async () => {
  await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
  await button('Create vault').click()
  await button('Choose Mainnet…').click()
  await expect(page.getByRole('dialog').getByText('The relay miner can run on this PC')).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: 'Choose Mainnet' }).click()
  await expect(line('bundle')).toHaveAttribute('data-state', 'open')
  await go('/nodes')
  await expect(page.getByText('First say that this is the right chain')).toBeVisible()
  await button('Yes, this is Mainnet').click({ timeout: 20_000 })
  await expect(page.getByText('You said that this is the right chain')).toBeVisible()
})

test('the relay miner is explained, asks who opens the keys, and is set up', async () => {
  await expect(page.getByText('No relay miner on this PC yet')).toBeVisible()
  await expect(page.getByText(`Asked for blocks: ${world.minerHost}.`)).toBeVisible()
  await expect(page.getByText('no gRPC address: not for the relay miner')).toBeVisible()
  await page.getByRole('link', { name: 'Start the relay miner…' }).click()
  await expect(button('Start the relay miner')).toBeDisabled()
  await button('Keep “Ask me”').click()
  await fit('mainnet-e2e-start')
  await button('Start the relay miner').click()
  await expect(page.getByText('The relay miner is set up')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('listitem').filter({ hasText: 'Make the containers' })).toBeVisible()
  await page.getByRole('link', { name: 'Next: what answers' }).click()
  for (const title of ['Relay miner', 'Ingress', 'Key keeper'])
    await expect(page.getByRole('link', { name: title, exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Pocket node', exact: true })).toHaveCount(0)
})

test('a node of one’s own is attached behind it', async () => {
  await button(/^Attach your own endpoint for/)
    .first()
    .click()
  await page.getByLabel('Address (HTTP)').fill(world.nodeUrl)
  await page.getByRole('dialog').getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByText(/the right one/)).toBeVisible({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Attach', exact: true }).click()
  await expect(page.getByText('your endpoint').first()).toBeVisible()
  await go('/')
  await expect(line('answers')).toHaveAttribute('data-state', 'done')
  await expect(line('bundle')).toHaveAttribute('data-state', 'done')
})

test('keys, stake and services, with an address that gateways can reach', async () => {
  for (const role of ['owner', 'operator']) {
    await button(`Make ${role} key`).click()
    const confirm = await confirmPage(context, () => button('Open the key window').click())
    await writeWordsDown(confirm)
    await confirm.close()
    await button('Done').click()
  }
  const content = await ask(page, 'state.get', {})
  const addresses = [...new Set([...content.matchAll(/"address":"(pokt1[0-9a-z]{38})"/g)].map((match) => match[1] ?? ''))]
  expect(addresses).toHaveLength(2)
  await world.chain.fund(addresses, 70_000_000_000n)
  await go('/')
  await expect(line('owner-funds')).toHaveAttribute('data-state', 'done', { timeout: 20_000 })
  await go('/supplier/stake')
  await page.getByRole('textbox', { name: 'Amount' }).fill('59505')
  const review = async (): Promise<string> => {
    const confirm = await confirmPage(context, () => button('Review and sign…').click())
    const sheet = await signSheet(confirm)
    await confirm.close()
    await expect(page.getByText(/The stake is in block|The services are in block|In a block/).first()).toBeVisible({ timeout: 20_000 })
    return sheet
  }
  expect(await review()).toMatch(/real money/i)
  await go('/supplier/services')
  const endpoint = page.getByRole('textbox', { name: /^Endpoint of/ })
  await expect(endpoint).toHaveValue('')
  await expect(button('Review and sign…')).toBeDisabled()
  await endpoint.fill('http://127.0.0.1:8551')
  await expect(page.getByText('Nobody outside reaches this address')).toBeVisible()
  await endpoint.fill('https://relays.example.org')
  expect(await review()).toContain('https://relays.example.org')
})

test('it serves: Home judges it, its page says whom it asks, the self-test goes as far as it can', async () => {
  await go('/supplier/first-session')
  await expect(page.getByText('Your services are on').first()).toBeVisible({ timeout: 30_000 })
  await go('/')
  await expect(line('miner')).toHaveAttribute('data-state', 'done', { timeout: 30_000 })
  await page.screenshot({ path: join(PICTURES, 'mainnet-e2e-home.png') })
  await go('/nodes/miner')
  await expect(page.getByRole('region', { name: 'Where it asks the chain' })).toContainText(world.minerHost)
  await fit('mainnet-e2e-miner')
  await go('/supplier/self-test')
  await button('Test on this PC').click()
  const door = page.getByRole('region', { name: 'This PC' })
  await expect(door.getByText('by hand')).toBeVisible({ timeout: 20_000 })
  await expect(door.getByText(/What nobody signed is not worked for/)).toBeVisible()
  await go('/supplier')
  await expect(page.getByText('your endpoint').first()).toBeVisible()
})

test('while Practice is chosen the relay miner is looked after: the page says how it goes, and when it needs its key', async () => {
  const other = page.locator('[data-elsewhere="mainnet"]')
  await go('/setup')
  await expect(page.getByText('Hearth looks after it all the same')).toBeVisible()
  await button('Choose Practice').click()
  await expect(other).toContainText('Mainnet goes on.', { timeout: 20_000 })
  await expect(other).toHaveAttribute('role', 'status')
  await fit('mainnet-e2e-elsewhere')
  await go('/nodes')
  await expect(other).toHaveCount(0)
  await ask(page, 'vault.lock', {})
  // What holds the key in memory goes, as with a restart of the PC.
  await world.takeAway(['miner', 'keeper'])
  await expect(other).toContainText('The relay miner waits for the operator key', { timeout: 30_000 })
  await expect(other).toHaveAttribute('role', 'alert')
  await fit('mainnet-e2e-elsewhere-asks')
  await go('/setup')
  await expect(page.getByRole('region', { name: 'Mainnet' })).toContainText('The relay miner waits for the operator key')
  await fit('mainnet-e2e-elsewhere-setup')
  await go('/nodes')
  await other.getByRole('button', { name: 'Open the keys…' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click()
  await expect(other).toHaveCount(0, { timeout: 30_000 })
  await go('/')
  await other.getByRole('button', { name: 'Go to Mainnet' }).click()
  await expect(line('miner')).toHaveAttribute('data-state', 'done', { timeout: 30_000 })
  await expect(other).toHaveCount(0)
})

test('a stop says that it is real money; the removal says what is lost and leaves nothing', async () => {
  await go('/nodes/miner')
  await button('Stop Relay miner…').click()
  await expect(page.getByRole('dialog')).toContainText('This is real money')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await go('/nodes')
  await button('Remove the relay miner…').click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('link', { name: 'Leave safely first' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Remove the relay miner' }).click()
  // Nobody sent a relay: what the miner counts decides whether anything has to be let go.
  const letGo = dialog.getByRole('checkbox', { name: 'Let them go' })
  await expect(letGo.or(page.getByText('The relay miner is removed')).first()).toBeVisible({ timeout: 20_000 })
  if (await letGo.isVisible()) {
    await letGo.check()
    await dialog.getByRole('button', { name: 'Remove the relay miner' }).click()
  }
  await expect(page.getByText('The relay miner is removed')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('No relay miner on this PC yet')).toBeVisible()
  await expect.poll(() => world.left(), { timeout: 20_000 }).toEqual([])
  expect(problems).toEqual([])
})
