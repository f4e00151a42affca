import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { INGRESS_TEMPLATE, renderIngressConfig } from '#main/core/nodes/ingress.ts'
import { decodeRelayRequest, encodeRelayRequest } from '#main/core/relays/relay-messages.ts'
import { isHeldOff, withHeldOff } from '#main/core/relays/held-off.ts'

const CONFIG = renderIngressConfig(readFileSync(`resources/templates/${INGRESS_TEMPLATE}`, 'utf8'))
const LEAVES = 'pokt1leaves0000000000000000000000000000000x'
interface Route {
  match?: Record<string, Record<string, { pattern: string }>>[]
  handle: { handler: string; status_code?: number }[]
  terminal?: boolean
}
const routesIn = (config: string): Route[] =>
  (JSON.parse(config) as { apps: { http: { servers: { relays: { routes: Route[] } } } } }).apps.http.servers.relays.routes

it('changes nothing while nobody leaves, so that no ingress is started anew for it', () => {
  expect(withHeldOff(CONFIG, [])).toBe(CONFIG)
  // What is no address ends up in no pattern.
  expect(withHeldOff(CONFIG, ['.*', 'pokt1(', ''])).toBe(CONFIG)
})

it('puts a refusal before the way to the miner and after all others, the same text for the same operators', () => {
  const routes = routesIn(withHeldOff(CONFIG, [LEAVES, 'pokt1zweite']))
  const before = routesIn(CONFIG)
  expect(routes).toHaveLength(before.length + 2)
  expect(routes.slice(0, before.length - 1)).toEqual(before.slice(0, -1))
  expect(routes.at(-1)).toEqual(before.at(-1))
  // A body is limited before it is read.
  expect(routes.at(-3)?.handle.map((step) => step.handler)).toEqual(['request_body'])
  expect(routes.at(-2)).toMatchObject({ handle: [{ handler: 'static_response', status_code: 503 }], terminal: true })
  expect(withHeldOff(CONFIG, ['pokt1zweite', LEAVES])).toBe(withHeldOff(CONFIG, [LEAVES, 'pokt1zweite']))
})

it('knows a relay by the supplier that it names, not by an address elsewhere in it', () => {
  const pattern = routesIn(withHeldOff(CONFIG, [LEAVES])).at(-2)?.match?.[0]?.['vars_regexp']?.['{http.request.body}']?.pattern ?? ''
  const fits = (supplierOperatorAddress: string, applicationAddress: string, text: string): boolean => {
    const payload = new TextEncoder().encode(text)
    const sessionHeader = { applicationAddress, serviceId: 'anvil', sessionId: 'ab'.repeat(32), startHeight: 1, endHeight: 10 }
    const bytes = encodeRelayRequest({ sessionHeader, signature: new Uint8Array(9), supplierOperatorAddress, payload })
    return new RegExp(pattern).test(new TextDecoder('latin1').decode(bytes))
  }
  expect(fits(LEAVES, 'pokt1application', '{}')).toBe(true)
  expect(fits('pokt1stays', LEAVES, `{"params":["${LEAVES}"]}`)).toBe(false)
})

it('is asked of the ingress with a relay that nobody signed; while nothing answers nobody knows', async () => {
  const asked: string[] = []
  const answering = (status: number) => ({
    post: (_url: string, body: Uint8Array) => {
      asked.push(decodeRelayRequest(body).supplierOperatorAddress)
      return status === 0 ? Promise.reject(new Error('refused')) : Promise.resolve({ status, body: new Uint8Array(0) })
    },
  })
  expect(await isHeldOff(answering(503), 'http://127.0.0.1:1', LEAVES)).toBe(true)
  expect(await isHeldOff(answering(200), 'http://127.0.0.1:1', LEAVES)).toBe(false)
  expect(await isHeldOff(answering(0), 'http://127.0.0.1:1', LEAVES)).toBeUndefined()
  expect(await isHeldOff(answering(503), undefined, LEAVES)).toBeUndefined()
  expect(asked).toEqual([LEAVES, LEAVES, LEAVES])
})
