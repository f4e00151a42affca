import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CLEAR_AFTER_MS, createClipboardGuard, type ClipboardGuard } from '#main/shells/electron/clipboard-guard.ts'
import { projectRoot } from '#test/localnet/paths.ts'

const SECRET = 'abandon ability able about above absent'
let text = ''
let guard: ClipboardGuard
beforeEach(() => {
  vi.useFakeTimers()
  text = ''
  guard = createClipboardGuard({ readText: async () => text, clear: () => void (text = '') })
})
afterEach(() => vi.useRealTimers())

/** Goes to the window, copies, and leaves it. */
const copyThere = async (what: string): Promise<void> => {
  await guard.entered()
  text = what
  await guard.left()
}

describe('S20: the clipboard', () => {
  test('is cleared a minute after something was copied off the confirm surface, and not before', async () => {
    await copyThere(SECRET)
    await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS - 1)
    expect(text).toBe(SECRET)
    await vi.advanceTimersByTimeAsync(1)
    expect(text).toBe('')
  })

  test('is cleared also when the window was looked at again meanwhile, or something else was copied there', async () => {
    await copyThere(SECRET)
    await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS / 2)
    await guard.entered()
    await guard.left()
    await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS / 2)
    expect(text).toBe('')
    await copyThere(SECRET)
    await copyThere('another secret')
    await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS)
    expect(text).toBe('')
  })

  test('is cleared at once when Hearth ends, with the window still in front', async () => {
    await guard.entered()
    text = SECRET
    await guard.end()
    expect(text).toBe('')
  })

  test('keeps what was there before, what came from elsewhere, and what replaced the secret', async () => {
    text = 'of the user'
    await guard.entered()
    await guard.left()
    await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS)
    await guard.end()
    expect(text).toBe('of the user')
    await copyThere(SECRET)
    text = 'copied elsewhere since'
    await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS)
    await guard.end()
    expect(text).toBe('copied elsewhere since')
  })
})

test('S20: the page copies at three places, addresses with hashes, the address to receive at, and lines of a log; a secret never gets there', async () => {
  const folder = join(projectRoot, 'renderer')
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name))
  const texts = await Promise.all(
    names.map(async (name) => [name.replaceAll('\\', '/'), await readFile(join(folder, name), 'utf8')] as const),
  )
  const copying = texts.filter(([, code]) => /clipboard|execCommand/.test(code)).map(([name]) => name)
  expect(copying.sort()).toEqual(['features/nodes/LogOut.tsx', 'features/wallet/Receive.tsx', 'ui/Address.tsx'])
})
