import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Locator, type Page } from '@playwright/test'
import { projectRoot } from '#test/localnet/paths.ts'
import { confirmPage, PASSWORD, signSheet, startHearth, writeWordsDown, type Hearth } from './hearth.ts'

/** Services, applications, gateways and Morse: each form once, from its first field to what the chain then says. On Practice, where blocks are quick. */
test.describe.configure({ mode: 'serial', timeout: 120_000 })

const PICTURES = join(projectRoot, 'screenshots')
let hearth: Hearth
let context: BrowserContext
let page: Page
const problems: string[] = []
/** Of the operator, whose gateway it is. */
let gatewayAddress = ''

const go = (path: string) => page.evaluate((hash) => void (location.hash = hash), path)
const form = (title: string): Locator => page.getByRole('form', { name: title })

/** Presses the button of a form, reads and signs the sheet, waits for the block and for the chain's own word. @returns the sheet's text */
async function signed(where: Locator, button: string): Promise<string> {
  const confirm = await confirmPage(context, () => where.getByRole('button', { name: button }).click())
  const sheet = await signSheet(confirm)
  await confirm.close()
  await expect(page.getByText(/Read back at block [\d,]+: the chain says what you signed/)).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Back to the form' }).click()
  await expect(page.getByText('Read back at block')).toHaveCount(0)
  return sheet
}

/** No finding in either theme, and nothing wider than a phone. */
async function fit(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The library's announcer keeps what a busy button said for some seconds, also once that button is gone.
    const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze()
    expect(
      violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
      `${name} ${colorScheme}`,
    ).toEqual([])
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage: true })
  }
  await page.setViewportSize({ width: 360, height: 780 })
  await page.screenshot({ path: join(PICTURES, `${name}-phone.png`) })
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.body.querySelectorAll('*')]
      .filter((each) => each.getBoundingClientRect().right > clientWidth)
      .map((each) => `${each.tagName} ${each.getAttribute('class') ?? ''}`)
  })
  expect.soft(tooWide, `${name} is wider than 360 px`).toEqual([])
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: 'light' })
}

test.beforeAll(async ({ browser }) => {
  mkdirSync(PICTURES, { recursive: true })
  hearth = await startHearth({ engine: 'unix:///nonexistent/docker.sock' })
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(hearth.link())
})
// oxlint-disable-next-line no-empty-pattern -- Playwright wants the fixtures destructured, and none is needed
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus)
    await page?.screenshot({ path: join(PICTURES, 'failed-chain-pages.png'), fullPage: true }).catch(() => undefined)
})
test.afterAll(async () => {
  await context?.close()
  await hearth?.quit()
  hearth?.remove()
})

test('a network, two keys and play money', async () => {
  await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create vault' }).click()
  await page.getByRole('button', { name: 'Choose Practice' }).click()
  await page.getByRole('button', { name: '10 times' }).click()
  // Before the chain answers: no figure is invented.
  await go('/supplier/more/gateways')
  await expect(page.getByText('Waiting for the chain')).toBeVisible()
  await expect(page.getByText('What it costs')).toHaveCount(0)
  await go('/')
  await page.getByRole('button', { name: 'Start the Practice network' }).click()
  await expect(page.getByText(/Block \d/).first()).toBeVisible({ timeout: 30_000 })
  await go('/supplier/more/gateways')
  await expect(page.getByText('No key of this network can sign yet')).toBeVisible()
  await go('/')
  for (const role of ['owner', 'operator']) {
    await page.getByRole('button', { name: `Make ${role} key` }).click()
    const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Open the key window' }).click())
    await writeWordsDown(confirm)
    await confirm.close()
    await page.getByRole('button', { name: 'Done' }).click()
  }
  for (const [role, amount, arrived] of [
    ['owner', '60000', '60,000 POKT arrived'],
    ['operator', '20000', '20,000 POKT arrived'],
  ] as const) {
    await go(`/supplier/funds?for=${role}`)
    await page.getByRole('textbox', { name: 'Amount' }).first().fill(amount)
    await page.getByRole('button', { name: 'Get test POKT' }).click()
    await expect(page.getByText(arrived).first()).toBeVisible({ timeout: 20_000 })
  }
})

test('the way there is one quiet line on Supplier', async () => {
  await go('/supplier')
  await page.getByRole('link', { name: 'More on chain…' }).click()
  await expect(page.getByRole('heading', { name: 'More that you can do on chain' })).toBeVisible()
  await expect(page.getByText('none of yours').first()).toBeVisible()
  await fit('onchain')
  await page.getByRole('link', { name: 'Services of your own' }).click()
  await expect(page.getByText('No service belongs to an address of this vault.')).toBeVisible()
})

test('a service is added for its fee, changed for none, and given away', async () => {
  await expect(page.getByText(/Read from the chain at block [\d,]+/)).toBeVisible()
  const add = form('Add or change a service')
  await add.getByRole('textbox', { name: 'Id' }).fill('anvil')
  await expect(add.getByText('belongs to somebody else')).toBeVisible()
  await add.getByRole('textbox', { name: 'Id' }).fill('oakroom')
  await add.getByRole('textbox', { name: 'Name' }).fill('Oak room')
  await add.getByRole('textbox', { name: 'Compute units' }).fill('0')
  await expect(add.getByRole('button', { name: 'Add the service…' })).toBeDisabled()
  await add.getByRole('textbox', { name: 'Compute units' }).fill('1200')
  await add.getByRole('combobox', { name: 'Sign with' }).selectOption({ label: 'Owner' })
  const sheet = await signed(add, 'Add the service…')
  expect(sheet).toContain('oakroom')
  expect(sheet).toMatch(/fee of [\d.,]+ POKT for a new service/)
  const row = page.locator('tr[data-service=oakroom]')
  await expect(row).toContainText('1,200')
  await row.getByRole('button', { name: 'Change oakroom' }).click()
  await add.getByRole('textbox', { name: 'Compute units' }).fill('1300')
  const change = await signed(add, 'Change the service…')
  expect(change).toMatch(/costs 1300 compute units instead of 1200 from block/)
  await expect(row).toContainText('1,300')
  await fit('onchain-services')
})

test('a gateway is staked and raised by the operator’s key', async () => {
  await go('/supplier/more/gateways')
  const stake = form('Stake or raise')
  await stake.getByRole('combobox', { name: 'Sign with' }).selectOption({ label: 'Operator' })
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('0.00001')
  await expect(stake.getByText(/minimum/i).first()).toBeVisible()
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('99999999')
  await expect(stake.getByText(/holds|missing/i).first()).toBeVisible()
  await expect(stake.getByRole('button', { name: 'Stake the gateway…' })).toBeDisabled()
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('6000')
  await signed(stake, 'Stake the gateway…')
  await expect(page.locator('tr[data-gateway]')).toContainText('6,000')
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('6001')
  await signed(stake, 'Raise the stake…')
  await expect(page.locator('tr[data-gateway]')).toContainText('6,001')
  gatewayAddress = (await page.locator('tr[data-gateway]').getAttribute('data-gateway')) ?? ''
  expect(gatewayAddress).toMatch(/^practice1/)
  await fit('onchain-gateways')
})

test('an application is staked, raised, delegated, freed and unstaked', async () => {
  await go('/supplier/more/applications')
  const stake = form('Stake or raise')
  await stake.getByRole('combobox', { name: 'Sign with' }).selectOption({ label: 'Owner' })
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('2000')
  await signed(stake, 'Stake the application…')
  const row = page.locator('tr[data-application]')
  await expect(row).toContainText('2,000')
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('2000')
  await expect(stake.getByRole('button', { name: 'Raise or change it…' })).toBeDisabled()
  await stake.getByRole('textbox', { name: 'Stake in total' }).fill('2001')
  await signed(stake, 'Raise or change it…')
  await expect(row).toContainText('2,001')

  const delegate = form('Delegate to a gateway')
  await delegate.getByRole('combobox', { name: 'Gateway', exact: true }).selectOption(gatewayAddress)
  const leash = await signed(delegate, 'Delegate…')
  expect(leash).toMatch(/can spend all 2,001(\.0+)? POKT of the stake/)
  await expect(row).toContainText(gatewayAddress.slice(0, 9))
  await fit('onchain-applications')
  await signed(form('End a delegation'), 'End the delegation…')
  const end = await signed(form('Unstake an application'), 'Unstake it…')
  expect(end).toMatch(/Relays can be sent until block \d+/)
  expect(end).toMatch(/Sessions that are open go on to their end/)
})

test('the gateway is unstaked, and says when its stake comes back', async () => {
  await go('/supplier/more/gateways')
  const sheet = await signed(form('Unstake a gateway'), 'Unstake it…')
  expect(sheet).toMatch(/lose it at block \d+/)
})

test('the service is given away for good', async () => {
  await go('/supplier/more/services')
  const give = form('Give a service away')
  await give.getByRole('textbox', { name: 'Address of the new owner' }).fill('not an address')
  await give.getByRole('button', { name: 'Give it away…' }).click()
  await expect(page.getByText('address-invalid')).toBeVisible()
  await give.getByRole('textbox', { name: 'Address of the new owner' }).fill(gatewayAddress)
  const sheet = await signed(give, 'Give it away…')
  expect(sheet).toContain('will own the service oakroom')
  // It is the other key's now, and can be changed by that one alone.
  await page.getByRole('button', { name: 'Change oakroom' }).click()
  await expect(form('Add or change a service').getByRole('combobox', { name: 'Sign with' })).toHaveText('Operator')
})

test('Morse says that Practice has none, and looks an address up', async () => {
  await go('/supplier/more/morse')
  await expect(page.getByText('Practice has no past on Morse')).toBeVisible()
  const look = form('Look an old address up')
  await look.getByRole('textbox', { name: 'Old address' }).fill('zz'.repeat(20))
  await expect(look.getByText('has 40 hex digits')).toBeVisible()
  await look.getByRole('textbox', { name: 'Old address' }).fill('ab'.repeat(20))
  await page.keyboard.press('Enter')
  await expect(page.locator(`tr[data-morse=${'AB'.repeat(20)}]`)).toContainText('nothing known')
  await fit('onchain-morse')
})

test('the page had no script error and broke no policy', () => {
  expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
