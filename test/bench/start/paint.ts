import { chromium, type Browser } from '@playwright/test'
import { chromiumPath } from '#test/localnet/packages.ts'
import type { Started } from './programs.ts'

/** Chromium's own clock, from the beginning of the navigation. */
export interface Painted {
  /** First text or picture on the screen. */
  firstMs: number
  /** The heading of the screen itself, as it was painted. */
  screenMs: number
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath() ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  })

/** Loads the page with nothing in a cache. @param screen what is there when the screen is @returns when it was painted */
export async function paint(browser: Browser, program: Started, screen: string): Promise<Painted> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const [name = '', value = ''] = program.cookie.split('=')
    if (name !== '') await context.addCookies([{ name, value, url: program.url }])
    const page = await context.newPage()
    await page.addInitScript((selector) => {
      const look = (): void => {
        if (!document.querySelector(selector)) return
        seen.disconnect()
        // The frame after the one in which it was put there has it on the screen.
        requestAnimationFrame(() => requestAnimationFrame(() => Object.assign(globalThis, { screenMs: performance.now() })))
      }
      const seen = new MutationObserver(look)
      seen.observe(document, { childList: true, subtree: true })
    }, screen)
    await page.goto(`${program.url}/`)
    await page.waitForFunction(() => 'screenMs' in globalThis && performance.getEntriesByName('first-contentful-paint').length > 0)
    return await page.evaluate(() => ({
      firstMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      screenMs: (globalThis as unknown as { screenMs: number }).screenMs,
    }))
  } finally {
    await context.close()
  }
}
