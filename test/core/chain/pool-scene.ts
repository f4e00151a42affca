import { HearthError } from '#shared/api/errors.ts'
import { connectChains } from '#main/core/chain/pool.ts'
import type { Chain, TrustRoot } from '#main/core/ports/chain.ts'
import { createFakeChain, type FakeChain } from '#test/fakes/chain.ts'
import { createTestClock } from '#test/fakes/clock.ts'

/** Several endpoints in memory as one chain. */

export const ADDRESS = 'pokt1a'

export interface Host extends FakeChain {
  hashes: (height: number) => string
  asked: number
}

export function host(height = 100): Host {
  const chain = createFakeChain((bytes) => `T${bytes.length}`) as Host
  chain.heightNow = height
  chain.balances.set(ADDRESS, 7n)
  chain.hashes = (at) => `H${at}`
  chain.asked = 0
  const balance = chain.balance.bind(chain)
  chain.balance = (address) => {
    chain.asked += 1
    return balance(address)
  }
  chain.blockHash = (at) => (chain.reachable ? Promise.resolve(chain.hashes(at)) : Promise.reject(new HearthError('chain-unreachable')))
  return chain
}

export interface Options {
  own?: number
  root?: TrustRoot
  block1Hash?: string | undefined
  floor?: number
}
export function pool(hosts: Host[], options: Options = {}) {
  const clock = createTestClock()
  const names = new Map(hosts.map((chain, index): [string, Chain] => [`http://host${index}:1`, chain]))
  const chains = connectChains(
    hosts.map((_, index) => ({ rpcUrl: `http://host${index}:1`, restUrl: `http://host${index}:2`, own: index === options.own })),
    {
      connect: ({ rpcUrl }) => names.get(rpcUrl) ?? host(),
      clock,
      expected: { block1Hash: () => ('block1Hash' in options ? options.block1Hash : 'AA'), root: () => options.root },
      ...(options.floor === undefined ? {} : { floor: options.floor }),
    },
  )
  /** Runs while time passes, so that pauses end. */
  const run = async <T>(work: Promise<T>): Promise<T> => {
    const progress = { done: false }
    const ended = work.finally(() => (progress.done = true))
    ended.catch(() => undefined)
    while (!progress.done) await clock.advance(100)
    return ended
  }
  const status = (): string[] => chains.health().map((each) => each.status)
  return { clock, chains, run, status }
}
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof HearthError ? error.code : String(error)),
  )
