import type { Heads } from '../chain/heads.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'

const NETWORK = 'practice'

/**
 * Takes up a network that a scenario put in the place of the one that was known: what was read from the old one is forgotten, as when a chain is removed, the new one is written
 * down by its first block, and what serves there is started. A crash in between leaves a chain that is not the known one, which Home says; the scenario can be played again.
 */
export async function takeReplacedNetwork(deps: {
  chain: Chain
  store: Store
  state: StatePublisher
  heads: Heads
  clock: Clock
  log: Log
  onChainRemoved: () => Promise<void>
  /** Stakes the application whose relays Hearth sends. */
  onChainReady: (signal: AbortSignal) => Promise<void>
  /** Has the relay miner run when there is one. */
  startMiner: () => Promise<void>
}): Promise<void> {
  const { chain, store, state, heads, clock, log } = deps
  const { facts = {} } = (await store.chain(NETWORK)) ?? {}
  await store.removeChain(NETWORK)
  const { chainId, block1Hash, genesisTime } = await chain.fingerprint()
  await store.putChain({ network: NETWORK, chainId, block1Hash, genesisTime, createdAtMs: clock.now(), facts })
  for (const slice of ['intents', 'balances', 'attention'] as const)
    for (const id of Object.keys(state.state[slice])) state.remove(slice, id)
  await deps.onChainRemoved()
  heads.forget()
  // The application takes blocks to be staked; nobody has to wait for that.
  const abort = new AbortController()
  whenKnown(heads, clock)
    .then(() => deps.onChainReady(abort.signal))
    .catch((error: unknown) => log.error('the application of a played scenario', error))
  // Without containers there is none to start.
  await deps.startMiner().catch((error: unknown) => void log.error('the relay miner of a played scenario', error))
}

const KNOWN_PAUSE_MS = 200
const KNOWN_TRIES = 100

async function whenKnown(heads: Heads, clock: Clock): Promise<void> {
  for (let tries = 0; tries < KNOWN_TRIES && !heads.current(); tries += 1) await clock.sleep(KNOWN_PAUSE_MS)
}
