import { expect, test } from '@playwright/test'
import { confirmPage, signSheet, writeWordsDown } from './hearth.ts'
import { accessible, fit, getMoney, goTo, NO_ENGINE, onStage, practiceWithMoney } from './stage.ts'

/** A second supplier beside the first, on Practice: its key, its money, its stake, its services, and the same relay miner for both. */
test.describe.configure({ mode: 'serial', timeout: 150_000 })

const stage = onStage('suppliers', { engine: NO_ENGINE })
const go = (path: string): Promise<void> => goTo(stage().page, path)
const sign = async (): Promise<string> => {
  const { context, page } = stage()
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Review and sign…' }).click())
  const sheet = await signSheet(confirm)
  await confirm.close()
  await expect(page.getByText('In a block').first()).toBeVisible({ timeout: 30_000 })
  return sheet
}
/** Stake and services of the one in view, as the pages lead to them. */
const stakeAndOffer = async (): Promise<string> => {
  const { page } = stage()
  await go('/supplier/stake')
  await page.getByRole('textbox', { name: 'Amount' }).fill('59505')
  const sheet = await sign()
  await go('/supplier/services')
  await expect(page.getByRole('textbox', { name: /Endpoint of/ }).first()).toHaveValue(/^http:\/\/127\.0\.0\.1:\d+/)
  await sign()
  return sheet
}

test('the first is staked and serves', async () => {
  const { page } = stage()
  await practiceWithMoney(stage())
  await getMoney(page, 'operator', 100)
  await go('/supplier')
  await expect(page.getByText('Add another supplier')).toHaveCount(0)
  await stakeAndOffer()
  await go('/nodes/miner')
  await page.getByRole('button', { name: 'Start Relay miner' }).click()
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  await go('/supplier')
  await expect(page.getByText('Active', { exact: true }).first()).toBeVisible({ timeout: 40_000 })
  await expect(page.getByRole('listbox')).toHaveCount(0)
})

test('one more: from its key to its services, while the first goes on', async () => {
  const { context, page } = stage()
  await page.getByRole('link', { name: 'Add another supplier…' }).click()
  await accessible(page, 'add')
  await page.getByRole('button', { name: 'Make its operator key…' }).click()
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Open the key window' }).click())
  await writeWordsDown(confirm)
  await confirm.close()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('heading', { name: 'Operator 2 is not staked yet' })).toBeVisible({ timeout: 30_000 })
  const other = page.getByRole('option', { selected: false })
  await expect(page.getByRole('option', { selected: true })).toContainText('Operator 2')
  await expect(other).toContainText('59,505 POKT staked')
  await fit(page, 'practice-second-supplier')

  await go('/')
  await expect(page.getByRole('button', { name: 'Make operator key' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Stake…' })).toHaveCount(0)

  await getMoney(page, 'owner', 60_000)
  await getMoney(page, 'operator', 50)
  const sheet = await stakeAndOffer()
  expect(sheet).toContain('59,505')
  await go('/supplier')
  await expect(page.getByRole('option', { selected: true })).toContainText('Operator 2')
  await expect(page.getByRole('option').filter({ hasText: 'Active' })).toHaveCount(2, { timeout: 60_000 })
})

test('each has its own page, its line on Home, and is found again after a reload', async () => {
  const { page, problems } = stage()
  await page.getByRole('option', { selected: false }).click()
  await expect(page.getByRole('option', { selected: true })).not.toContainText('Operator 2')
  await go('/')
  await expect(page.getByRole('button', { name: 'Open Operator 2' })).toBeVisible()
  await page.getByRole('button', { name: 'Open Operator 2' }).click()
  await expect(page.getByRole('option', { selected: true })).toContainText('Operator 2')
  await page.reload()
  await expect(page.getByRole('option', { selected: true })).toContainText('Operator 2')
  await fit(page, 'practice-two-suppliers')
  await go('/earnings')
  await page.getByRole('combobox', { name: 'Show claims of' }).selectOption('Operator 2')
  await accessible(page, 'earnings')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await go('/supplier/leave')
  await expect(page.getByText('Your other suppliers get no relays either')).toBeVisible()
  expect(problems).toEqual([])
})
