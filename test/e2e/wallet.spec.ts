import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import jsQR from 'jsqr'
import { confirmPage, signSheet } from './hearth.ts'
import { accessible, goTo, NO_ENGINE, onStage, picture, practiceWithMoney } from './stage.ts'

/** Wallet and What governs on Practice: receive, address book, send, history; and two scenarios that change the rules. */
test.describe.configure({ mode: 'serial', timeout: 180_000 })

const stage = onStage('wallet', { engine: NO_ENGINE })
const addresses: Record<string, string> = {}
let context: BrowserContext
let page: Page
const go = (path: string) => goTo(page, path)
test.beforeAll(() => {
  ;({ context, page } = stage())
})

test('a Practice network with two keys and money', () => practiceWithMoney(stage()))

test('balances carry their mark, and the QR code reads as the address that is shown', async () => {
  await go('/wallet')
  const held = page.getByRole('region', { name: 'What you hold' })
  await expect(held.getByText('60,000.000000')).toBeVisible({ timeout: 20_000 })
  // Practice has no proofs: its word is the word of a host.
  await held.getByRole('button', { name: 'Where it comes from: On chain' }).first().click()
  await expect(page.getByRole('dialog').getByText('No proof was had for it')).toBeVisible()
  await page.keyboard.press('Escape')
  for (const name of ['Owner', 'Operator']) {
    await page.getByRole('button', { name, exact: true }).click()
    const address = (await page.locator('[data-receive]').getAttribute('data-receive')) ?? ''
    addresses[name] = address
    const png = await page.getByRole('img', { name: `QR code of ${address}` }).screenshot({ scale: 'css' })
    const pixels = await page.evaluate(async (base64) => {
      const image = new Image()
      image.src = `data:image/png;base64,${base64}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const paint = canvas.getContext('2d')
      paint?.drawImage(image, 0, 0)
      const found = paint?.getImageData(0, 0, image.width, image.height)
      return { width: image.width, height: image.height, bytes: [...(found?.data ?? [])] }
    }, png.toString('base64'))
    expect(jsQR(Uint8ClampedArray.from(pixels.bytes), pixels.width, pixels.height)?.data).toBe(address)
  }
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Check in the key window' }).click())
  expect((await confirm.locator('body').innerText()).replaceAll(/\s/g, '')).toContain(addresses['Operator'])
  await confirm.close()
})

test('the address book, and a changed character in the form', async () => {
  const stranger = addresses['Operator'] ?? ''
  await go('/wallet/addresses')
  await page.getByRole('textbox', { name: 'Name' }).fill('Exchange')
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(`${stranger.slice(0, -1)}${stranger.endsWith('q') ? 'p' : 'q'}`)
  // An own address with one character changed: seen before the checksum is even asked.
  await expect(page.getByRole('alert').getByText('looks like it')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add', exact: true })).toBeDisabled()
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('a letter of it is wrong')).toBeVisible()
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(stranger)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.locator(`[data-book="${stranger}"]`)).toContainText('Exchange')
  await accessible(page)
  await picture(page, 'wallet-addresses')
})

test('sends to the other own address, and the history shows it decoded at both ends', async () => {
  await go(`/wallet/send?to=${addresses['Operator']}&amount=12.5`)
  await expect(page.getByText('Operator, your own')).toBeVisible()
  await accessible(page)
  await picture(page, 'wallet-send')
  const confirm = await confirmPage(context, () => page.getByRole('button', { name: 'Review and sign…' }).click())
  expect(await signSheet(confirm)).toContain('12.5')
  await confirm.close()
  await expect(page.getByText('In a block').first()).toBeVisible({ timeout: 30_000 })
  await go('/wallet')
  const rows = page.locator('[data-movement]')
  await expect(rows.filter({ hasText: 'Sent to Operator' })).toContainText('−12.500000', { timeout: 20_000 })
  await expect(rows.filter({ hasText: 'Received from Owner' })).toContainText('+12.500000')
  await expect(rows.filter({ hasText: 'Sent to Operator' })).toContainText('MsgSend')
  await expect(page.getByText('Not sent by Hearth')).toHaveCount(0)
  await page.getByRole('button', { name: 'Fees', exact: true }).click()
  await expect(rows.first()).toContainText('0.00')
  await expect(rows.filter({ hasText: '+12.5' })).toHaveCount(0)
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await accessible(page)
  await picture(page, 'wallet')
})

test('a cut price stands in What governs, with what it means here', async () => {
  await go('/practice')
  await page.getByRole('button', { name: /^Play.*Price cut/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Play it' }).click()
  await expect(page.getByText(/anvil pays 90 % less|anvil will pay 90 % less/).first()).toBeVisible({ timeout: 30_000 })
  await go('/rules')
  const impact = page.locator('[data-impact^="service:"]')
  await expect(impact).toContainText('instead of', { timeout: 60_000 })
  const figures = [...((await impact.textContent()) ?? '').replaceAll(/[\u00a0,]/g, '').matchAll(/(\d+\.?\d*)POKT/g)].map((match) =>
    Number(match[1]),
  )
  expect(figures).toHaveLength(2)
  expect((figures[0] ?? 0) / (figures[1] ?? 1)).toBeCloseTo(0.1, 2)
  await accessible(page)
  await picture(page, 'rules')
  await go('/wallet')
  await expect(page.locator('[data-runway]')).toBeVisible()
  await expect(page.locator('[data-movement]').filter({ hasText: 'Pay for session' }).first()).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('Reckoned from')).toBeVisible()
  await picture(page, 'wallet-earning')
})

test('a changed parameter stands there too, since which block', async () => {
  await go('/practice')
  await page.getByRole('button', { name: /^Play.*A rule changes/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Play it' }).click()
  // A played scenario leads Home.
  await expect(page).not.toHaveURL(/#\/practice/, { timeout: 30_000 })
  await go('/rules')
  await expect(page.locator('[data-impact="proofMissingPenaltyUpokt"]')).toContainText('320 POKT', { timeout: 60_000 })
  await expect(page.locator('[data-rule="proofMissingPenaltyUpokt"]')).toContainText('since block')
})

test('the page had no script error and broke no policy', () => {
  expect(stage().problems.filter((problem) => !/WebSocket|ERR_CONNECTION|net::/.test(problem))).toEqual([])
})
