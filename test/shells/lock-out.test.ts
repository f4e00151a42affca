import { describe, expect, test } from 'vitest'
import { browserName } from '#main/shells/web/browser-name.ts'
import { addressKey, createLockOut, FIRST_WAIT_MS, FREE_TRIES, FREE_TRIES_OF_ALL, lockOutSchema } from '#main/shells/web/lock-out.ts'
import { waitInWords } from '#main/shells/web/sign-in-page.ts'

const HOUR_MS = 3_600_000

describe('lock-out', () => {
  test('doubles from a minute to an hour, for one address', () => {
    let nowMs = 1_000
    const lockOut = createLockOut(() => nowMs)
    const waits: number[] = []
    for (let miss = 1; miss <= 14; miss += 1) {
      lockOut.wrong('192.0.2.1')
      waits.push(lockOut.waitMs('192.0.2.1') / FIRST_WAIT_MS)
      nowMs += lockOut.waitMs('192.0.2.1')
    }
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
    expect(lockOut.waitMs('192.0.2.1')).toBe(0)
    expect(lockOut.waitMs('192.0.2.2')).toBe(0)
  })

  test('of all together is short and does not keep a link out', () => {
    const lockOut = createLockOut(() => 5)
    for (let miss = 0; miss < FREE_TRIES_OF_ALL + 40; miss += 1) lockOut.wrong(`192.0.2.${miss}`)
    expect(lockOut.waitMs('198.51.100.1')).toBe(60_000)
    expect(lockOut.waitMs('198.51.100.1', true)).toBe(0)
  })

  test('is forgotten after a success, or a day without a wrong try, and not by a clock that is set back', () => {
    let nowMs = 10 * 24 * HOUR_MS
    const lockOut = createLockOut(() => nowMs)
    for (let miss = 0; miss < FREE_TRIES; miss += 1) lockOut.wrong('192.0.2.1')
    nowMs -= 5 * HOUR_MS
    expect(lockOut.waitMs('192.0.2.1')).toBe(FIRST_WAIT_MS)
    nowMs += 5 * HOUR_MS + 24 * HOUR_MS
    lockOut.wrong('192.0.2.1')
    expect(lockOut.waitMs('192.0.2.1')).toBe(0)
    for (let miss = 0; miss < FREE_TRIES; miss += 1) lockOut.wrong('192.0.2.1')
    expect(lockOut.waitMs('192.0.2.1')).toBeGreaterThan(0)
    lockOut.right('192.0.2.1')
    expect(lockOut.waitMs('192.0.2.1')).toBe(0)
  })

  test('survives being written down, and remembers a bounded number of addresses, the latest', () => {
    const first = createLockOut(() => 7)
    for (let index = 0; index < 3_000; index += 1) first.wrong(`10.1.${index >> 8}.${index & 255}`)
    for (let miss = 0; miss < FREE_TRIES; miss += 1) first.wrong('192.0.2.1')
    const record = lockOutSchema.parse(JSON.parse(JSON.stringify(first.record())))
    expect(Object.keys(record.addresses)).toHaveLength(500)
    expect(createLockOut(() => 7, record).waitMs('192.0.2.1')).toBe(FIRST_WAIT_MS)
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox on Linux'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36', 'Chrome on Windows'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0',
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15', 'Safari on macOS'],
  ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile Safari/604.1',
    'Chrome on iOS',
  ],
  ['<script>alert(1)</script>', 'Unknown browser'],
  [undefined, 'Unknown browser'],
])('%s is shown as %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})

test.each([
  [1, '1 second'],
  [1_001, '2 seconds'],
  [119_000, '119 seconds'],
  [120_000, '2 minutes'],
  [HOUR_MS, '60 minutes'],
])('%d ms is %s', (ms, words) => {
  expect(waitInWords(ms)).toBe(words)
})
