import { expect, test } from 'vitest'
import { isOwnHost, isOwnUrl, whyNotPublic } from '#shared/model/reachable-address.ts'

test.each(['localhost', 'LOCALHOST.', 'relay.localhost', '127.0.0.1', '127.9.8.7', '::1', '[::1]', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
  '%s is this PC',
  (host) => {
    expect(isOwnHost(host)).toBe(true)
    if (!host.startsWith('::')) expect(isOwnUrl(`http://${host}:8545/x`)).toBe(true)
  },
)

test.each(['localhost.example.org', '127.0.0.1.example.org', '128.0.0.1', '[::2]', '1.127.0.0'])('%s is another machine', (host) => {
  expect(isOwnHost(host)).toBe(false)
  expect(isOwnUrl(`https://${host}/`)).toBe(false)
})

test('what is no URL leads nowhere', () => {
  for (const text of ['', 'localhost', '//localhost', 'http://']) expect(isOwnUrl(text)).toBe(false)
})

test('the edges of the ranges that nobody outside reaches', () => {
  const kinds = (addresses: string[]) => addresses.map((address) => whyNotPublic(address))
  expect(kinds(['9.255.255.255', '11.0.0.0', '172.15.0.1', '172.32.0.1', '192.167.1.1', '100.63.0.1', '100.128.0.1', '8.8.8.8'])).toEqual(
    Array.from({ length: 8 }),
  )
  expect(
    new Set(kinds(['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.0.1', '192.168.0.1', '100.64.0.1', '100.127.0.1', 'fd00::1'])),
  ).toEqual(new Set(['private']))
  expect(new Set(kinds(['169.254.169.254', '100.100.100.200', '0.0.0.0', '224.0.0.1', 'fe80::1', '::', 'ff02::1']))).toEqual(
    new Set(['machine']),
  )
  expect(kinds(['127.0.0.1', '::1'])).toEqual(['own', 'own'])
})
