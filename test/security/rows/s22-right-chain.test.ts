import { expect, test } from 'vitest'
import { endpointAddress } from '#main/core/chain/endpoint-address.ts'

test.each([
  'http://evil.example',
  'http://rpc.evil.example:26657/x',
  'http://8.8.8.8',
  'http://172.32.0.1',
  'http://127.0.0.1.evil.example',
  'HTTP://Evil.example',
  'http://localhost.evil.example:1',
  'https://a@b.example',
  'https://a:b@b.example',
  'ftp://b.example',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'b.example',
  '',
])('S22: a chain is not read at %j', (address) => {
  expect(() => endpointAddress(address)).toThrow(/chain-address-invalid/)
})

test('S22: it is read over TLS, or within the own network', () => {
  for (const address of [
    'https://rpc.example/x',
    'http://127.0.0.1:26657',
    'http://192.168.1.4:26657',
    'http://[::1]:26657',
    'http://oakroom.local',
  ])
    expect(endpointAddress(`${address}/`)).toBe(address)
})
