import type { ContainerHandle, Program } from '../../parts.ts'
import { wordsOf } from './command.ts'
import { execCommand } from './small-commands.ts'
import { createNodeLog, type NodeLog } from './node-log.ts'
import { pocketdCommands } from './pocketd.ts'
import { genesisFile } from './pocketd-genesis.ts'
import type { PocketdContext } from './pocketd-keys.ts'
import type { SendAnswer } from './pocketd-send.ts'

/** The chain that runs inside a node's container, as its program sees it. */
export interface ChainHost {
  /** Sends play money from the genesis account whose key is called `faucet`. Resolves when the chain took it or refused it, in its own words. */
  faucetSend(address: string, upokt: bigint): Promise<SendAnswer>
  /** No more blocks: the container stops or is gone. Called once. */
  stop(): void | Promise<void>
  height(): number
  /** The upgrade whose software this is not, while the chain stands before it. */
  needs?(): { name: string; height: number } | undefined
  /** Transactions of a block, for the log; 0 when nobody tells. */
  txCount?(height: number): number
  /** `diskBytes` is all that the chain's data takes, whether Practice holds it or not. */
  usage(): ReturnType<Program['usage']>
  http?: Program['http']
}

export interface NodeOptions extends PocketdContext {
  /** Called when the genesis is ready and the node starts to run, at each start of its container. A throw ends the container with its words in the log. */
  onChainStart: (genesisJson: string, handle: ContainerHandle) => ChainHost | Promise<ChainHost>
}

/** A look at the ready file and at new blocks. */
const LOOK_MS = 1_000
/** At high speed a look finds many new blocks; so many are logged. */
const BLOCKS_LOGGED = 5
const IDLE = { cpuPercent: 0.2, memoryBytes: 9_000_000, diskBytes: 0, netBytes: 0 }
const DECODER = new TextDecoder()

/** The Local chain's node: waits for its ready file, then runs `pocketd start` on its home. Both stand in the command that Hearth gives the container. */
export function createNodeProgram(options: NodeOptions): Program {
  let handle: ContainerHandle | undefined
  let nodeLog: NodeLog | undefined
  let host: ChainHost | undefined
  let chainId = ''
  let begun = false

  const say = (lines: string[], stream: 'out' | 'err' = 'out'): void => lines.forEach((line) => handle?.log(stream, line))

  const stopHost = async (): Promise<void> => {
    const running = host
    host = undefined
    await running?.stop()
  }

  const runChain = async (started: ContainerHandle, home: string): Promise<void> => {
    const genesis = started.readFile(genesisFile(home))
    if (!genesis) throw new Error(`couldn't read GenesisDoc file: open ${genesisFile(home)}: no such file or directory`)
    const appToml = DECODER.decode(started.readFile(`${home}/config/app.toml`) ?? new Uint8Array())
    if (!/^minimum-gas-prices\s*=\s*"[^"]+"/m.test(appToml))
      throw new Error('set min gas price in app.toml or flag or env variable: error in app.toml')
    const text = DECODER.decode(genesis)
    chainId = checkGenesis(text)
    const made = await options.onChainStart(text, started)
    if (started.signal.aborted) {
      await made.stop()
      return
    }
    host = made
    started.signal.addEventListener('abort', () => void stopHost(), { once: true })
    let logged = made.height()
    say(nodeLog?.start(chainId, logged) ?? [])
    let stoodAt: number | undefined
    const runs = (): boolean => !started.signal.aborted && host === made
    while (runs()) {
      const height = made.height()
      for (let each = Math.max(logged + 1, height - BLOCKS_LOGGED + 1); each <= height; each += 1)
        say(nodeLog?.block(each, made.txCount?.(each) ?? 0) ?? [])
      logged = Math.max(logged, height)
      const needs = made.needs?.()
      if (needs && stoodAt !== needs.height) {
        stoodAt = needs.height
        say(nodeLog?.upgradeNeeded(needs.name, needs.height) ?? [], 'err')
      }
      await started.clock.sleep(LOOK_MS, started.signal)
    }
  }

  /** Starts the chain once its ready file is there. */
  const look = (): void => {
    const script = [...(handle?.spec.entrypoint ?? []), ...(handle?.spec.command ?? [])].join(' ')
    const readyFile = /\[ ! -f (\S+) \]/.exec(script)?.[1]
    const home = /pocketd start --home (\S+)/.exec(script)?.[1] ?? '/home/pocket/.pocket'
    const started = handle
    if (begun || !started || started.signal.aborted || (readyFile !== undefined && !started.readFile(readyFile))) return
    begun = true
    runChain(started, home).catch((error: unknown) => {
      say(nodeLog?.failure(wordsOf(error)) ?? [], 'err')
      started.exit(1)
    })
  }

  const commands = pocketdCommands(options, () => host && { chainId, faucetSend: host.faucetSend.bind(host) })
  return {
    start(started) {
      handle = started
      nodeLog = createNodeLog(() => started.clock.now())
      void (async () => {
        for (;;) {
          look()
          if (begun || started.signal.aborted) return
          await started.clock.sleep(LOOK_MS, started.signal)
        }
      })()
    },
    async stop() {
      // A shell that waits for its ready file knows no SIGTERM; the init of the container ends it.
      if (!host) return
      say(nodeLog?.stop() ?? [])
      await stopHost()
      handle?.exit(0)
    },
    async exec(command, more) {
      if (!handle) throw new Error('an exec before the start')
      const result = await execCommand(command, more, handle, commands)
      look()
      return result
    },
    http: (port, request) => host?.http?.(port, request),
    usage: () => host?.usage() ?? IDLE,
  }
}

/** @returns the chain id. Throws what a node says of a genesis that it cannot start from. */
function checkGenesis(text: string): string {
  let genesis: { chain_id?: unknown; app_state?: { genutil?: { gen_txs?: unknown[] } } }
  try {
    genesis = JSON.parse(text) as typeof genesis
  } catch (error) {
    throw new Error(`error reading GenesisDoc at genesis.json: ${error instanceof Error ? error.message : ''}`, { cause: error })
  }
  if (typeof genesis.chain_id !== 'string' || genesis.chain_id === '') throw new Error('genesis doc must include non-empty chain_id')
  if ((genesis.app_state?.genutil?.gen_txs?.length ?? 0) === 0)
    throw new Error(
      'panic: validator set is empty after InitGenesis, please ensure at least one validator is initialized with a delegation',
    )
  return genesis.chain_id
}
