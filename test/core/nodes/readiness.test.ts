import { expect, it } from 'vitest'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { relayMiner } from '#shared/catalog/entries/relay-miner.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { probe } from '#main/core/nodes/readiness.ts'
import type { Net } from '#main/core/ports/net.ts'
import { initialState } from '#main/core/state/initial.ts'

const { chain } = initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null })
const ask = (entry: CatalogEntry, page: string) => {
  const net = { post: () => Promise.resolve({ status: 200, body: new TextEncoder().encode(page) }) } as unknown as Net
  const ports = Object.fromEntries(entry.ports.map((port) => [String(port.containerPort), port.preferredHostPort]))
  return probe(entry, ports, { net, chain, keeperHasKey: false })
}
const SERVED = 'relayminer_requests_success_total{service_id="'

it('a metrics page of nonsense is not ready, and ends no round of the loop', async () => {
  for (const page of [
    '',
    '\0'.repeat(9_000),
    'relayminer_block_height_current 1e300',
    'relayminer_block_height_current 7.5',
    'relayminer_block_height_current -4',
    `${SERVED}a"} 1.7e308\n${SERVED}a"} 1.7e308\n${SERVED}b"} 1.7e308`,
    `${'{'.repeat(50_000)} 1`,
  ])
    expect(await ask(relayMiner, page), page.slice(0, 60)).toMatchObject({ ready: false, height: null })
  const many = await ask(relayMiner, `relayminer_block_height_current 9\n${SERVED}a"} 9e15\n${SERVED}a"} 9e15`)
  expect(many).toEqual({ ready: true, height: 9, served: BigInt(Number.MAX_SAFE_INTEGER) })
})
it('a backend that names no height that can be is answering, and has none', async () => {
  expect(await ask(anvil, '{"result":"0x10"}')).toEqual({ ready: true, height: 16 })
  expect(await ask(anvil, `{"result":"0x${'f'.repeat(400)}"}`)).toEqual({ ready: true, height: null })
  expect(await ask(anvil, '{"result":null}')).toEqual({ ready: false, height: null })
})
