import type { GiveKeys, KeeperTarget } from '../keys/give-key.ts'
import { toGive, type ServingKey, type ServingKeys, type ServingNow, type SigningName } from '../keys/serving-keys.ts'
import type { Engine, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import { MINER_PATHS } from '../relays/miner-config.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { lifeOf } from './plan.ts'

const KEYRING = `${MINER_PATHS.keys}/keyring-test`
/** Before there could be several, Hearth gave the one key under this name. What lies there as that signs on until the keeper ends. */
const EARLIER_NAME = 'operator'
const KEY_FILE = /^(.+)\.info$/
const IN_KEYRING = ['--keyring-backend', 'test', '--keyring-dir', MINER_PATHS.keys]
const LOOK_MS = 5_000
/** The state has room for so many. */
const SIGNS_ON = 8

/** Which of the wanted operator keys lie in the keeper, and what that means for the relay miner. */
export interface KeeperKeys {
  /**
   * Once per round, before anything is planned. Never rejects.
   * @param miner its container: a name that it runs with is not taken from it because the keeper was made anew @param isKept whether a keeper is to run: without one no key is waited for
   */
  look(keeper: SeenContainer | undefined, miner: SeenContainer | undefined, isKept: boolean): Promise<void>
  /**
   * Whether a relay miner may start: at least one key is there, and for each that is not, it was tried in vain in this life of the keeper. A stock miner reads all that it served for any
   * supplier at its start and deletes only what no key could save any more, so that one without all of its keys loses nothing that one that waits would keep (offchain facts 2.6).
   */
  readonly mayServe: boolean
  /** Whether one is to be given. */
  readonly lacks: boolean
  /** What the relay miner's configuration names. Each must lie in the keyring: the miner does not start without one. Empty where no key is at all. */
  signing(): readonly SigningName[]
  /** Addresses of those among them that are fenced, or no longer in the vault: they sign here all the same. A few at most. */
  signsOn(): string[]
  /** Has what is missing given. @returns whether one was. Rejects as the giving does */
  give(): Promise<boolean>
}

export function createKeeperKeys(deps: {
  engine: Pick<Engine, 'exec'>
  serving: ServingKeys
  giveKeys: GiveKeys
  state: StatePublisher
  log: Log
}): KeeperKeys {
  const { engine, state, log } = deps
  let serving: ServingNow = { keys: [], isKnown: false }
  /** What lay in the keyring at the last look, and in which life of the keeper that was. */
  let present: ReadonlySet<string> = new Set()
  let lookedIn: string | undefined
  let lookedFor = ''
  const tried = new Set<string>()
  /** Whose key has the name of earlier versions. */
  let earlier: string | undefined
  /** With what names the running miner was configured, by operator. */
  let running: ReadonlyMap<string, string> = new Map()
  let signing: readonly SigningName[] = []
  let missing: readonly ServingKey[] = []
  let failure = ''

  const readServing = async (): Promise<void> => {
    try {
      serving = await deps.serving.read()
      failure = ''
    } catch (error) {
      // What was wanted before stays so: nothing is stopped because a file cannot be read for a moment.
      const reason = error instanceof Error ? error.message : 'unknown'
      if (reason !== failure) log.warn('the keys that serve could not be read', { reason })
      failure = reason
    }
  }
  const addressOf = async (keeper: SeenContainer, name: string): Promise<string | undefined> => {
    const { exitCode, stdout } = await engine.exec(keeper.name, ['pocketd', 'keys', 'show', name, '-a', ...IN_KEYRING], {
      timeoutMs: LOOK_MS,
    })
    return exitCode === 0 ? stdout.trim() : undefined
  }
  /** One command per life of the keeper, and while something is missing or another key is wanted. */
  const lookInside = async (keeper: SeenContainer): Promise<void> => {
    const life = lifeOf(keeper)
    const wanted = serving.keys.map((key) => key.name).join(' ')
    if (lookedIn === life && lookedFor === wanted && missing.length === 0) return
    if (lookedIn !== life) tried.clear()
    try {
      const { exitCode, stdout } = await engine.exec(keeper.name, ['ls', KEYRING], { timeoutMs: LOOK_MS })
      // Before the first key there is no such folder.
      const found = new Set(exitCode === 0 ? stdout.split('\n').flatMap((line) => KEY_FILE.exec(line.trim())?.[1] ?? []) : [])
      if (!found.has(EARLIER_NAME)) earlier = undefined
      else if (lookedIn !== life || earlier === undefined) earlier = await addressOf(keeper, EARLIER_NAME)
      present = found
      lookedIn = life
      lookedFor = wanted
    } catch {
      // It ended between the list and the question; the next round sees that.
      lookedIn = undefined
    }
  }
  const heldAs = (key: ServingKey): string | undefined =>
    present.has(key.name) ? key.name : earlier === key.address ? EARLIER_NAME : undefined
  const isThere = (key: ServingKey): boolean => heldAs(key) !== undefined
  /** Also one that the keeper lost: the running miner still signs with it. */
  const isNamed = (key: ServingKey): boolean => isThere(key) || running.has(key.address)
  const nameOf = (key: ServingKey): SigningName => ({ address: key.address, name: heldAs(key) ?? running.get(key.address) ?? key.name })

  return {
    async look(keeper, miner, isKept) {
      await readServing()
      if (keeper?.state === 'running') await lookInside(keeper)
      else lookedIn = undefined
      if (miner?.state !== 'running') running = new Map()
      const given = toGive(serving.keys)
      // One that is gone from the vault, or was fenced since, serves for as long as it lies in the keeper: taken from the miner, nobody would prove its claims.
      const wanted = serving.keys.filter((key) => given.includes(key) || isNamed(key))
      // Before the first look at the chain nobody knows which keys are needed; those that are there were.
      missing = lookedIn === undefined || (!serving.isKnown && wanted.some(isThere)) ? [] : given.filter((key) => !isThere(key))
      const named = wanted.filter(isNamed).map(nameOf)
      if (named.length > 0) running = new Map(named.map(({ address, name }) => [address, name]))
      signing = named.length > 0 ? named : wanted.map(nameOf)
      const isWaited = isKept && (lookedIn === undefined || missing.length > 0)
      if (!isWaited && state.state.vault.needed !== null) state.patch('vault', { needed: null })
    },
    get mayServe() {
      return lookedIn !== undefined && serving.keys.some(isThere) && missing.every((key) => tried.has(key.name))
    },
    get lacks() {
      return missing.length > 0
    },
    signing: () => signing,
    signsOn: () =>
      serving.keys
        .flatMap((key) => (isNamed(key) && (key.key === undefined || key.fenced !== undefined) ? [key.address] : []))
        .slice(0, SIGNS_ON),
    async give() {
      const asked = missing
      try {
        return await deps.giveKeys(asked, serving.keys.some(isThere))
      } finally {
        for (const key of asked) tried.add(key.name)
      }
    },
  }
}

/** Where and how the key process hands a key over under a name; undefined while no keeper runs. */
export function keeperTarget(keeper: SeenContainer | undefined, engineEndpoint: string, keyName: string): KeeperTarget | undefined {
  if (keeper?.state !== 'running') return undefined
  return { engineEndpoint, container: keeper.name, command: ['pocketd', 'keys', 'import-hex', keyName, ...IN_KEYRING] }
}
