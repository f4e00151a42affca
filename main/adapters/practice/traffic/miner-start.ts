import type { TxCodec } from '#main/core/ports/tx.ts'
import type { ChainNode } from '../node/chain-node.ts'
import type { ContainerHandle } from '../parts.ts'
import { takeUpKeptTrees } from './kept-trees.ts'
import { createMinerCounters } from './miner-counters.ts'
import { readOperators } from './miner-keys.ts'
import { BANNER, minerLine } from './miner-log.ts'
import type { RunningMiner } from './miner-parts.ts'
import { MinerRefusal, readArguments, readSettings } from './miner-settings.ts'
import { createSessionTrees } from './session-trees.ts'

/** How a miner starts: what it reads, what it finds on its volume, and what it says of both. @throws MinerRefusal in the real miner's words */
export function beginMiner(handle: ContainerHandle, node: ChainNode, codec: TxCodec): RunningMiner {
  const log: RunningMiner['log'] = (level, message, fields) => handle.log('out', minerLine(level, message, fields))
  const args = readArguments(handle.spec.command)
  const file = handle.readFile(args.configPath)
  const settings = readSettings(file && new TextDecoder().decode(file), args.configPath)
  if (!node.running || !handle.peer(settings.nodeHost))
    throw new MinerRefusal(`dial tcp: lookup ${settings.nodeHost} on 127.0.0.11:53: connect: connection refused`)
  const operators = readOperators(handle, args, settings.signingKeyNames, codec)
  for (const line of BANNER) handle.log('out', line)
  const trees = createSessionTrees(handle, settings.smtStorePath)
  const height = node.ledger.height
  const miner = { handle, node, codec, arguments: args, settings, operators, counters: createMinerCounters(), trees, height, log }
  logSettings(miner)
  takeUpKeptTrees(miner)
  logServing(miner)
  return miner
}

function logSettings({ arguments: args, settings, node, log }: RunningMiner): void {
  const { ledger } = node
  for (const [serviceId, { signingKeyNames }] of settings.services) {
    const config = `ServiceId:${serviceId} ServerType:0 RPCTypeServiceConfigs:map[] SigningKeyNames:[${signingKeyNames.join(' ')}]`
    log('info', `Hydrating supplier ${serviceId} with config: &{${config}}`)
  }
  log(
    'info',
    `Config in use: chain_id: ${args.chainId}, version: 0.1.35, keyring_backend: ${args.keyringBackend}, keyring_dir: ${args.keyringDir}`,
  )
  log('info', 'query caching ENABLED')
  log(
    'info',
    settings.eager
      ? 'Relay request validation type: EAGER. Validate first, serve later.'
      : 'Relay request validation type: LAZY. Serve first, validate later.',
  )
  log('info', 'Starting relay miner...')
  log('info', 'starting relayer sessions manager')
  log('info', `📊 Chain head at height ${ledger.height} (block hash: ${ledger.hash}) during session manager startup`)
}

function logServing({ operators, settings, node, log }: RunningMiner): void {
  if (settings.metricsPort !== undefined) log('info', 'serving metrics', { endpoint: `:${settings.metricsPort}`, service: 'metrics' })
  log('info', 'starting relayer proxy')
  const configured = [...settings.services.keys()].join(', ')
  for (const address of operators.keys()) {
    const supplier = node.ledger.supplier(address)
    // A supplier that is not staked does not keep the miner from starting (offchain facts 2.4).
    if (!supplier) log('error', `failed to get Supplier with address "${address}" onchain information: supplier not found`)
    const staked = (supplier?.services ?? []).map((service) => service.serviceId).join(', ')
    log('info', `[Supplier] 📥 List of services staked for by Supplier "${address}": [${staked}]`)
    log('info', `[RelayMiner] ⚙️ List of services RelayMiner is configured to handle on behalf of supplier "${address}": [${configured}]`)
  }
  log('info', `[CONFIG] ⚙️ Number of Suppliers configured in this RelayMiner: ${operators.size}`)
  for (const port of new Set([...settings.services.values()].map((service) => service.listenPort)))
    log('info', 'starting relay proxy server', { 'server host': `0.0.0.0:${port}` })
}
