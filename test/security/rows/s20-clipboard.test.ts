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
  guard = createClipboardGuard({ readText: () => text, clear: () => void (text = '') })
})
afterEach(() => vi.useRealTimers())

/** Goes to the window, copies, and leaves it. */
const copyThere = (what: string): void => {
  guard.entered()
  text = what
  guard.left()
}

describe('S20: the clipboard', () => {
  test('is cleared a minute after something was copied off the confirm surface, and not before', () => {
    copyThere(SECRET)
    vi.advanceTimersByTime(CLEAR_AFTER_MS - 1)
    expect(text).toBe(SECRET)
    vi.advanceTimersByTime(1)
    expect(text).toBe('')
  })

  test('is cleared also when the window was looked at again meanwhile, or something else was copied there', () => {
    copyThere(SECRET)
    vi.advanceTimersByTime(CLEAR_AFTER_MS / 2)
    guard.entered()
    guard.left()
    vi.advanceTimersByTime(CLEAR_AFTER_MS / 2)
    expect(text).toBe('')
    copyThere(SECRET)
    copyThere('another secret')
    vi.advanceTimersByTime(CLEAR_AFTER_MS)
    expect(text).toBe('')
  })

  test('is cleared at once when Hearth ends, with the window still in front', () => {
    guard.entered()
    text = SECRET
    guard.end()
    expect(text).toBe('')
  })

  test('keeps what was there before, what came from elsewhere, and what replaced the secret', () => {
    text = 'of the user'
    guard.entered()
    guard.left()
    vi.advanceTimersByTime(CLEAR_AFTER_MS)
    guard.end()
    expect(text).toBe('of the user')
    copyThere(SECRET)
    text = 'copied elsewhere since'
    vi.advanceTimersByTime(CLEAR_AFTER_MS)
    guard.end()
    expect(text).toBe('copied elsewhere since')
  })
})

test('S20: the page copies at one place, which shows addresses and hashes; a secret never gets there', async () => {
  const folder = join(projectRoot, 'renderer')
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name))
  const texts = await Promise.all(
    names.map(async (name) => [name.replaceAll('\\', '/'), await readFile(join(folder, name), 'utf8')] as const),
  )
  const copying = texts.filter(([, code]) => /clipboard|execCommand/.test(code)).map(([name]) => name)
  expect(copying).toEqual(['ui/Address.tsx'])
})
