import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Locator, type Page } from '@playwright/test'
import { importMorseAccounts, MORSE_PASSPHRASE, morseKeys } from '#test/localnet/morse.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { prepareMachine } from '#test/localnet/prepare.ts'
import { confirmPage, PASSWORD, removeChain, signSheet, startHearth, writeWordsDown, type Hearth } from './hearth.ts'

/**
 * What lay on the old network, claimed in the browser on the real chain: the chain agrees on the old accounts as mainnet did, four key files are brought, and an account, an output
 * account, an application and a node are claimed, each read on the confirm surface and then on the chain.
 */
test.describe.configure({ mode: 'serial', timeout: 60_000 })

const PICTURES = join(projectRoot, 'screenshots')
const VOTING_SECONDS = 4
let hearth: Hearth
let context: BrowserContext
let page: Page
const problems: string[] = []
let imported: Promise<void> | undefined

const go = (path: string) => page.evaluate((hash) => void (location.hash = hash), path)
const form = (title: string): Locator => page.getByRole('form', { name: title })
const rowOf = (key: string): Locator => page.locator(`tr[data-morse="${morseKeys[key]?.morseAddress}"]`)
const keyOption = (where: Locator, key: string) =>
  where.getByRole('combobox', { name: 'Old key' }).selectOption({ label: `Old ${key}, ${morseKeys[key]?.morseAddress.slice(0, 8)}…` })

/** Presses the button of a form, reads and signs the sheet with both keys, waits for the block and for the chain's own word. @returns the sheet's text */
async function claimed(where: Locator, button: string): Promise<string> {
  const confirm = await confirmPage(context, () => where.getByRole('button', { name: button }).click())
  const sheet = await signSheet(confirm)
  await confirm.close()
  await expect(page.getByText(/Read back at block [\d,]+: the chain says what you signed/)).toBeVisible({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Back to the form' }).click()
  await expect(page.getByText('Read back at block')).toHaveCount(0)
  return sheet
}

/** No finding of axe in either theme, and nothing wider than a phone. */
async function fit(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze()
    expect(
      violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
      `${name} ${colorScheme}`,
    ).toEqual([])
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage: true })
  }
  await page.setViewportSize({ width: 360, height: 780 })
  await page.screenshot({ path: join(PICTURES, `${name}-phone.png`), fullPage: true })
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  expect.soft(isWide, `${name} is wider than 360 px`).toBe(false)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: 'light' })
}

test.beforeAll(async ({ browser }) => {
  await prepareMachine()
  mkdirSync(PICTURES, { recursive: true })
  hearth = await startHearth({ rules: { votingSeconds: VOTING_SECONDS } })
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
    await page?.screenshot({ path: join(PICTURES, 'failed-morse.png'), fullPage: true }).catch(() => undefined)
})
test.afterAll(async () => {
  await imported?.catch(() => undefined)
  if (hearth) await removeChain(hearth, page)
  await context?.close()
  await hearth?.quit()
  hearth?.remove()
})

test('the Local chain starts, and agrees on what lay on the old network', async () => {
  await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create vault' }).click()
  await page.getByRole('button', { name: 'Choose Local chain' }).click()
  await page.getByRole('button', { name: 'Start the Local chain' }).click()
  await expect(page.getByText(/Block \d/).first()).toBeVisible({ timeout: 50_000 })
  // The vote takes seconds; keys are made meanwhile.
  imported = importMorseAccounts(hearth.dataDir)
  imported.catch(() => undefined)
})

test('two keys of now, and four old ones from their key files', async () => {
  await go('/')
  for (const role of ['owner', 'operator']) {
    await page.getByRole('button', { name: `Make ${role} key` }).click()
    const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Open the key window' }).click())
    await writeWordsDown(confirm)
    await confirm.close()
    await page.getByRole('button', { name: 'Done' }).click()
  }
  await go('/supplier/more/morse')
  await expect(page.getByText('No Morse key in this vault')).toBeVisible()
  await page.getByRole('link', { name: 'Go to Keys' }).click()
  for (const [key, { keyfile }] of Object.entries(morseKeys)) {
    await page.getByRole('button', { name: 'Bring a key' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`Old ${key}`)
    const confirm = await confirmPage(context, () => dialog.getByRole('button', { name: 'Open the key window' }).click())
    await confirm.locator('#secret').fill(JSON.stringify(keyfile))
    if (key === 'account') {
      await confirm.locator('#passphrase').fill('not the passphrase')
      await confirm.getByRole('button', { name: 'Keep this key' }).click()
      await expect(confirm.getByText(/passphrase/i).first()).toBeVisible()
      await expect(confirm.locator('#secret')).toHaveValue(JSON.stringify(keyfile))
    }
    await confirm.locator('#passphrase').fill(MORSE_PASSPHRASE)
    await confirm.getByRole('button', { name: 'Keep this key' }).click()
    await expect(confirm.getByText('is in the vault')).toBeVisible()
    await confirm.close()
    await dialog.getByRole('button', { name: 'Close' }).first().click()
  }
  for (const [role, amount] of [
    ['owner', '100'],
    ['operator', '101'],
  ] as const) {
    await go(`/supplier/funds?for=${role}`)
    await page.getByRole('textbox', { name: 'Amount' }).first().fill(amount)
    await page.getByRole('button', { name: 'Get test POKT' }).click()
    await expect(page.getByText(`${amount} POKT arrived`).first()).toBeVisible({ timeout: 20_000 })
  }
  await imported
})

test('what can be claimed is listed for each old key', async () => {
  await go('/supplier/more/morse')
  await expect(rowOf('account')).toContainText('1,234.56789')
  await expect(rowOf('node')).toContainText('60,005')
  await expect(rowOf('application')).toContainText('2,000')
  for (const key of Object.keys(morseKeys)) await expect(rowOf(key)).toContainText('to be claimed')
  await fit('onchain-morse-keys')
})

test('an account is claimed once, and not as what it was not', async () => {
  const account = form('Claim an account')
  await keyOption(account, 'application')
  await expect(account.getByText('This old address was an application')).toBeVisible()
  await expect(account.getByRole('button', { name: 'Claim the account…' })).toBeDisabled()
  await keyOption(account, 'account')
  await account.getByRole('combobox', { name: 'Sign with' }).selectOption({ label: 'Owner' })
  const sheet = await claimed(account, 'Claim the account…')
  expect(sheet).toContain('Take over an account of the old network?')
  expect(sheet).toContain(morseKeys['account']?.publicKeyHex ?? '')
  expect(sheet).toMatch(/1,?234\.56789 POKT go to/)
  await expect(rowOf('account')).toContainText(/claimed at block [\d,]+/)
  await keyOption(account, 'account')
  await expect(account.getByRole('button', { name: 'Claim the account…' })).toBeDisabled()
})

test('an application is claimed, and stands among the applications', async () => {
  const application = form('Claim an application')
  await application.getByRole('combobox', { name: 'Sign with' }).selectOption({ label: 'Owner' })
  const sheet = await claimed(application, 'Claim the application…')
  expect(sheet).toContain('Take over an application of the old network?')
  expect(sheet).toContain(morseKeys['application']?.publicKeyHex ?? '')
  expect(sheet).toMatch(/old stake of 2,?000(\.0+)? POKT becomes an application/)
  await expect(rowOf('application')).toContainText(/claimed at block [\d,]+/)
  await go('/supplier/more/applications')
  await expect(page.locator('tr[data-application]')).toContainText('2,000')
  await expect(page.locator('tr[data-application]')).toContainText('anvil')
  await go('/supplier/more/morse')
})

test('a node before its owner is refused in words; after its output account it becomes the supplier', async () => {
  const node = form('Claim a node as a supplier')
  await keyOption(node, 'node')
  await node.getByRole('button', { name: 'Claim the node…' }).click()
  await expect(page.getByText('The output account of this node has to be claimed before the node.')).toBeVisible()
  const account = form('Claim an account')
  await keyOption(account, 'output')
  await account.getByRole('combobox', { name: 'Sign with' }).selectOption({ label: 'Owner' })
  await claimed(account, 'Claim the account…')
  const sheet = await claimed(node, 'Claim the node…')
  expect(sheet).toContain('Take over a node of the old network as a supplier?')
  expect(sheet).toContain(morseKeys['node']?.morseAddress ?? '')
  expect(sheet).toMatch(/60,?005(\.0+)? POKT will belong to/)
  await expect(rowOf('node')).toContainText(/claimed at block [\d,]+/)
  await page.screenshot({ path: join(PICTURES, 'onchain-morse-claimed.png'), fullPage: true })
  await go('/supplier')
  await expect(page.getByText('60,005').first()).toBeVisible({ timeout: 20_000 })
  // Nothing of it is taken for somebody else's doing.
  await go('/wallet')
  await expect(page.locator('[data-movement]').filter({ hasText: 'MsgClaimMorseApplication' }).first()).toContainText(
    'Claim of what lay on the old network',
    { timeout: 20_000 },
  )
  await expect(page.getByText('Not sent by Hearth')).toHaveCount(0)
})

test('the page had no script error and broke no policy', () => {
  expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
