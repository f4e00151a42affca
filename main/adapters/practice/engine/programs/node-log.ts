import { hashOf } from '../noise.ts'

/** Lines of a pocketd node, as the real one writes them (colours taken out, the noisiest left out). `time` is the program's own clock face. */
export interface NodeLog {
  start(chainId: string, height: number): string[]
  block(height: number, txs: number): string[]
  stop(): string[]
  failure(words: string): string[]
  /** The software of before at the height of an upgrade; it goes on to run and does nothing. */
  upgradeNeeded(name: string, height: number): string[]
}

/** @param now UTC ms */
export function createNodeLog(now: () => number): NodeLog {
  const info = (text: string): string => `${clockFace(now())} INF ${text}`
  const hash = (...words: (string | number)[]): string => hashOf(...words).toUpperCase()
  return {
    start: (chainId, height) => [
      info('starting node with ABCI CometBFT in-process module=server'),
      info('service start impl=multiAppConn module=proxy msg="Starting multiAppConn service"'),
      info('service start impl=EventBus module=events msg="Starting EventBus service"'),
      info(
        `ABCI Handshake App Info hash=${hash('app', chainId, height)} height=${height} module=consensus protocol-version=0 software-version=0.1.35`,
      ),
      info(`ABCI Replay Blocks appHeight=${height} module=consensus stateHeight=${height} storeHeight=${height}`),
      ...(height === 0
        ? [
            info(`InitChain chainID=${chainId} initialHeight=1 module=baseapp`),
            info('initializing blockchain state from genesis.json module=baseapp'),
          ]
        : []),
      info(
        `Completed ABCI Handshake - CometBFT and App are synced appHash=${hash('app', chainId, height)} appHeight=${height} module=consensus`,
      ),
      info('Version info abci=2.0.0 block=11 commit_hash= module=server p2p=8 tendermint_version=0.38.19'),
      info(`This node is a validator addr=${hash('validator', chainId).slice(0, 40)} module=consensus`),
      info('service start impl=Node module=server msg="Starting Node service"'),
      info('service start impl=ConsensusState module=consensus msg="Starting State service"'),
      info('starting API server... address=tcp://0.0.0.0:1317 module=api-server'),
      info('serve module=rpc-server msg="Starting RPC HTTP server on [::]:26657"'),
      info('starting gRPC server... address=0.0.0.0:9090 module=grpc-server'),
    ],
    block: (height, txs) => [
      info(`received complete proposal block hash=${hash('block', height)} height=${height} module=consensus`),
      info(
        `finalizing commit of block hash=${hash('block', height)} height=${height} module=consensus num_txs=${txs} root=${hash('app', height - 1)}`,
      ),
      info(`finalized block block_app_hash=${hash('app', height)} height=${height} module=state num_txs_res=${txs} num_val_updates=0`),
      info(`executed block app_hash=${hash('app', height)} height=${height} module=state`),
      info(`committed state block_app_hash=${hash('app', height - 1)} height=${height} module=state`),
      info(`indexed block events height=${height} module=txindex`),
    ],
    stop: () => [
      info('service stop impl=Node module=server msg="Stopping Node service"'),
      info('service stop impl=ConsensusState module=consensus msg="Stopping State service"'),
      info('Closing blockstore module=server'),
      info('Closing statestore module=server'),
      info('Closing application.db module=baseapp'),
      info('Closing snapshots/metadata.db module=baseapp'),
    ],
    upgradeNeeded: (name, height) => [
      `${clockFace(now())} ERR UPGRADE "${name}" NEEDED at height: ${height}:  module=x/upgrade`,
      `${clockFace(now())} ERR CONSENSUS FAILURE!!! err="UPGRADE \\"${name}\\" NEEDED at height: ${height}: " module=consensus`,
    ],
    failure: (words) => [`${clockFace(now())} ERR failed to start the node module=server`, words],
  }
}

/** `6:46PM`, in UTC like the clock of a container. */
function clockFace(ms: number): string {
  const date = new Date(ms)
  const hour = date.getUTCHours()
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(date.getUTCMinutes()).padStart(2, '0')}${hour < 12 ? 'AM' : 'PM'}`
}
