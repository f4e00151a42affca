import { createClaimProofs, type ClaimProofs } from '../chain/claim-proofs.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { Chain } from '../ports/chain.ts'
import { createRulesRoom } from '../rules/rules-room.ts'
import { createWalletRoom, WALLET_REQUESTS } from './wallet-room.ts'

/** Requests of the wallet and of what governs. */
export const BOOK_REQUESTS = [...WALLET_REQUESTS, 'rules.view'] as const satisfies (keyof Handlers)[]

/** The wallet, what governs and the proofs of open claims, wired together: they read what the record keeps beside the ledger. */
export function createBooks(
  deps: Parameters<typeof createWalletRoom>[0] & Parameters<typeof createRulesRoom>[0] & { heads: Pick<Heads, 'proven'> },
): {
  handlers: Pick<Handlers, (typeof BOOK_REQUESTS)[number]>
  /** After the blocks of a head are in the store. Rejects `chain-unreachable`. */
  look(chain: Chain): Promise<void>
  claimSource: ClaimProofs['sourceOf']
} {
  const rules = createRulesRoom(deps)
  const proofs = createClaimProofs({ ...deps, proven: () => deps.heads.proven() })
  return {
    handlers: { ...createWalletRoom(deps).handlers, ...rules.handlers },
    async look(chain) {
      await rules.look(chain)
      await proofs.look(chain)
    },
    claimSource: (key) => proofs.sourceOf(key),
  }
}
