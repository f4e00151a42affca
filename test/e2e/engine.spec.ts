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
