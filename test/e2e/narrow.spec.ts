import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { ROUTES } from '#renderer/app/routes.ts'
import { goTo, NO_ENGINE, onStage, practiceWithMoney } from './stage.ts'

/** Every page on a phone and in a small window, on Practice: a box without a screen is looked after from a phone. */
test.describe.configure({ mode: 'serial', timeout: 120_000 })

const stage = onStage('narrow', { engine: NO_ENGINE })
let page: Page
const go = (path: string) => goTo(page, path)
test.beforeAll(async () => {
  ;({ page } = stage())
  await page.emulateMedia({ reducedMotion: 'reduce' })
})

/** What stands outside the window and is not inside something that scrolls sideways. */
const spilled = (): Promise<string[]> =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const scrolls = (element: Element): boolean => {
      for (let up = element.parentElement; up; up = up.parentElement)
        if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX) && up.id !== 'page') return true
      return false
    }
    return [...document.querySelectorAll('#page *, header *')]
      .filter((each) => {
        const { right, width: own } = each.getBoundingClientRect()
        return own > 1 && right > width + 1 && !scrolls(each)
      })
      .map((each) => `${each.tagName} ${each.getAttribute('class') ?? ''} ${each.textContent?.slice(0, 30)}`)
      .slice(0, 5)
  })

const WITH_TABLES: readonly string[] = ['wallet', 'rules', 'keys', 'records', 'sessions', 'supplier', 'onchain-services']

test('a Practice network with two keys and money', () => practiceWithMoney(stage()))

test('every page fits a phone and a small window', async () => {
  const nodeId = 'pocket'
  for (const [width, height] of [
    [390, 844],
    [1024, 768],
  ] as const) {
    await page.setViewportSize({ width, height })
    for (const route of ROUTES) {
      await go(route.sample.replace(':nodeId', nodeId))
      await expect(page.locator('h1, h2').first()).toBeVisible()
      await page.waitForTimeout(120)
      expect.soft(await spilled(), `${route.id} at ${width} px`).toEqual([])
      // What scrolls sideways in a narrow window has to be reached by the keyboard too.
      if (width > 400 || !WITH_TABLES.includes(route.id)) continue
      await page.waitForTimeout(400)
      const { violations } = await new AxeBuilder({ page })
        .withRules(['scrollable-region-focusable', 'label-content-name-mismatch'])
        .analyze()
      expect
        .soft(
          violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 90)}`),
          `${route.id} at ${width} px`,
        )
        .toEqual([])
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 })
})
