import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ChainHead, ConnectChain, Fingerprint, PoolEndpoint, ProvenReads, TrustRoot } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import { createMember, type EndpointHealth, type Expectations, type Member } from './members.ts'
import { createPoolAsks, LAG_BLOCKS, LEAD_BLOCKS, ownerOf, voicesOf } from './pool-asks.ts'
import { broadcastTo } from './pool-broadcast.ts'
import { poolProofs } from './pool-proofs.ts'
import { disagreement, majority } from './vote.ts'

/**
 * One chain behind several endpoints. A node of this machine is asked first and believed, since it checked the blocks itself; of hosts elsewhere those of two owners are asked and
 * must say the same, a third decides, and what cannot be decided is an error that says who says what.
 */

/** Block hashes of all endpoints are compared at least this often. */
const COMPARE_BLOCKS = 10
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
  /** What each endpoint told of its chain, also those of another one. */
  fingerprints(): ({ host: string } & Fingerprint)[]
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

  const splitError = (found: Disagreement): HearthError =>
    disagreement(
      `block ${found.height}`,
      found.said.map(({ host, hash }) => ({ host, value: hash })),
    )
  const asks = createPoolAsks({
    members,
    clock,
    floor: () => floor,
    isProven: () => deps.expected.root() !== undefined,
    split: () => split && splitError(split),
  })
  const { order, best, none, one, first, agreed, middle } = asks

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
    if (deps.expected.root() === undefined && voicesOf(fit) > 2) {
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

  const account = (address: string, needsSecond = false) => agreed('account', (chain) => chain.account(address), { needsSecond })
  const tx = (hash: string, needsSecond = false) => agreed(`transaction ${hash.slice(0, 8)}`, (chain) => chain.tx(hash), { needsSecond })
  const proven = (_root: TrustRoot): ProvenReads => poolProofs({ members, order, floor: () => floor, none })
  const compareText = (a: string, b: string): number => Number(a) - Number(b)
  const compareGas = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
  const able = (name: 'governing' | 'heightsOf' | 'upgradePlan' | 'appliedUpgrade' | 'proven' | 'blockHash' | 'blockTimeMs'): boolean =>
    members.some((member) => member.chain[name] !== undefined)
  const lacks = (member: Member): HearthError => new HearthError('chain-unreachable', { endpoint: member.host, reason: 'cannot tell' })

  return {
    health: () => members.map((member) => member.health()),
    disagreement: () => split,
    fingerprints: () => members.flatMap(({ host, fingerprint: told }) => (told === undefined ? [] : [{ host, ...told }])),
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
    params: () => agreed('parameters', (chain) => chain.params(), { compared: (params) => ({ ...params, height: 0 }) }),
    account: (address) => account(address),
    balance: (address, height) => agreed('balance', (chain) => chain.balance(address, height)),
    supplier: (operatorAddress) => agreed('supplier', (chain) => chain.supplier(operatorAddress)),
    services: () => agreed('services', (chain) => chain.services()),
    application: (address) => agreed('application', (chain) => chain.application(address)),
    gateway: (address) => agreed('gateway', (chain) => chain.gateway(address)),
    gateways: () => agreed('gateways', (chain) => chain.gateways()),
    roleRules: () => agreed('parameters of roles', (chain) => chain.roleRules(), { compared: (rules) => ({ ...rules, height: 0 }) }),
    morseAccount: (morseAddress) => agreed('old account', (chain) => chain.morseAccount(morseAddress)),
    session: (applicationAddress, serviceId, height) => agreed('session', (chain) => chain.session(applicationAddress, serviceId, height)),
    pendingClaims: (operatorAddress) => agreed('claims', (chain) => chain.pendingClaims(operatorAddress)),
    block: (height, naming) => agreed(`block ${height}`, (chain) => chain.block(height, naming)),
    tx: (hash) => tx(hash),
    minimumGasPrice: () => middle((chain) => chain.minimumGasPrice(), compareText),
    simulate: (txBytes) => middle((chain) => chain.simulate(txBytes), compareGas),
    broadcast: (txBytes) => broadcastTo(asks, txBytes, false),
    ...(new Set(members.map(ownerOf)).size > 1
      ? {
          seconded: () => ({
            account: (address: string) => account(address, true),
            tx: (hash: string) => tx(hash, true),
            broadcast: (txBytes: Uint8Array) => broadcastTo(asks, txBytes, true),
            minimumGasPrice: () => middle((chain) => chain.minimumGasPrice(), compareText, 'least gas price'),
          }),
        }
      : {}),
    ...(able('heightsOf')
      ? {
          heightsOf: (addresses: string[], from: number, to: number) =>
            agreed('heights', (chain) => chain.heightsOf?.(addresses, from, to) ?? Promise.reject(none())),
        }
      : {}),
    ...(able('governing')
      ? {
          governing: () => agreed('rules', (chain) => chain.governing?.() ?? Promise.reject(none()), { compared: (said) => said.values }),
        }
      : {}),
    ...(able('upgradePlan') ? { upgradePlan: () => agreed('upgrade', (chain) => chain.upgradePlan?.() ?? Promise.reject(none())) } : {}),
    ...(able('appliedUpgrade')
      ? {
          appliedUpgrade: (name: string) => agreed(`upgrade ${name}`, (chain) => chain.appliedUpgrade?.(name) ?? Promise.reject(none())),
        }
      : {}),
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
