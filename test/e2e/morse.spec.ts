import { expect, test, type BrowserContext, type Locator, type Page } from '@playwright/test'
import { importMorseAccounts, MORSE_PASSPHRASE, morseKeys } from '#test/localnet/morse.ts'
import { prepareMachine } from '#test/localnet/prepare.ts'
import { confirmPage, removeChain } from './hearth.ts'
import { createVault, fit, getMoney, goTo, makeKeys, onStage, picture, signForm } from './stage.ts'

/**
 * What lay on the old network, claimed in the browser on the real chain: the chain agrees on the old accounts as mainnet did, four key files are brought, and an account, an output
 * account, an application and a node are claimed, each read on the confirm surface and then on the chain.
 */
test.describe.configure({ mode: 'serial', timeout: 60_000 })

const VOTING_SECONDS = 4
let imported: Promise<void> | undefined
const stage = onStage(
  'morse',
  { rules: { votingSeconds: VOTING_SECONDS } },
  {
    before: () => prepareMachine(),
    async after({ hearth, page: last }) {
      await imported?.catch(() => undefined)
      await removeChain(hearth, last)
    },
  },
)
const form = (title: string): Locator => page.getByRole('form', { name: title })
const rowOf = (key: string): Locator => page.locator(`tr[data-morse="${morseKeys[key]?.morseAddress}"]`)
const keyOption = (where: Locator, key: string) =>
  where.getByRole('combobox', { name: 'Old key' }).selectOption({ label: `Old ${key}, ${morseKeys[key]?.morseAddress.slice(0, 8)}…` })

const claimed = (where: Locator, button: string): Promise<string> => signForm(stage(), where, button)
let context: BrowserContext
let page: Page
const go = (path: string) => goTo(page, path)
test.beforeAll(() => {
  ;({ context, page } = stage())
})

test('the Local chain starts, and agrees on what lay on the old network', async () => {
  await createVault(page)
  await page.getByRole('button', { name: 'Choose Local chain' }).click()
  await page.getByRole('button', { name: 'Start the Local chain' }).click()
  await expect(page.getByText(/Block \d/).first()).toBeVisible({ timeout: 50_000 })
  // The vote takes seconds; keys are made meanwhile.
  imported = importMorseAccounts(stage().hearth.dataDir)
  imported.catch(() => undefined)
})

test('two keys of now, and four old ones from their key files', async () => {
  await makeKeys(stage())
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
  await getMoney(page, 'owner', 100)
  await getMoney(page, 'operator', 101)
  await imported
})

test('what can be claimed is listed for each old key', async () => {
  await go('/supplier/more/morse')
  await expect(rowOf('account')).toContainText('1,234.56789')
  await expect(rowOf('node')).toContainText('60,005')
  await expect(rowOf('application')).toContainText('2,000')
  for (const key of Object.keys(morseKeys)) await expect(rowOf(key)).toContainText('to be claimed')
  await fit(page, 'onchain-morse-keys')
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
  await picture(page, 'onchain-morse-claimed')
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
  expect(stage().problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
