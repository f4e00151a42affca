import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { RequestInput, RequestName } from '#shared/api/requests.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { TestChain } from './chain.ts'
import type { Driver } from './driver.ts'
import { mustDocker } from './engine.ts'
import { readMachine } from './prepare.ts'
import type { TlsHost } from './tls-front.ts'

/** What the runs beside a chain that bears mainnet's id have in common. */

const WAIT_MS = 60_000
const MAINNET = networkOf('mainnet')
export const SERVICE = 'eth'
/** Known beforehand: by it the containers of this run are told from those of others. */
export const INSTALL = randomBytes(4).toString('hex')

/** Where this machine is known to containers as well. */
export async function bridgeAddress(): Promise<string> {
  const socket = readMachine().engineSocket ?? ''
  return (await mustDocker(socket, ['network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}'])).trim()
}

/** The list of the user's own before the first look: the hosts of the real network are never asked by a test. */
export async function startWithout(dataDir: string, first: TlsHost): Promise<void> {
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log: createLog(join(dataDir, 'logs', 'seed.log')) })
  const { rpcUrl, restUrl, grpcUrl } = first
  const chosen = { added: [{ rpcUrl, restUrl, grpcUrl }], removed: MAINNET.publicEndpoints.map((each) => each.rpcUrl) }
  await store.setSetting('chain-endpoints:mainnet', JSON.stringify(chosen))
  await store.setSetting('install-id', INSTALL)
  await store.close()
}

/** @returns the code of the refusal, or `taken` */
export async function codeOf<N extends RequestName>(driver: Driver, name: N, input: RequestInput<N>): Promise<string> {
  const answer = await driver.app.call(name, input)
  return answer.ok ? 'taken' : answer.error.code
}

/** Each wait is short, so that what never comes is told before the whole is cut off. */
export const within =
  (driver: Driver): Driver['until'] =>
  (what, done, limitMs = WAIT_MS) =>
    driver.until(what, done, limitMs)

/** Waits for a task. Rejects when it fails. */
export async function task(driver: Driver, taskId: string, what: string): Promise<void> {
  const until = within(driver)
  await until(what, ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running', 90_000)
  const ended = driver.state.tasks[taskId]
  if (ended?.status !== 'done') throw new Error(`${what}: ${JSON.stringify(ended?.error)}`)
}

/** Everything up to a supplier that is staked for a service which is attached. */
export async function stake(
  driver: Driver,
  chain: TestChain,
  anvilPort: number,
): Promise<{ owner: string; operator: string; operatorWords: string }> {
  const until = within(driver)
  const owner = await driver.makeKey('Owner', 'owner')
  const operator = await driver.makeKey('Operator', 'operator')
  await chain.fund([owner.address, operator.address], 70_000_000_000n)
  await until('the money', ({ balances }) => BigInt(balances[operator.address]?.upokt ?? '0') > 0n)
  await driver.sign({ kind: 'stake-owner', ownerKeyId: owner.id, operatorAddress: operator.address, amountPokt: '59505' })
  await until('the stake', ({ supplier }) => supplier.status === 'staked-no-services')
  const service = { serviceId: SERVICE, url: 'https://relays.example.org', rpcType: 'JSON_RPC' as const }
  await driver.sign({
    kind: 'stake-services',
    operatorKeyId: operator.id,
    ownerAddress: owner.address,
    services: [
      {
        ...service,
        revShare: [
          { address: owner.address, percent: 90 },
          { address: operator.address, percent: 10 },
        ],
      },
    ],
  })
  await driver.call('backends.attach', {
    serviceId: SERVICE,
    httpUrl: `http://127.0.0.1:${anvilPort}`,
    restUrl: '',
    webSocketUrl: '',
    credential: { kind: 'none' },
    keep: false,
  })
  return { owner: owner.address, operator: operator.address, operatorWords: operator.words }
}

/** Waits until relays can be taken. */
export const isServing = (driver: Driver): Promise<unknown> =>
  within(driver)('relay miner and ingress', ({ nodes }) =>
    ['miner', 'ingress'].every((nodeId) => nodes[nodeId]?.seen === 'running' && nodes[nodeId].reason === null),
  )
