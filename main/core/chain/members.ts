import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ChainHead, ConnectChain, Fingerprint, PoolEndpoint, ProvenReads, TrustRoot } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import { pauseMs, RETRY } from '../retry.ts'

/** The endpoints of a chain, each with what is known of its health. */

export type EndpointStatus = 'untried' | 'good' | 'behind' | 'unreachable' | 'other-chain' | 'disagrees' | 'lied'

export interface EndpointHealth {
  rpcUrl: string
  /** Host and port of the RPC interface. */
  host: string
  own: boolean
  status: EndpointStatus
  height: number
  /** Of the last question for its height; null before the first. */
  latencyMs: number | null
  /** Whether its block hash was the others' at the last comparison; null while there was none. */
  agrees: boolean | null
  /** The last trouble in the endpoint's or the system's words; empty when all is well. */
  error: string
  atMs: number
}

/** What a pool holds its endpoints against. All are asked each time, since they become known later. */
export interface Expectations {
  /** Hash of block 1; undefined while the chain is not known yet. */
  block1Hash: () => string | undefined
  /** Where proofs begin; undefined where there are none. */
  root: () => TrustRoot | undefined
}

/** An endpoint that said something false is not asked for this long. */
export const LIED_MS = 10 * 60_000
/** What answers behind an address can be another chain than it was, also one that is as high by now: its first block is asked anew this often. */
export const RECOGNISE_MS = 10 * 60_000
/** Blocks and clocks are a little apart. */
const FUTURE_MS = 60_000

export interface Member {
  readonly endpoint: PoolEndpoint
  readonly chain: Chain
  readonly host: string
  health(): EndpointHealth
  /** The newest head that it told. */
  readonly head: ChainHead | undefined
  readonly fingerprint: Fingerprint | undefined
  /** Asks for the head, knows the chain again, checks that the block is signed. Never rejects. @returns whether it may be asked now */
  look(): Promise<boolean>
  /** Not known to be unfit. */
  isUsable(): boolean
  /** Waits after a failure. */
  isPausing(): boolean
  /** Asks for its first block anew: what answers behind an address can be another chain than it was. Never rejects. */
  recheck(): Promise<void>
  proven(): ProvenReads | undefined
  failed(error: unknown): void
  worked(): void
  accuse(status: 'lied' | 'disagrees', reason: string): void
  compared(agrees: boolean): void
}

/** Host and port of an address; never its path, user or password. */
export function hostOf(url: string): string {
  return /^[a-z]+:\/\/(?:[^/@]*@)?([^/]+)/i.exec(url)?.[1] ?? 'no address'
}

/** Whose a host is, as far as its name tells: the last two labels of a name (so that two names of one company are one voice), an address whole, without the port. */
export function siteOf(host: string): string {
  const name = host.startsWith('[') ? host.replace(/\]:\d+$/, ']') : host.replace(/:\d+$/, '').replace(/\.$/, '')
  return /^[\d.]+$/.test(name) || name.startsWith('[') ? name : name.toLowerCase().split('.').slice(-2).join('.')
}

const reasonOf = (error: unknown): string => {
  if (error instanceof HearthError) return error.detail['reason'] ?? error.code
  return error instanceof Error ? error.message : 'unknown'
}

export function createMember(endpoint: PoolEndpoint, deps: { connect: ConnectChain; clock: Clock; expected: Expectations }): Member {
  const { clock, expected } = deps
  const chain = deps.connect(endpoint)
  const host = hostOf(endpoint.rpcUrl)
  let status: EndpointStatus = 'untried'
  let head: ChainHead | undefined
  let fingerprint: Fingerprint | undefined
  let recognisedAtMs = 0
  let latencyMs: number | null = null
  let agrees: boolean | null = null
  let error = ''
  let atMs = 0
  let failures = 0
  let failedAtMs = 0
  let retryAtMs = 0
  let accusedAtMs: number | undefined
  let reads: { root: string; reads: ProvenReads } | undefined

  const proven = (): ProvenReads | undefined => {
    const root = expected.root()
    if (root === undefined || chain.proven === undefined) return undefined
    const key = `${root.height} ${root.hash}`
    if (reads?.root !== key) reads = { root: key, reads: chain.proven(root) }
    return reads.reads
  }
  const isGuilty = (): boolean => {
    if (accusedAtMs === undefined) return false
    // A clock that was set back: its time begins anew, and is not as long as the step was.
    accusedAtMs = Math.min(accusedAtMs, clock.now())
    return clock.now() - accusedAtMs < LIED_MS
  }
  const failed = (cause: unknown): void => {
    failures += 1
    failedAtMs = clock.now()
    retryAtMs = failedAtMs + pauseMs(RETRY.chainRead, failures - 1)
    error = reasonOf(cause)
    atMs = clock.now()
    if (cause instanceof HearthError && cause.code === 'proof-invalid') accuse('lied', error)
    else if (!isGuilty()) status = 'unreachable'
  }
  const accuse = (kind: 'lied' | 'disagrees', reason: string): void => {
    status = kind
    error = reason
    accusedAtMs = clock.now()
    // Nothing that it told holds: not even the height under which it would count as older than before.
    head = undefined
    atMs = clock.now()
  }

  /** SECURITY: S22 an endpoint of another chain is never read: the chain id proves nothing, the hash of block 1 does. */
  const recognise = async (): Promise<boolean> => {
    const wanted = expected.block1Hash()
    const isOld = clock.now() - recognisedAtMs >= RECOGNISE_MS || clock.now() < recognisedAtMs
    if (fingerprint === undefined || isOld || (wanted !== undefined && fingerprint.block1Hash !== wanted)) {
      fingerprint = await chain.fingerprint()
      recognisedAtMs = clock.now()
    }
    if (wanted === undefined || fingerprint.block1Hash === wanted) return true
    status = 'other-chain'
    error = `block 1 is ${fingerprint.block1Hash}`
    return false
  }

  const take = async (found: ChainHead): Promise<boolean> => {
    if (found.timeMs > clock.now() + FUTURE_MS) {
      accuse('lied', 'a block from the future')
      return false
    }
    if (head !== undefined && found.height < head.height) {
      status = 'behind'
      error = `said ${found.height} after ${head.height}`
      // Late, or another chain behind the same address: its first block tells.
      fingerprint = await chain.fingerprint()
      await recognise()
      return false
    }
    if (found.height >= 1 && !(await recognise())) return false
    // A host elsewhere can say any height: that a block is there is shown by who signed it. A node here has checked it.
    const reader = endpoint.own || found.height === head?.height ? undefined : proven()
    if (reader !== undefined && found.height > (expected.root()?.height ?? 0)) {
      const hash = await reader.block(found.height)
      if (hash !== found.hash) {
        accuse('lied', `calls block ${found.height} by another hash than was signed`)
        return false
      }
    }
    head = found
    status = found.catchingUp ? 'behind' : 'good'
    error = found.catchingUp ? 'still syncing' : ''
    return !found.catchingUp
  }

  return {
    endpoint,
    chain,
    host,
    get head() {
      return head
    },
    get fingerprint() {
      return fingerprint
    },
    health: () => ({
      rpcUrl: endpoint.rpcUrl,
      host,
      own: endpoint.own,
      status,
      height: head?.height ?? 0,
      latencyMs,
      agrees,
      error: error.slice(0, 200),
      atMs,
    }),
    async look() {
      if (isGuilty()) return false
      try {
        const startedMs = clock.now()
        const found = await chain.head()
        latencyMs = clock.now() - startedMs
        atMs = clock.now()
        const fit = await take(found)
        if (fit) failures = 0
        return fit
      } catch (cause) {
        failed(cause)
        return false
      }
    },
    async recheck() {
      if (fingerprint === undefined) return
      try {
        const found = await chain.fingerprint()
        if (found.block1Hash !== fingerprint.block1Hash) head = undefined
        fingerprint = found
        await recognise()
      } catch (cause) {
        failed(cause)
      }
    },
    isUsable: () => !isGuilty() && status !== 'other-chain',
    isPausing: () => clock.now() >= failedAtMs && clock.now() < retryAtMs,
    proven,
    failed,
    worked() {
      failures = 0
      retryAtMs = 0
      if (status === 'unreachable') {
        status = 'good'
        error = ''
      }
    },
    accuse,
    compared(same) {
      agrees = same
    },
  }
}
