import { HearthError } from '#shared/api/errors.ts'
import type { Chain } from '../ports/chain.ts'
import type { Log } from '../ports/log.ts'
import type { Heads } from './heads.ts'

/**
 * Runs something at each new block, one after the other: blocks that come meanwhile are not made up for, the next one counts.
 * @param run its failure is written into the log, but for a chain that is away
 * @returns what resolves when none is under way
 */
export function atEachHead(
  heads: Pick<Heads, 'onHead'>,
  log: Log,
  run: (height: number, chain: Chain) => Promise<void>,
): () => Promise<void> | undefined {
  let looking: Promise<void> | undefined
  heads.onHead((head, chain) => {
    looking ??= run(head.height, chain)
      .catch((error: unknown) => {
        if (!(error instanceof HearthError && error.code === 'chain-unreachable')) log.error('after a new head', error)
      })
      .finally(() => {
        looking = undefined
      })
  })
  return () => looking
}
