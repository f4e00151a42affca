import { expect, test } from '@playwright/test'
import { PASSWORD, startHearth } from './hearth.ts'

test('without a container engine the page says what is missing and what to do', async ({ page }) => {
  const hearth = await startHearth({ engine: 'unix:///nonexistent/docker.sock' })
  try {
    await page.goto(hearth.link())
    await page.getByRole('textbox', { name: 'Vault password' }).fill(PASSWORD)
    await page.getByRole('textbox', { name: 'The same again' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Create vault' }).click()
    await expect(page.getByText(/container engine/i).first()).toBeVisible()
    await expect(page.getByRole('button', { name: 'Choose Local chain' })).toBeDisabled()
    await expect(page.getByRole('button', { name: 'Look again' })).toBeEnabled()
    await expect(page.getByText(/install|Start Docker|systemctl/).first()).toBeVisible()
  } finally {
    expect(await hearth.quit()).toBe(0)
    hearth.remove()
  }
})

test('a page whose script does not come says so, and comes when it is loaded again', async ({ page }) => {
  const hearth = await startHearth({ engine: 'unix:///nonexistent/docker.sock' })
  try {
    await page.route(/\/assets\/.*\.js$/, (route) => route.abort('failed'))
    await page.goto(hearth.link())
    const again = page.getByRole('link', { name: 'load it again' })
    await expect(again).toBeVisible({ timeout: 30_000 })
    await page.unroute(/\/assets\/.*\.js$/)
    await again.click()
    await expect(page.getByRole('textbox', { name: 'Vault password' })).toBeVisible()
    await expect(again).toBeHidden()
  } finally {
    expect(await hearth.quit()).toBe(0)
    hearth.remove()
  }
})
