import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from '@playwright/test'
import { mustDocker } from '#test/localnet/engine.ts'
import { containersOf } from '#test/localnet/morse.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { ask, removeChain, startHearth } from './hearth.ts'
import { createVault, goTo, picture } from './stage.ts'

test.setTimeout(170_000)

/** Id, start and name of every container. */
async function lives(dataDir: string): Promise<string[]> {
  const format = '{{.Id}} {{.State.StartedAt}} {{.Name}}'
  const told = await mustDocker(readMachine().engineSocket ?? '', ['inspect', '--format', format, ...(await containersOf(dataDir))])
  return told.trim().split('\n').toSorted()
}

test('a Local chain that is younger than the record is told of, and taken up with its containers and volumes', async ({ page }) => {
  const hearth = await startHearth()
  try {
    await page.goto(hearth.link())
    await createVault(page)
    await ask(page, 'app.chooseNetwork', { network: 'local' })
    await expect.poll(() => ask(page, 'localChain.start', {}), { timeout: 30_000 }).toContain('taskId')
    await goTo(page, '/nodes')
    await expect(page.getByRole('row', { name: /Pocket node.*running/i })).toBeVisible({ timeout: 90_000 })
    await expect(page.getByText('is starting.')).toHaveCount(0, { timeout: 60_000 })
    const before = await lives(hearth.dataDir)
    expect(before.length).toBeGreaterThan(1)
    expect(await hearth.quit()).toBe(0)

    const record = new Database(join(hearth.dataDir, 'hearth.db'))
    for (const table of ['nodes', 'chains']) record.exec(`DELETE FROM ${table}`)
    record.exec("DELETE FROM settings WHERE key LIKE 'image-pin %'")
    record.close()
    await hearth.start()
    await page.goto(hearth.link())
    await page.waitForLoadState()
    await goTo(page, '/nodes')
    const note = page.getByRole('alert').filter({ hasText: 'that the record does not know' })
    await expect(note.getByRole('listitem')).toHaveCount(before.length, { timeout: 30_000 })
    await picture(page, 'unlisted')
    expect(await lives(hearth.dataDir)).toEqual(before)

    await note.getByRole('button', { name: 'Start the Local chain' }).click()
    await goTo(page, '/nodes')
    await expect(page.getByRole('row', { name: /Pocket node.*running/i })).toBeVisible({ timeout: 60_000 })
    await expect(note).toHaveCount(0)
    expect(await lives(hearth.dataDir)).toEqual(before)
  } finally {
    await removeChain(hearth, page)
    await hearth.quit()
    hearth.remove()
  }
})
