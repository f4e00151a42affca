import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { ROUTES } from '#renderer/app/routes.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { prepareMachine } from '#test/localnet/prepare.ts'
import { confirmPage, PASSWORD, signSheet, startHearth, writeWordsDown, type Hearth } from './hearth.ts'

/**
 * The seven points, as a user does them, in a real browser against the real chain, relay miner and containers. One long life: each test goes on where the one before ended.
 */
test.describe.configure({ mode: 'serial' })

const PICTURES = join(projectRoot, 'screenshots')
let hearth: Hearth
let context: BrowserContext
let page: Page
const problems: string[] = []

const go = (path: string) => page.evaluate((hash) => void (location.hash = hash), path)
const reviewed = async (): Promise<string> => {
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Review and sign…' }).click())
  const sheet = await signSheet(confirm)
  await confirm.close()
  await expect(page.getByText('In a block').first()).toBeVisible({ timeout: 20_000 })
  return sheet
}
const open = async (): Promise<void> => {
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(hearth.link())
}

test.beforeAll(async ({ browser }) => {
  await prepareMachine()
  mkdirSync(PICTURES, { recursive: true })
  hearth = await startHearth()
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await open()
})
// oxlint-disable-next-line no-empty-pattern -- Playwright wants the fixtures destructured, and none is needed
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) await page?.screenshot({ path: join(PICTURES, 'failed.png') }).catch(() => undefined)
})
test.afterAll(async () => {
  await removeChain()
  await context?.close()
  await hearth?.quit()
  hearth?.remove()
})

/** Leaves nothing on the engine, also when a test failed half way. */
async function removeChain(): Promise<void> {
  const answer = await page
    ?.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`ws://${location.host}/socket`)
          socket.addEventListener('open', () =>
            socket.send(JSON.stringify({ id: 1, name: 'localChain.remove', input: { loseOpenClaims: true } })),
          )
          socket.addEventListener('message', (event) => resolve(String(event.data)))
          socket.addEventListener('error', () => resolve('no socket'))
        }),
    )
    .catch(() => 'no page')
  if (answer?.includes('taskId')) await new Promise((resolve) => setTimeout(resolve, 8_000))
}

test('1a: a password makes the vault, a weak or mistyped one does not', async () => {
  const password = page.getByRole('textbox', { name: 'Vault password' })
  const again = page.getByRole('textbox', { name: 'The same again' })
  await password.fill('short')
  await again.fill('short')
  await page.getByRole('button', { name: 'Create vault' }).click()
  await expect(page.getByText('weak-password')).toBeVisible()
  await password.fill(PASSWORD)
  await again.fill(`${PASSWORD}x`)
  await page.getByRole('button', { name: 'Create vault' }).click()
  await expect(page.getByText('The two differ')).toBeVisible()
  await again.fill(PASSWORD)
  await page.getByRole('button', { name: 'Create vault' }).click()
  await expect(page.getByRole('button', { name: 'Choose Local chain' })).toBeEnabled()
})

test('2: one click starts the Local chain, with its steps shown', async () => {
  await page.getByRole('button', { name: 'Choose Local chain' }).click()
  await page.getByRole('button', { name: 'Start the Local chain' }).click()
  await expect(page.getByText(/Block \d/).first()).toBeVisible({ timeout: 90_000 })
  await go('/')
  await expect(page.getByRole('button', { name: 'Make owner key' })).toBeVisible({ timeout: 30_000 })
})

test('1b: keys are made on the confirm surface; wrong words do not pass', async () => {
  for (const role of ['owner', 'operator']) {
    await page.getByRole('button', { name: `Make ${role} key` }).click()
    const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Open the key window' }).click())
    if (role === 'owner') {
      await confirm.screenshot({ path: join(PICTURES, 'confirm-words.png') })
      await confirm.getByRole('button', { name: 'I have written them down' }).click()
      for (const field of await confirm.locator('form#ask input[type=text]').all()) await field.fill('wrong')
      await confirm.getByRole('button', { name: 'Check and keep this key' }).click()
      await expect(confirm.getByRole('button', { name: 'Show the words again' })).toBeVisible()
      await confirm.getByRole('button', { name: 'Show the words again' }).click()
    }
    const words = await writeWordsDown(confirm)
    expect(words).toHaveLength(24)
    await confirm.close()
    await expect(page.getByText('The key is made')).toBeVisible()
    expect(await page.content()).not.toContain(words.join(' '))
    await page.getByRole('button', { name: 'Done' }).click()
  }
})

test('3a: test POKT arrives at both addresses; a wrong amount is said', async () => {
  for (const [role, amount, arrived] of [
    ['owner', '60000', '60,000 POKT arrived'],
    ['operator', '100', '100 POKT arrived'],
  ] as const) {
    await go('/')
    await expect(page.getByText('Owner has test POKT').first()).toBeVisible()
    await go(`/supplier/funds?for=${role}`)
    const field = page.getByRole('textbox', { name: 'Amount' }).first()
    if (role === 'owner') {
      await field.fill('1.1234567')
      await expect(page.getByText(/decimals/).first()).toBeVisible()
      await expect(page.getByRole('button', { name: 'Get test POKT' })).toBeDisabled()
    }
    await field.fill(amount)
    await page.getByRole('button', { name: 'Get test POKT' }).click()
    await expect(page.getByText(arrived).first()).toBeVisible({ timeout: 20_000 })
  }
})

test('3b: the stake is shown in plain words from its bytes, signed and in a block', async () => {
  await go('/supplier/stake')
  const amount = page.getByRole('textbox', { name: 'Amount' })
  for (const bad of ['-5', '59499.999999', '70000000']) {
    await amount.fill(bad)
    const review = page.getByRole('button', { name: 'Review and sign…' })
    await expect(page.locator('[aria-invalid=true]').first()).toBeVisible()
    await expect(review).toBeDisabled()
    await expect(page.getByText('Confirm in the key window')).toHaveCount(0)
  }
  await amount.fill(' 59 505 ')
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Review and sign…' }).click())
  await confirm.screenshot({ path: join(PICTURES, 'confirm-stake.png') })
  await confirm.getByLabel('Vault password').fill('not the password')
  await confirm.locator('button.pri').click()
  await expect(confirm.getByText(/password/i).first()).toBeVisible()
  const sheet = await signSheet(confirm)
  expect(sheet).toContain('59,505')
  expect(sheet).toMatch(/play money/i)
  await confirm.close()
  await expect(page.getByText(/The stake is in block|In a block/).first()).toBeVisible({ timeout: 20_000 })
})

test('3c: services with endpoint and shares; a wrong URL and 99 % are refused', async () => {
  await go('/supplier/services')
  const endpoint = page.getByRole('textbox', { name: /Endpoint of/ }).first()
  const good = await endpoint.inputValue()
  expect(good).toMatch(/^http:\/\/127\.0\.0\.1:\d+/)
  await endpoint.fill('no url at all')
  await expect(page.locator('[aria-invalid=true]').first()).toBeVisible()
  await endpoint.fill(good)
  const percent = page.getByRole('textbox', { name: 'Percent 1' })
  const share = await percent.inputValue()
  await percent.fill('1')
  await expect(page.getByText(/of 100 %/)).toBeVisible()
  await percent.fill(share)
  const sheet = await reviewed()
  expect(sheet).toContain(good)
})

test('4: the relay miner starts, and the waiting room counts down to the first session', async () => {
  await go('/supplier/first-session')
  await expect(page.getByRole('heading', { name: /Your services/ }).first()).toBeVisible()
  await page.screenshot({ path: join(PICTURES, 'waiting-room.png') })
  await go('/nodes/miner')
  await page.getByRole('button', { name: 'Start Relay miner' }).click()
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 45_000 })
})

test('5: test relays are answered and every signature is verified', async () => {
  await go('/supplier/first-session')
  await expect(page.getByText('Your services are on').first()).toBeVisible({ timeout: 20_000 })
  await go('/supplier/test-relays')
  const send = page.getByRole('button', { name: 'Send test relays' })
  await expect(send).toBeEnabled({ timeout: 30_000 })
  await page.getByRole('textbox', { name: 'How many' }).fill('20')
  await send.click()
  await expect(page.getByText('under the on-chain key').first()).toBeVisible({ timeout: 30_000 })
})

test('5b: the self-test goes the whole way, each stage with what it proves', async () => {
  test.setTimeout(120_000)
  const here = page.getByRole('button', { name: 'Test on this PC' })
  const door = page.getByRole('region', { name: 'This PC' })
  // The one after the start comes by itself; what is found by hand takes its place.
  await expect(door.getByText('after a start')).toBeVisible({ timeout: 60_000 })
  await expect(here).toBeEnabled({ timeout: 30_000 })
  await here.click()
  await expect(door.getByText('by hand')).toBeVisible({ timeout: 30_000 })
  await expect(door.getByText(/^Passed/)).toBeVisible()
  await expect(door.getByText('What nobody signed is not worked for')).toBeVisible()
  await expect(door.getByText('the answer is signed by your operator key')).toBeVisible()
})

test('6: the claim is paid to the upokt, and the ledger equals the balances', async () => {
  await go('/earnings')
  await expect(page.getByText('Ledger equals balances').first()).toBeVisible({ timeout: 60_000 })
  const claim = page.getByRole('button', { name: /^Session/ }).first()
  await expect(claim).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('Settled', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  await claim.click()
  await expect(page.getByText(/pokt1/).first()).toBeVisible()
  await page.screenshot({ path: join(PICTURES, 'earnings-claim.png'), fullPage: true })
})

test('every screen, both themes: none is missing or blank', async () => {
  // Two themes of every route, each drawn, photographed and read.
  test.setTimeout(180_000)
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    const headings = new Set<string>()
    for (const route of ROUTES) {
      await go(route.sample.replace(':nodeId', 'miner'))
      await page.waitForTimeout(700)
      const file = join(PICTURES, `${route.id}-${theme}.png`)
      await page.screenshot({ path: file })
      expect(existsSync(file) && statSync(file).size, `${route.id} ${theme}`).toBeGreaterThan(12_000)
      expect((await page.locator('body').innerText()).length, `${route.id} ${theme} has words`).toBeGreaterThan(120)
      headings.add(await page.locator('h1').first().innerText())
    }
    // A route that drew the screen before it would pass the checks above.
    expect(headings.size, [...headings].join(' | ')).toBe(ROUTES.length)
  }
  await page.emulateMedia({ colorScheme: 'light' })
})

test('7a: what the user stopped stays stopped, through kill -9', async () => {
  await go('/nodes/backend')
  await page.getByRole('button', { name: 'Stop Test backend…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Stop/ }).last().click()
  await expect(page.getByText('Stopped by you').first()).toBeVisible({ timeout: 30_000 })
  await hearth.kill()
  await hearth.start()
  await page.close()
  await open()
  await go('/nodes/backend')
  await expect(page.getByText('Stopped by you').first()).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Start Test backend' }).click()
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 45_000 })
  await go('/nodes/miner')
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 45_000 })
})

test('7b: a wrong password is told apart, the right one opens the keys', async () => {
  await go('/unlock')
  const password = page.getByRole('textbox', { name: 'Vault password' })
  await password.fill('not the password')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await expect(page.getByText('wrong-password')).toBeVisible()
  await password.fill(PASSWORD)
  await page.getByRole('button', { name: 'Unlock' }).click()
  await expect(
    page
      .getByText('The keys are open')
      .or(page.getByRole('button', { name: /Lock|Keys open/ }))
      .first(),
  ).toBeVisible({ timeout: 15_000 })
})

test('6b: one upokt of difference turns the ledger red', async () => {
  expect(await hearth.quit()).toBe(0)
  const store = new Database(join(hearth.dataDir, 'hearth.db'))
  const row = store
    .prepare("SELECT height, position, address, delta_upokt AS delta FROM movements WHERE kind = 'reward' LIMIT 1")
    .get() as {
    height: number
    position: string
    address: string
    delta: string
  }
  const more = (BigInt(row.delta) + 1n).toString()
  store
    .prepare('UPDATE movements SET delta_upokt = ? WHERE height = ? AND position = ? AND address = ?')
    .run(more, row.height, row.position, row.address)
  store.close()
  // A seal that is broken would have the record put back from its copy; here the row is to be wrong without a trace.
  rmSync(join(hearth.dataDir, 'hearth.db.sha256'))
  await hearth.start()
  await page.close()
  await open()
  await go('/earnings')
  await page.getByRole('button', { name: 'Compare again' }).click()
  await expect(page.getByText('Ledger differs from balances').first()).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('0.000001').first()).toBeVisible()
  await page.screenshot({ path: join(PICTURES, 'ledger-differs.png') })
})

test('the page had no script error and broke no policy', () => {
  expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
