import { expect, test, type Locator, type Page } from '@playwright/test'
import { choosePractice, createVault, fit, getMoney, goTo, makeKeys, NO_ENGINE, onStage, signForm, startPractice } from './stage.ts'

/** Services, applications, gateways and Morse: each form once, from its first field to what the chain then says. On Practice, where blocks are quick. */
test.describe.configure({ mode: 'serial', timeout: 120_000 })

const stage = onStage('chain-pages', { engine: NO_ENGINE })
/** Of the operator, whose gateway it is. */
let gatewayAddress = ''
const form = (title: string): Locator => page.getByRole('form', { name: title })
const signed = (where: Locator, button: string): Promise<string> => signForm(stage(), where, button)
let page: Page
const go = (path: string) => goTo(page, path)
test.beforeAll(() => {
  ;({ page } = stage())
})

test('a network, two keys and play money', async () => {
  await createVault(page)
  await choosePractice(page)
  // Before the chain answers: no figure is invented.
  await go('/supplier/more/gateways')
  await expect(page.getByText('Waiting for the chain')).toBeVisible()
  await expect(page.getByText('What it costs')).toHaveCount(0)
  await go('/')
  await startPractice(page)
  await go('/supplier/more/gateways')
  await expect(page.getByText('No key of this network can sign yet')).toBeVisible()
  await makeKeys(stage())
  await getMoney(page, 'owner', 60_000)
  await getMoney(page, 'operator', 20_000)
})

test('the way there is one quiet line on Supplier', async () => {
  await go('/supplier')
  await page.getByRole('link', { name: 'More on chain…' }).click()
  await expect(page.getByRole('heading', { name: 'More that you can do on chain' })).toBeVisible()
  await expect(page.getByText('none of yours').first()).toBeVisible()
  await fit(page, 'onchain')
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
  await fit(page, 'onchain-services')
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
  await fit(page, 'onchain-gateways')
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
  await fit(page, 'onchain-applications')
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
  await fit(page, 'onchain-morse')
})

test('the page had no script error and broke no policy', () => {
  expect(stage().problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
