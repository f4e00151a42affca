import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { projectRoot } from '#test/localnet/paths.ts'
import { confirmPage, PASSWORD, signSheet, startHearth, writeWordsDown, type Hearth } from './hearth.ts'

/** The seven points on a machine where no container engine runs: everything inside Hearth, named Practice all the way. */
test.describe.configure({ mode: 'serial', timeout: 120_000 })

const PICTURES = join(projectRoot, 'screenshots')
let hearth: Hearth
let context: BrowserContext
let page: Page
const problems: string[] = []

const go = (path: string) => page.evaluate((hash) => void (location.hash = hash), path)
const open = async (): Promise<void> => {
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(hearth.link())
}
const signIn = async (): Promise<string> => {
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Review and sign…' }).click())
  const sheet = await signSheet(confirm)
  await confirm.close()
  return sheet
}

test.beforeAll(async ({ browser }) => {
  mkdirSync(PICTURES, { recursive: true })
  hearth = await startHearth({ engine: 'unix:///nonexistent/docker.sock' })
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await open()
})
// oxlint-disable-next-line no-empty-pattern -- Playwright wants the fixtures destructured, and none is needed
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) await page?.screenshot({ path: join(PICTURES, 'failed-practice.png') }).catch(() => undefined)
})
test.afterAll(async () => {
  await context?.close()
  await hearth?.quit()
  hearth?.remove()
})

test('from nothing to a settled claim, and through kill -9', async () => {
  const beganMs = Date.now()
  await test.step('1: vault, and Practice as the way to begin', async () => {
    await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
    await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Create vault' }).click()
    await expect(page.getByRole('region', { name: 'Practice' }).getByText('begin here')).toBeVisible()
    await page.getByRole('button', { name: 'Choose Practice' }).click()
    await expect(page.getByText('Simulated').first()).toBeVisible()
  })
  await test.step('2: the network starts, ten times as fast as it was', async () => {
    await page.getByRole('button', { name: '10 times' }).click()
    await page.getByRole('button', { name: 'Start the Practice network' }).click()
    await expect(page.getByText(/Block \d/).first()).toBeVisible({ timeout: 30_000 })
    await go('/')
  })
  await test.step('1b: keys of Practice', async () => {
    for (const role of ['owner', 'operator']) {
      await page.getByRole('button', { name: `Make ${role} key` }).click()
      const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Open the key window' }).click())
      await writeWordsDown(confirm)
      await confirm.close()
      await page.getByRole('button', { name: 'Done' }).click()
    }
  })
  await test.step('3: play money, stake, services', async () => {
    for (const [role, amount, arrived] of [
      ['owner', '60000', '60,000 POKT arrived'],
      ['operator', '100', '100 POKT arrived'],
    ] as const) {
      await go(`/supplier/funds?for=${role}`)
      await page.getByRole('textbox', { name: 'Amount' }).first().fill(amount)
      await page.getByRole('button', { name: 'Get test POKT' }).click()
      await expect(page.getByText(arrived).first()).toBeVisible({ timeout: 20_000 })
    }
    await go('/supplier/stake')
    await page.getByRole('textbox', { name: 'Amount' }).fill('59505')
    const stake = await signIn()
    expect(stake).toContain('59,505')
    expect(stake).toMatch(/Practice/)
    await expect(page.getByText(/The stake is in block|In a block/).first()).toBeVisible({ timeout: 20_000 })
    await go('/supplier/services')
    await expect(page.getByRole('textbox', { name: /Endpoint of/ }).first()).toHaveValue(/^http:\/\/127\.0\.0\.1:\d+/)
    await signIn()
    await expect(page.getByText('In a block').first()).toBeVisible({ timeout: 20_000 })
  })
  await test.step('4: the relay miner runs and the session begins', async () => {
    await go('/nodes/miner')
    await page.getByRole('button', { name: 'Start Relay miner' }).click()
    await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
    await go('/supplier/first-session')
    await expect(page.getByText('Your services are on').first()).toBeVisible({ timeout: 20_000 })
  })
  await test.step('5: test relays, every signature verified', async () => {
    await go('/supplier/test-relays')
    await page.getByRole('textbox', { name: 'How many' }).fill('20')
    const send = page.getByRole('button', { name: 'Send test relays' })
    await expect(send).toBeEnabled({ timeout: 20_000 })
    await send.click()
    await expect(page.getByText('under the on-chain key').first()).toBeVisible({ timeout: 30_000 })
  })
  await test.step('6: settled, and the ledger equals the balances', async () => {
    await go('/earnings')
    await expect(page.getByText('Settled', { exact: true }).first()).toBeVisible({ timeout: 40_000 })
    await expect(page.getByText('Ledger equals balances').first()).toBeVisible({ timeout: 30_000 })
    await page.screenshot({ path: join(PICTURES, 'practice-earnings.png') })
  })
  await test.step('7: killed and started again, it goes on where it stood', async () => {
    await hearth.kill()
    await hearth.start()
    await page.close()
    await open()
    await go('/nodes/pocket')
    await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
    await go('/unlock')
    await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Unlock' }).click()
    await go('/nodes/miner')
    await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  })
  console.log(`practice: the seven points took ${((Date.now() - beganMs) / 1000).toFixed(1)} s`)
})

test('time: pause, speed, the next moment; the tour goes through all of it', async () => {
  await page.getByRole('button', { name: 'Pause time' }).click()
  await expect(page.getByRole('button', { name: 'Let time run' })).toBeVisible()
  const clock = page.locator('.practice-bar .num').first()
  const stands = await clock.innerText()
  await page.waitForTimeout(1_500)
  expect(await clock.innerText()).toBe(stands)
  await page.getByRole('button', { name: /^Jump to/ }).click()
  await expect(clock).not.toHaveText(stands)
  await page.getByRole('button', { name: 'Let time run' }).click()
  await go('/practice')
  await page.getByRole('button', { name: /tour/ }).first().click()
  const tour = page.getByRole('complementary', { name: 'The life of a supplier' })
  await expect(tour).toBeVisible()
  await expect(tour.getByText(/of 13/)).toBeVisible()
  await page.screenshot({ path: join(PICTURES, 'practice-tour.png') })
  await tour.getByRole('link', { name: 'Show me' }).click()
  await expect(tour).toBeVisible()
  await tour.getByRole('button', { name: 'Close the tour' }).click()
  await expect(tour).toHaveCount(0)
})

test('a scenario is played and Home says what went wrong', async () => {
  await go('/practice')
  await page.getByRole('button', { name: /^Play.*A proof is missed/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Play it' }).click()
  await expect(page.getByText(/proof/i).first()).toBeVisible({ timeout: 20_000 })
  await go('/earnings')
  await expect(page.getByText(/slashed|not proven|Expired/i).first()).toBeVisible({ timeout: 20_000 })
  await go('/practice')
  await expect(page.getByText('playing', { exact: true })).toBeVisible()
  await page.screenshot({ path: join(PICTURES, 'practice-scenario.png') })
  await page.getByRole('textbox', { name: 'Text of the file' }).fill('{"containers": -1}')
  await page.getByRole('button', { name: 'Play this file' }).click()
  await expect(page.getByText('invalid-request').first()).toBeVisible()
})

test('the page had no script error and broke no policy', () => {
  expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
