/** A test chain with a staked application and one supplier or several, a backend, a keeper and the stock relay miner with Hearth's own rendered configuration. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { operatorKeyName } from '#main/core/keys/serving-keys.ts'
import { keeperTarget } from '#main/core/nodes/keeper-keys.ts'
import { MINER_PATHS, MINER_PORTS, MINER_TEMPLATE, minerCommand, minerGasPrice, renderMinerConfig } from '#main/core/relays/miner-config.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import { startTestChain, TEST_LABEL, type TestChain, type TestChainOptions } from '#test/localnet/chain.ts'
import { docker, freePort, mustDocker } from '#test/localnet/engine.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { until } from '#test/localnet/process.ts'

export const SERVICE = 'anvil'
const FUNDS_UPOKT = 200_000_000_000n

export interface TestIdentity {
  address: string
  privateKey: Uint8Array
  pubKeyHex: string
}

export interface MinerBundle {
  chain: TestChain
  application: TestIdentity
  /** The first supplier's. */
  operator: TestIdentity
  /** Of all suppliers; the miner starts with the keys of all of them. */
  operators: TestIdentity[]
  owner: string
  /** Where this machine reaches the miner. */
  relayUrl: string
  metricsUrl: string
  /** Name of the container with the keys. */
  keeper: string
  minerLogs: () => Promise<string>
  /** Ends the miner as Hearth does, and makes it anew over the same volumes, with the keys of these names alone. @param backendUrl where its service is answered; the real one without */
  restartMiner: (signingKeyNames: readonly string[], backendUrl?: string) => Promise<void>
  /** Runs a shell in the miner's volumes. */
  inMiner: (script: string) => Promise<string>
  stop: () => Promise<void>
}

/** Makes a key here and puts it into the node's test keyring too, so that the official program can stake with it. */
async function makeIdentity(chain: TestChain, name: string): Promise<TestIdentity> {
  const privateKey = secp256k1.utils.randomSecretKey()
  const imported = await chain.exec(['pocketd', 'keys', 'import-hex', name, '--keyring-backend', 'test'], `${bytesToHex(privateKey)}\n`)
  if (imported.code !== 0) throw new Error(`import of ${name}: ${imported.stderr}`)
  const shown = await chain.exec(['pocketd', 'keys', 'show', name, '--address', '--keyring-backend', 'test'])
  return { address: shown.stdout.trim(), privateKey, pubKeyHex: bytesToHex(secp256k1.getPublicKey(privateKey, true)) }
}

async function sendWithFile(chain: TestChain, from: string, command: string[], content: string): Promise<void> {
  await chain.exec(['sh', '-c', 'cat > /tmp/stake.yaml'], content)
  const sent = await chain.send(from, [...command, '--config', '/tmp/stake.yaml'])
  if (sent.code !== 0) throw new Error(`${command.join(' ')}: ${sent.log}`)
}

/** Backend, keeper and miner; `stop` of the bundle removes them. */
async function startContainers(
  socket: string,
  images: Record<string, string>,
  chain: TestChain,
  operators: readonly TestIdentity[],
  ports: { relays: number; metrics: number },
): Promise<MinerBundle['restartMiner']> {
  const name = chain.container
  const label = ['--label', TEST_LABEL]
  const { pocketd = '', anvil = '' } = images
  const onNetwork = (alias: string): string[] => ['--network', chain.network, '--network-alias', alias]
  const run = ['run', '--detach', '--init', ...label, '--name']
  await mustDocker(socket, [...run, `${name}-backend`, ...onNetwork('backend'), anvil, 'anvil -p 8547 --host 0.0.0.0'])

  const memory = ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=uid=1025,gid=1025,mode=0700,size=1m']
  await mustDocker(socket, ['volume', 'create', ...label, '--driver', 'local', ...memory, `${name}-keys`])
  const keys = `${name}-keys:${MINER_PATHS.keys}`
  const apart = ['--log-driver', 'none', '--network', 'none']
  await mustDocker(socket, [...run, `${name}-keeper`, ...apart, '--volume', keys, '--entrypoint', 'sleep', pocketd, '86400'])
  for (const { address, privateKey } of operators) {
    const target = keeperTarget({ name: `${name}-keeper`, state: 'running' } as SeenContainer, '', operatorKeyName(address))
    await mustDocker(socket, ['exec', '-i', `${name}-keeper`, ...(target?.command ?? [])], { input: `${bytesToHex(privateKey)}\n` })
  }

  const template = readFileSync(join(projectRoot, 'resources/templates', MINER_TEMPLATE), 'utf8')
  const facts = {
    nodeRpcUrl: 'tcp://chain:26657',
    nodeGrpcUrl: 'tcp://chain:9090',
  }
  const data = `${name}-miner:${MINER_PATHS.dataVolume}`
  await mustDocker(socket, ['volume', 'create', ...label, `${name}-miner`])
  const writeConfig = ['run', '--rm', '-i', ...label, '--volume', data, '--entrypoint', 'sh', pocketd, '-c', `cat > ${MINER_PATHS.config}`]
  const published = [`${ports.relays}:${MINER_PORTS.relays}`, `${ports.metrics}:${MINER_PORTS.metrics}`].flatMap((each) => [
    '-p',
    `127.0.0.1:${each}`,
  ])
  const volumes = ['--volume', `${keys}:ro`, '--volume', data]
  const command = minerCommand({
    chainId: chain.chainId,
    gasPrice: minerGasPrice('0.000001000000000000'),
    nodeGrpcUrl: 'tcp://chain:9090',
  })
  const start = async (signingKeyNames: readonly string[], backendUrl = 'http://backend:8547'): Promise<void> => {
    const services = [{ serviceId: SERVICE, backendUrl }]
    await docker(socket, ['stop', '--time', '20', `${name}-miner`])
    await docker(socket, ['rm', '--force', `${name}-miner`])
    await mustDocker(socket, writeConfig, { input: renderMinerConfig({ ...facts, services, signingKeyNames }, template) })
    await mustDocker(socket, [...run, `${name}-miner`, ...onNetwork('miner'), ...volumes, ...published, pocketd, ...command])
  }
  await start(operators.map((operator) => operatorKeyName(operator.address)))
  return start
}

/** About twenty-five seconds. The caller stops it. */
export async function startMinerBundle({ suppliers = 1, ...options }: TestChainOptions & { suppliers?: number }): Promise<MinerBundle> {
  const machine = readMachine()
  const socket = machine.engineSocket
  if (socket === null || machine.testImages['pocketd'] === undefined || machine.testImages['anvil'] === undefined) {
    throw new Error('this machine lacks the engine or an image')
  }
  const chain = await startTestChain({ name: 'relays', services: [{ id: SERVICE, computeUnitsPerRelay: 100 }], ...options })
  const name = chain.container
  const minerLogs = async (): Promise<string> => {
    const logs = await docker(socket, ['logs', '--tail', '60', `${name}-miner`])
    return `${logs.stdout}${logs.stderr}`
  }
  const stop = async (): Promise<void> => {
    await docker(socket, ['rm', '--force', '--volumes', ...['miner', 'keeper', 'backend'].map((part) => `${name}-${part}`)])
    await docker(socket, ['volume', 'rm', '--force', `${name}-keys`, `${name}-miner`])
    await chain.stop()
  }
  try {
    const ports = { relays: await freePort(), metrics: await freePort() }
    const relayUrl = `http://127.0.0.1:${ports.relays}`
    const application = await makeIdentity(chain, 'application')
    const names = Array.from({ length: suppliers }, (_, at) => `operator${at}`)
    const operators: TestIdentity[] = []
    for (const each of names) operators.push(await makeIdentity(chain, each))
    const [operator] = operators
    if (!operator) throw new Error('no supplier')
    const owner = (await makeIdentity(chain, 'owner')).address
    await chain.fund([application.address, ...operators.map((each) => each.address), owner], FUNDS_UPOKT)
    const stakes = 'stake_amount: 50000000000upokt\n'
    await sendWithFile(chain, 'application', ['application', 'stake-application'], `${stakes}service_ids: ["${SERVICE}"]\n`)
    const endpoint = `    endpoints:\n      - publicly_exposed_url: ${relayUrl}\n        rpc_type: JSON_RPC\n`
    const services = `services:\n  - service_id: ${SERVICE}\n${endpoint}`
    for (const [at, { address }] of operators.entries()) {
      const identity = `owner_address: ${owner}\noperator_address: ${address}\ndefault_rev_share_percent:\n  ${owner}: 100\n`
      await sendWithFile(chain, 'owner', ['supplier', 'stake-supplier', '--stake-only'], `${identity}stake_amount: 60000000000upokt\n`)
      await sendWithFile(chain, names[at] ?? '', ['supplier', 'stake-supplier', '--services-only'], `${identity}${services}`)
    }
    const startMiner = await startContainers(socket, machine.testImages, chain, operators, ports)
    const isUp = async (): Promise<void> => {
      await until('the relay miner', 40_000, async () => ((await fetch(bundle.metricsUrl)).ok ? true : undefined)).catch(
        async (error: unknown) => {
          throw new Error(`the miner does not listen: ${await minerLogs()}`, { cause: error })
        },
      )
    }
    const bundle = {
      chain,
      application,
      operator,
      operators,
      owner,
      relayUrl,
      metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
      keeper: `${name}-keeper`,
      minerLogs,
      restartMiner: async (signingKeyNames: readonly string[], backendUrl?: string) => {
        await startMiner(signingKeyNames, backendUrl)
        await isUp()
      },
      inMiner: async (script: string) => mustDocker(socket, ['exec', `${name}-miner`, 'sh', '-c', script]),
      stop,
    }
    await isUp()
    return bundle
  } catch (error) {
    await stop()
    throw error
  }
}
