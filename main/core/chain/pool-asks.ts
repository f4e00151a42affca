import { HearthError } from '#shared/api/errors.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import { RETRY, retrying } from '../retry.ts'
import { siteOf, type Member } from './members.ts'
import { isUnreachable } from './pool-proofs.ts'
import { canonical, disagreement, lowerMedian, majority, unseconded, type Said } from './vote.ts'

/** How a question goes to several endpoints, and whose answer is taken. */

/** An endpoint this far behind the best one is not asked for what is now. */
export const LAG_BLOCKS = 1
/** Where nothing can be proven, a height this far above every other one is nobody's word but one's. */
export const LEAD_BLOCKS = 5
/** Two hosts may be a block apart: they are asked again before one of them is called wrong. */
const AGAIN_MS = 700
const AGAIN = 3

/** Whose word an endpoint's is: a node of this machine is nobody else's. */
export const ownerOf = (member: Member): string => (member.endpoint.own ? 'own' : siteOf(member.host))
/** How many there are to be heard: owners, or hosts where all are one owner's. */
export const voicesOf = (members: readonly Member[]): number => {
  const owners = new Set(members.map(ownerOf)).size
  return owners > 1 ? owners : members.length
}

export interface PoolAsks {
  /** Who is asked, in order: fit ones first, then those that failed just now. */
  order: () => Member[]
  /** The highest height that is proven, or that a second owner has too. */
  best: () => number
  none: () => HearthError
  /** Tells a member to answer, after it caught up with what was seen elsewhere. */
  one: <T>(member: Member, run: (chain: Chain) => Promise<T>) => Promise<T>
  /** The first that answers; others are skipped. */
  first: <T>(run: (member: Member) => Promise<T>, skip?: ReadonlySet<Member>) => Promise<{ member: Member; value: T }>
  /**
   * What a node of this machine says, or two owners elsewhere.
   * @param what the question, for an error
   */
  agreed: <T>(what: string, run: (chain: Chain) => Promise<T>, options?: AgreedOptions<T>) => Promise<T>
  /**
   * The middle of what three owners say.
   * @param needsSecond the question, for an error: rejects `chain-unreachable` with detail.alone where one owner alone answers, whose word is taken otherwise
   */
  middle: <T>(run: (chain: Chain) => Promise<T>, compare: (a: T, b: T) => number, needsSecond?: string) => Promise<T>
}

export interface AgreedOptions<T> {
  /** The part of an answer that has to be the same; all of it without. */
  compared?: (value: T) => unknown
  /** Rejects `chain-unreachable` with detail.alone where one owner alone answers, whose word is taken otherwise. */
  needsSecond?: boolean
}

/** An answer, or the chain's own "no", which counts as one. */
type Answer<T> = { value: T } | { refused: HearthError }

/**
 * @param deps.floor highest height that was seen @param deps.isProven whether heights are proven by signatures
 * @param deps.split the error while endpoints disagree about a block and nobody can decide
 */
export function createPoolAsks(deps: {
  members: Member[]
  clock: Clock
  floor: () => number
  isProven: () => boolean
  split: () => HearthError | undefined
}): PoolAsks {
  const { members, clock } = deps

  const best = (): number => {
    const told = members.filter((member) => member.isUsable() && member.head !== undefined)
    const highest = new Map<string, number>()
    for (const member of told) highest.set(ownerOf(member), Math.max(highest.get(ownerOf(member)) ?? 0, member.head?.height ?? 0))
    const heights = highest.size > 1 ? [...highest.values()] : told.map((member) => member.head?.height ?? 0)
    const [top = 0, second] = heights.sort((a, b) => b - a)
    const isShown = deps.isProven() || told.some((member) => member.endpoint.own)
    const isAlone = !isShown && second !== undefined && top > second + LEAD_BLOCKS
    return Math.max(deps.floor(), isAlone ? second : top)
  }
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

  const first: PoolAsks['first'] = async (run, skip = new Set()) => {
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
  const agreed = <T>(
    what: string,
    run: (chain: Chain) => Promise<T>,
    { compared = (value) => value, needsSecond = false }: AgreedOptions<T> = {},
  ): Promise<T> => {
    const saidBy = (answer: Answer<T>): unknown => ('value' in answer ? compared(answer.value) : { refused: answer.refused.code })
    return rounds(async () => {
      const split = deps.split()
      if (split !== undefined && !members.some((member) => member.endpoint.own && member.isUsable())) throw split
      const a = await first((member) => answerOf(member, run))
      if (a.member.endpoint.own) return opened(a.value)
      // Somebody else's host first: two of one owner are one voice.
      const same = new Set(members.filter((member) => ownerOf(member) === ownerOf(a.member)))
      const elsewhere = await first((member) => answerOf(member, run), same).catch(() => undefined)
      if (elsewhere === undefined && needsSecond) throw unseconded(what, a.member.host)
      const b = elsewhere ?? (await first((member) => answerOf(member, run), new Set([a.member])).catch(() => undefined))
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
      const said = answers.map(({ member, value }): Said<unknown> => ({ host: member.host, value: saidBy(value) }))
      const won = majority(said)
      if (won === undefined) throw disagreement(what, said)
      const isRight = (value: Answer<T>): boolean => canonical(saidBy(value)) === canonical(won.value)
      const right = answers.find(({ value }) => isRight(value))
      for (const { member, value } of answers) if (!isRight(value)) member.accuse('lied', `${what}: said otherwise than the others`)
      if (right === undefined) throw none()
      return opened(right.value)
    })
  }

  const middle: PoolAsks['middle'] = (run, compare, needsSecond) =>
    rounds(async () => {
      const a = await first((member) => one(member, run))
      if (a.member.endpoint.own) return a.value
      const others = order().filter((member) => member !== a.member)
      const owners = new Map(
        others
          .toReversed()
          .filter((member) => ownerOf(member) !== ownerOf(a.member))
          .map((member) => [ownerOf(member), member]),
      )
      const asked = owners.size > 0 ? others.filter((member) => owners.get(ownerOf(member)) === member) : others
      const said = await Promise.all(asked.slice(0, 2).map((member) => one(member, run).catch(() => undefined)))
      const heard = said.filter((value) => value !== undefined)
      // SECURITY: S22 whose second owner misses the question would decide alone.
      if (needsSecond !== undefined && (owners.size === 0 || heard.length === 0)) throw unseconded(needsSecond, a.member.host)
      return lowerMedian([a.value, ...heard], compare) ?? a.value
    })

  return { order, best, none, one, first, agreed, middle }
}
