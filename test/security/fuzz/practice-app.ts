import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RequestName } from '#shared/api/requests.ts'
import { reachServing, startPracticeDriver } from '#test/localnet/driver.ts'
import { codeOf, type Line } from './fuzz.ts'
import { HOSTILE_ONLY } from './real-app.ts'

/** Also not sent as the schema allows: what would take the ground away from all that follows. */
export const PRACTICE_HOSTILE_ONLY: ReadonlySet<RequestName> = new Set<RequestName>([
  ...HOSTILE_ONLY,
  ...(['localChain.remove', 'vault.lock', 'practice.control'] as const),
])

/** The app in Practice with a supplier that serves: behind each request there is something to be found. */
export async function startServingApp(): Promise<{ line: Line; known: string[]; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-fuzz-'))
  const driver = await startPracticeDriver(dataDir)
  const { owner, operator } = await reachServing(driver, 'practice')
  const { state } = driver
  const services = await driver.call('supplier.options', {})
  const known = [
    [owner.id, owner.address, operator.id, operator.address],
    [Object.keys(state.nodes), Object.keys(state.intents), Object.keys(state.tasks), services.services.map((service) => service.id)].flat(),
    [services.endpointUrl ?? '', state.supplier.ownerAddress ?? '', 'http://127.0.0.1:8545'],
    ['59505', '1', '0.000001', '100000000', 'settled', 'autoLockMinutes', 'theme'],
  ]
    .flat()
    .filter((text) => text !== '')
  return {
    line: { name: 'the app in Practice', wire: false, ask: async (request, input) => codeOf(await driver.app.call(request, input)) },
    known,
    async stop() {
      await driver.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
