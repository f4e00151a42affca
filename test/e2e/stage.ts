import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Locator, type Page } from '@playwright/test'
import { projectRoot } from '#test/localnet/paths.ts'
import { confirmPage, PASSWORD, signSheet, startHearth, writeWordsDown, type Hearth } from './hearth.ts'

const PICTURES = join(projectRoot, 'screenshots')
/** Practice alone is there then. */
export const NO_ENGINE = 'unix:///nonexistent/docker.sock'

/** One Hearth and one window on it, for all tests of a file. */
export interface Stage {
  hearth: Hearth
  context: BrowserContext
  page: Page
  /** What the console said of errors. */
  problems: string[]
}

/**
 * Opens a stage before the first test of the file and takes it away after the last; a test that failed leaves a picture.
 * @param name of the pictures @param options as of `startHearth` @param around what is done before Hearth starts, and before it ends
 */
export function onStage(
  name: string,
  options: Parameters<typeof startHearth>[0],
  around: { before?: () => Promise<unknown>; after?: (stage: Stage) => Promise<void> } = {},
): () => Stage {
  let stage: Stage | undefined
  let hearth: Hearth | undefined
  test.beforeAll(async ({ browser }) => {
    await around.before?.()
    mkdirSync(PICTURES, { recursive: true })
    hearth = await startHearth(options)
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    stage = { hearth, context, page, problems }
    await page.goto(hearth.link())
  })
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the fixtures destructured, and none is needed
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus)
      await stage?.page.screenshot({ path: join(PICTURES, `failed-${name}.png`), fullPage: true }).catch(() => undefined)
  })
  test.afterAll(async () => {
    if (stage) await around.after?.(stage)
    await stage?.context.close()
    await hearth?.quit()
    hearth?.remove()
  })
  return () => {
    if (!stage) throw new Error('the stage opens before the first test')
    return stage
  }
}

/** Another page, as a link inside the page would open it. */
export const goTo = (page: Page, path: string): Promise<void> => page.evaluate((hash) => void (location.hash = hash), path)

/** Without the announcer of the component library, which keeps what a busy button said for some seconds, also once that button is gone. */
export async function accessible(page: Page, what = ''): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze()
  expect(
    violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
    what,
  ).toEqual([])
}

/** In both themes, the way a person sees it. @param look done in each of them */
export async function picture(page: Page, name: string, look?: (theme: string) => Promise<void>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await look?.(colorScheme)
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage: true })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

/** No finding of axe in either theme, and nothing wider than a phone. */
export async function fit(page: Page, name: string): Promise<void> {
  await picture(page, name, (theme) => accessible(page, `${name} ${theme}`))
  await page.setViewportSize({ width: 360, height: 780 })
  await page.screenshot({ path: join(PICTURES, `${name}-phone.png`), fullPage: true })
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.body.querySelectorAll('*')]
      .filter((each) => each.getBoundingClientRect().right > clientWidth)
      .map((each) => `${each.tagName} ${each.getAttribute('class') ?? ''}`)
  })
  expect.soft(tooWide, `${name} is wider than 360 px`).toEqual([])
  await page.setViewportSize({ width: 1280, height: 800 })
}

export async function createVault(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create vault' }).click()
}

export async function choosePractice(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Choose Practice' }).click()
  await page.getByRole('button', { name: '10 times' }).click()
}

export async function startPractice(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the Practice network' }).click()
  await expect(page.getByText(/Block \d/).first()).toBeVisible({ timeout: 30_000 })
}

/** Owner and operator, from Home, with their words written down. */
export async function makeKeys({ context, page }: Stage): Promise<void> {
  await goTo(page, '/')
  for (const role of ['owner', 'operator']) {
    await page.getByRole('button', { name: `Make ${role} key` }).click()
    const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Open the key window' }).click())
    await writeWordsDown(confirm)
    await confirm.close()
    await page.getByRole('button', { name: 'Done' }).click()
  }
}

/** From the faucet. */
export async function getMoney(page: Page, role: 'owner' | 'operator', pokt: number): Promise<void> {
  await goTo(page, `/supplier/funds?for=${role}`)
  await page.getByRole('textbox', { name: 'Amount' }).first().fill(String(pokt))
  await page.getByRole('button', { name: 'Get test POKT' }).click()
  await expect(page.getByText(`${pokt.toLocaleString('en-US')} POKT arrived`).first()).toBeVisible({ timeout: 20_000 })
}

/** A vault, Practice, two keys, and money at the owner. */
export async function practiceWithMoney(stage: Stage): Promise<void> {
  await createVault(stage.page)
  await choosePractice(stage.page)
  await startPractice(stage.page)
  await makeKeys(stage)
  await getMoney(stage.page, 'owner', 60_000)
}

/** Presses the button of a form, reads and signs the sheet, waits for the block and for the chain's own word. @returns the sheet's text */
export async function signForm({ context, page }: Stage, where: Locator, button: string): Promise<string> {
  const confirm = await confirmPage(context, () => where.getByRole('button', { name: button }).click())
  const sheet = await signSheet(confirm)
  await confirm.close()
  await expect(page.getByText(/Read back at block [\d,]+: the chain says what you signed/)).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Back to the form' }).click()
  await expect(page.getByText('Read back at block')).toHaveCount(0)
  return sheet
}
