import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { BroadcastResult, Chain, ChainHead, ConnectChain, Fingerprint, PoolEndpoint, ProvenReads, TrustRoot } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import { RETRY, retrying } from '../retry.ts'
import { createMember, siteOf, type EndpointHealth, type Expectations, type Member } from './members.ts'
import { isUnreachable, poolProofs } from './pool-proofs.ts'
import { canonical, disagreement, lowerMedian, majority, type Said } from './vote.ts'

/**
 * One chain behind several endpoints. A node of this machine is asked first and believed, since it checked the blocks itself; of hosts elsewhere two are asked and must say
 * the same, a third decides, and what cannot be decided is an error that says who says what.
 */

/** Block hashes of all endpoints are compared at least this often. */
const COMPARE_BLOCKS = 10
/** An endpoint this far behind the best one is not asked for what is now. */
const LAG_BLOCKS = 1
/** Strangers that are told a transaction, so that one of them cannot keep it to itself. */
const WITNESSES = 2
/** Where nothing can be proven, a height this far above every other one is nobody's word but one's. */
const LEAD_BLOCKS = 5
/** Two hosts may be a block apart: they are asked again before one of them is called wrong. */
const AGAIN_MS = 700
const AGAIN = 3

/** Hashes that endpoints hold for one block when they are not all the same and nobody can decide. */
export interface Disagreement {
  height: number
  said: { host: string; hash: string }[]
}

export interface ChainPool extends Chain {
  /** In the order of the list. */
  health(): EndpointHealth[]
  /** What endpoints disagree about now; undefined when all that answer hold the same blocks. */
  disagreement(): Disagreement | undefined
  /** What each fit endpoint calls the block of a height; those that do not answer are left out. */
  blockHashes(height: number): Promise<{ host: string; own: boolean; hash: string }[]>
  /** Asks every endpoint for its first block anew. Never rejects: what was found stands in `health`. */
  recheck(): Promise<void>
}

/**
 * @param endpoints in the order in which they are asked; those of this machine go first
 * @param deps `floor`: height below which no head is taken, since a higher one was seen before
 */
export function connectChains(
  endpoints: PoolEndpoint[],
  deps: { connect: ConnectChain; clock: Clock; expected: Expectations; floor?: number },
): ChainPool {
  const { clock } = deps
  const members = [...endpoints].sort((a, b) => Number(b.own) - Number(a.own)).map((endpoint) => createMember(endpoint, deps))
  let floor = deps.floor ?? 0
  let comparedAt = 0
  let split: Disagreement | undefined

  /** The highest height that is proven or seconded. */
  const best = (): number => {
    const told = members.filter((member) => member.isUsable() && member.head !== undefined)
    const [first = 0, second] = told.map((member) => member.head?.height ?? 0).sort((a, b) => b - a)
    const isShown = deps.expected.root() !== undefined || told.some((member) => member.endpoint.own)
    const isAlone = !isShown && second !== undefined && first > second + LEAD_BLOCKS
    return Math.max(floor, isAlone ? second : first)
  }
  /** Who is asked, in order: fit ones first, then those that failed just now. */
  const order = (): Member[] => {
    const usable = members.filter((member) => member.isUsable())
    const rank = (member: Member): number => Number(member.isPausing()) * 2 + Number((member.head?.height ?? 0) < best() - LAG_BLOCKS)
    return usable
      .map((member, index) => ({ member, index }))
      .sort((a, b) => rank(a.member) - rank(b.member) || a.index - b.index)
      .map(({ member }) => member)
  }
  const none = (): HearthError =>
    new HearthError('chain-unreachable', {
      reason: members
        .map((member) => `${member.host}: ${member.health().error || 'not asked'}`)
        .join('; ')
        .slice(0, 500),
    })

  /** Tells a member to answer, after it caught up with what was seen elsewhere. */
  const one = async <T>(member: Member, run: (chain: Chain) => Promise<T>): Promise<T> => {
    const isLate = members.length > 1 && (member.head === undefined || member.head.height < best() - LAG_BLOCKS)
    if (isLate && (!(await member.look()) || (member.head?.height ?? 0) < best() - LAG_BLOCKS)) {
      throw new HearthError('chain-unreachable', {
        endpoint: member.host,
        reason: member.health().error || `older height ${member.head?.height ?? 0}`,
      })
    }
    try {
      const value = await run(member.chain)
      member.worked()
      return value
    } catch (error) {
      if (isUnreachable(error)) member.failed(error)
      throw error
    }
  }

  /** The first that answers; others are skipped. */
  const first = async <T>(
    run: (member: Member) => Promise<T>,
    skip: ReadonlySet<Member> = new Set(),
  ): Promise<{ member: Member; value: T }> => {
    let last: unknown
    for (const member of order()) {
      if (skip.has(member)) continue
      try {
        return { member, value: await run(member) }
      } catch (error) {
        if (!isUnreachable(error)) throw error
        last = error
      }
    }
    throw last ?? none()
  }
  /** Next endpoint first, then a pause, then all of them once more. */
  const rounds = <T>(run: () => Promise<T>): Promise<T> =>
    retrying({ ...RETRY.chainRead, tries: members.length > 1 ? 2 : 1 }, clock, run, (error) => !isUnreachable(error))

  /** An answer, or the chain's own "no", which counts as one. */
  type Answer<T> = { value: T } | { refused: HearthError }
  const answerOf = async <T>(member: Member, run: (chain: Chain) => Promise<T>): Promise<Answer<T>> => {
    try {
      return { value: await one(member, run) }
    } catch (error) {
      if (error instanceof HearthError && !isUnreachable(error)) return { refused: error }
      throw error
    }
  }
  const opened = <T>(answer: Answer<T>): T => {
    if ('refused' in answer) throw answer.refused
    return answer.value
  }

  /** SECURITY: S22 what a host elsewhere says of the chain counts when a second one says the same. */
  const agreed = <T>(what: string, run: (chain: Chain) => Promise<T>, compared: (value: T) => unknown = (value) => value): Promise<T> => {
    const saidBy = (answer: Answer<T>): unknown => ('value' in answer ? compared(answer.value) : { refused: answer.refused.code })
    return rounds(async () => {
      if (split !== undefined && !members.some((member) => member.endpoint.own && member.isUsable())) throw splitError(split)
      const a = await first((member) => answerOf(member, run))
      if (a.member.endpoint.own) return opened(a.value)
      // Somebody else's host first: two of one owner are one voice.
      const same = new Set(members.filter((member) => siteOf(member.host) === siteOf(a.member.host)))
      const b = await first((member) => answerOf(member, run), same)
        .catch(() => first((member) => answerOf(member, run), new Set([a.member])))
        .catch(() => undefined)
      if (b === undefined) return opened(a.value)
      let answers = [a, b]
      const isSame = (): boolean => new Set(answers.map(({ value }) => canonical(saidBy(value)))).size === 1
      for (let again = 0; !isSame() && again < AGAIN; again += 1) {
        await clock.sleep(AGAIN_MS)
        answers = await Promise.all(answers.map(async ({ member }) => ({ member, value: await answerOf(member, run) })))
      }
      if (isSame()) return opened(answers[0]?.value ?? a.value)
      for (const member of order().filter((each) => each !== a.member && each !== b.member)) {
        const value = await answerOf(member, run).catch(() => undefined)
        if (value !== undefined) answers.push({ member, value })
      }
      const won = majority(answers.map(({ member, value }) => ({ host: member.host, value: saidBy(value) })))
      if (won === undefined)
        throw disagreement(
          what,
          answers.map(({ member, value }): Said<unknown> => ({ host: member.host, value: saidBy(value) })),
        )
      const right = answers.find(({ value }) => canonical(saidBy(value)) === canonical(won.value))
      for (const { member, value } of answers) {
        if (canonical(saidBy(value)) !== canonical(won.value)) member.accuse('lied', `${what}: said otherwise than the others`)
      }
      if (right === undefined) throw none()
      return opened(right.value)
    })
  }

  const splitError = (found: Disagreement): HearthError =>
    disagreement(
      `block ${found.height}`,
      found.said.map(({ host, hash }) => ({ host, value: hash })),
    )

  /** Compares the hash of one block that all have. */
  const compare = async (): Promise<void> => {
    const able = members.filter((member) => member.isUsable() && member.chain.blockHash !== undefined && (member.head?.height ?? 0) >= 1)
    if (able.length < 2) return
    const height = Math.min(...able.map((member) => member.head?.height ?? 0))
    const asked = await Promise.all(
      able.map(async (member) => ({ member, hash: await member.chain.blockHash?.(height).catch(() => undefined) })),
    )
    const told = asked.flatMap(({ member, hash }) => (hash === undefined ? [] : [{ member, hash }]))
    if (told.length < 2) return
    comparedAt = height
    const own = told.find(({ member }) => member.endpoint.own)
    const right =
      own?.hash ?? majority(told.map(({ member, hash }) => ({ host: member.host, value: hash })))?.value ?? (await signedHash(told, height))
    for (const { member, hash } of told) {
      member.compared(right === undefined ? new Set(told.map((each) => each.hash)).size === 1 : hash === right)
      if (right !== undefined && hash !== right) member.accuse('disagrees', `block ${height} is ${hash} there, and ${right} elsewhere`)
    }
    split = right === undefined ? { height, said: told.map(({ member, hash }) => ({ host: member.host, hash })) } : undefined
  }
  /** Of two hashes the one that the validators signed, where that can be told. */
  const signedHash = async (told: { member: Member; hash: string }[], height: number): Promise<string | undefined> => {
    const signed = new Set<string>()
    for (const { member, hash } of told) {
      const proof = await member
        .proven()
        ?.block(height)
        .catch((error: unknown) => {
          member.failed(error)
          return undefined
        })
      if (proof === hash) signed.add(hash)
    }
    return signed.size === 1 ? [...signed][0] : undefined
  }

  const isNow = (member: Member, top: number): boolean => {
    const height = member.head?.height ?? 0
    return height >= Math.max(floor, top - LAG_BLOCKS) && height <= top
  }

  const head = async (): Promise<ChainHead> => {
    const waiting = members.filter((member) => !member.isPausing() || members.length === 1)
    await Promise.all((waiting.length === 0 ? members : waiting).map((member) => member.look()))
    const fit = order().filter((member) => member.health().status === 'good')
    const top = best()
    if (deps.expected.root() === undefined && fit.length > 2) {
      for (const member of fit)
        if ((member.head?.height ?? 0) > top + LEAD_BLOCKS) member.accuse('lied', 'a height that no other endpoint has')
    }
    if (fit.length > 1 && (comparedAt === 0 || top >= comparedAt + COMPARE_BLOCKS || split !== undefined)) await compare()
    const chosen = order().find((member) => member.health().status === 'good' && isNow(member, top))?.head
    if (chosen === undefined) {
      // A chain that still reads its blocks has a head too: its own word says that it is not the newest.
      const syncing = members.length === 1 ? members[0]?.head : undefined
      if (syncing?.catchingUp === true && members[0]?.isUsable() === true && members[0].health().status === 'behind') return syncing
      throw none()
    }
    floor = Math.max(floor, chosen.height)
    return chosen
  }

  const fingerprint = async (): Promise<Fingerprint> => {
    await Promise.all(members.filter((member) => member.fingerprint === undefined).map((member) => member.look()))
    const told = members.flatMap((member) => (member.fingerprint === undefined ? [] : [{ host: member.host, value: member.fingerprint }]))
    const known = deps.expected.block1Hash()
    const ours = told.find(({ value }) => value.block1Hash === known) ?? (members.length === 1 ? told[0] : undefined)
    if (ours) return ours.value
    const won = majority(told)
    if (won) return won.value
    const [strange] = told
    if (strange === undefined) throw none()
    if (known !== undefined) return strange.value
    throw disagreement('block 1', told)
  }

  /** Told to the next one when the first failed or is a stranger: the same bytes are taken once only, and each is asked for the hash before. */
  const broadcast = async (txBytes: Uint8Array): Promise<BroadcastResult> => {
    const hash = bytesToHex(sha256(txBytes)).toUpperCase()
    const known = async (skip: ReadonlySet<Member>): Promise<boolean | undefined> => {
      const found = await first((other) => one(other, (chain) => chain.tx(hash)), skip).catch(() => undefined)
      return found && found.value.kind === 'included'
    }
    const told = new Set<Member>()
    let outcome: BroadcastResult | undefined
    let last: unknown
    for (const member of order()) {
      if (told.size > 0) {
        // It may have got through: only when the next one knows nothing of it is it told.
        const isIncluded = await known(told)
        if (isIncluded === true) return { kind: 'accepted', hash }
        if (isIncluded === undefined) break
      }
      told.add(member)
      try {
        const said = await one(member, (chain) => chain.broadcast(txBytes))
        // A word of acceptance stays: what refuses later may only be late, and the hash tells in the end.
        if (outcome === undefined || outcome.kind === 'refused') outcome = said
        if (member.endpoint.own || told.size >= WITNESSES) break
      } catch (error) {
        if (!isUnreachable(error)) throw error
        last = error
      }
    }
    if (outcome === undefined) throw last ?? none()
    return outcome
  }

  /** The middle of what three say. */
  const middle = async <T>(run: (chain: Chain) => Promise<T>, compareValues: (a: T, b: T) => number): Promise<T> =>
    rounds(async () => {
      const a = await first((member) => one(member, run))
      if (a.member.endpoint.own) return a.value
      const others = await Promise.all(
        order()
          .filter((member) => member !== a.member)
          .slice(0, 2)
          .map((member) => one(member, run).catch(() => undefined)),
      )
      return lowerMedian([a.value, ...others.filter((value) => value !== undefined)], compareValues) ?? a.value
    })

  const proven = (_root: TrustRoot): ProvenReads => poolProofs({ members, order, floor: () => floor, none })
  const compareText = (a: string, b: string): number => Number(a) - Number(b)
  const compareGas = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
  const able = (name: 'governing' | 'heightsOf' | 'upgradePlan' | 'proven' | 'blockHash' | 'blockTimeMs'): boolean =>
    members.some((member) => member.chain[name] !== undefined)
  const lacks = (member: Member): HearthError => new HearthError('chain-unreachable', { endpoint: member.host, reason: 'cannot tell' })

  return {
    health: () => members.map((member) => member.health()),
    disagreement: () => split,
    async blockHashes(height) {
      const fit = members.filter((member) => member.isUsable() && member.health().status === 'good')
      const told = await Promise.all(
        fit.map(async (member) => ({ member, hash: await member.chain.blockHash?.(height).catch(() => undefined) })),
      )
      return told.flatMap(({ member, hash }) => (hash === undefined ? [] : [{ host: member.host, own: member.endpoint.own, hash }]))
    },
    async recheck() {
      await Promise.all(members.map((member) => member.recheck()))
    },
    head,
    fingerprint,
    // Each at the height of its answer: the parameters are the same, the height need not be.
    params: () =>
      agreed(
        'parameters',
        (chain) => chain.params(),
        (params) => ({ ...params, height: 0 }),
      ),
    account: (address) => agreed('account', (chain) => chain.account(address)),
    balance: (address, height) => agreed('balance', (chain) => chain.balance(address, height)),
    supplier: (operatorAddress) => agreed('supplier', (chain) => chain.supplier(operatorAddress)),
    services: () => agreed('services', (chain) => chain.services()),
    application: (address) => agreed('application', (chain) => chain.application(address)),
    gateway: (address) => agreed('gateway', (chain) => chain.gateway(address)),
    gateways: () => agreed('gateways', (chain) => chain.gateways()),
    roleRules: () =>
      agreed(
        'parameters of roles',
        (chain) => chain.roleRules(),
        (rules) => ({ ...rules, height: 0 }),
      ),
    morseAccount: (morseAddress) => agreed('old account', (chain) => chain.morseAccount(morseAddress)),
    session: (applicationAddress, serviceId, height) => agreed('session', (chain) => chain.session(applicationAddress, serviceId, height)),
    pendingClaims: (operatorAddress) => agreed('claims', (chain) => chain.pendingClaims(operatorAddress)),
    block: (height, naming) => agreed(`block ${height}`, (chain) => chain.block(height, naming)),
    tx: (hash) => agreed(`transaction ${hash.slice(0, 8)}`, (chain) => chain.tx(hash)),
    minimumGasPrice: () => middle((chain) => chain.minimumGasPrice(), compareText),
    simulate: (txBytes) => middle((chain) => chain.simulate(txBytes), compareGas),
    broadcast,
    ...(able('heightsOf')
      ? {
          heightsOf: (addresses: string[], from: number, to: number) =>
            agreed('heights', (chain) => chain.heightsOf?.(addresses, from, to) ?? Promise.reject(none())),
        }
      : {}),
    ...(able('governing')
      ? {
          governing: () =>
            agreed(
              'rules',
              (chain) => chain.governing?.() ?? Promise.reject(none()),
              (said) => said.values,
            ),
        }
      : {}),
    ...(able('upgradePlan') ? { upgradePlan: () => agreed('upgrade', (chain) => chain.upgradePlan?.() ?? Promise.reject(none())) } : {}),
    ...(able('blockHash')
      ? {
          blockHash: async (height: number) =>
            (await first((member) => one(member, (chain) => chain.blockHash?.(height) ?? Promise.reject(lacks(member))))).value,
        }
      : {}),
    ...(able('blockTimeMs')
      ? {
          blockTimeMs: (height: number) =>
            agreed(`time of block ${height}`, (chain) => chain.blockTimeMs?.(height) ?? Promise.reject(none())),
        }
      : {}),
    ...(able('proven') ? { proven } : {}),
    async watch(onHint, signal) {
      await Promise.all(members.map((member) => member.chain.watch(onHint, signal)))
    },
  }
}
