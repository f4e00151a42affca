import { HearthError } from '#shared/api/errors.ts'
import { nextSessionStart } from '#shared/model/session.ts'
import type { Chain, ChainParams, SessionInfo } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { SessionHeader } from './relay-messages.ts'

/** How long a height counts as the newest: well under the shortest block time in use. */
const HEAD_FRESH_MS = 200
const POLL_MS = 150
/** Longest wait for the next block before the chain counts as stalled: five of mainnet's. */
const NEXT_BLOCK_WAIT_MS = 5 * 60_000
/** A node may not have committed the height that it has just told (localnet notes, section 3): ask again. */
const SESSION_TRIES = 4

/** Knows the session in which a relay may be sent now. */
export interface SessionSource {
  /**
   * The session of the newest height. When the session has no grace period and is in its last block, waits for the next one, since a relay sent then may arrive too late.
   * Rejects `not-in-session` (detail: height, sessionEndHeight, nextSessionStart), `chain-stalled`, `cancelled`.
   */
  current(): Promise<SessionHeader>
  /** Forgets what is known, after a miner refused the session. */
  renew(): void
}

export interface SessionQuestion {
  chain: Chain
  clock: Clock
  applicationAddress: string
  serviceId: string
  operatorAddress: string
  params: ChainParams
  signal: AbortSignal
}

/** @param question who asks; `params` of the chain as they are now */
export function createSessionSource(question: SessionQuestion): SessionSource {
  const { chain, clock, params, signal } = question
  let session: SessionHeader | undefined
  let checkedAtMs = -Infinity
  let refreshing: Promise<SessionHeader> | undefined

  const refresh = async (): Promise<SessionHeader> => {
    const waitingSinceMs = clock.now()
    for (;;) {
      if (signal.aborted) throw new HearthError('cancelled')
      const { height } = await chain.head()
      if (!session || height > session.endHeight) session = await askSession(question, height)
      const tooLate = height > session.endHeight || (height === session.endHeight && params.gracePeriodEndOffsetBlocks === 0)
      if (!tooLate) {
        checkedAtMs = clock.now()
        return session
      }
      if (clock.now() - waitingSinceMs > NEXT_BLOCK_WAIT_MS) throw new HearthError('chain-stalled', { height: String(height) })
      await clock.sleep(POLL_MS, signal)
    }
  }
  return {
    async current() {
      if (session && clock.now() - checkedAtMs < HEAD_FRESH_MS) return session
      refreshing ??= refresh().finally(() => (refreshing = undefined))
      return refreshing
    },
    renew() {
      session = undefined
      checkedAtMs = -Infinity
    },
  }
}

async function askSession(question: SessionQuestion, height: number): Promise<SessionHeader> {
  const found = await sessionWithRetry(question)
  if (!found.suppliers.includes(question.operatorAddress)) {
    throw new HearthError('not-in-session', {
      height: String(height),
      sessionId: found.sessionId,
      sessionEndHeight: String(found.endHeight),
      nextSessionStart: String(nextSessionStart(Math.max(height, found.startHeight), question.params)),
      suppliers: String(found.suppliers.length),
      serviceId: question.serviceId,
    })
  }
  return {
    applicationAddress: found.applicationAddress,
    serviceId: found.serviceId,
    sessionId: found.sessionId,
    startHeight: found.startHeight,
    endHeight: found.endHeight,
  }
}

async function sessionWithRetry({ chain, clock, applicationAddress, serviceId, signal }: SessionQuestion): Promise<SessionInfo> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await chain.session(applicationAddress, serviceId)
    } catch (error) {
      if (tried >= SESSION_TRIES || signal.aborted) throw error
      await clock.sleep(POLL_MS, signal)
    }
  }
}
