import type { SessionInfo } from '#main/core/ports/chain.ts'
import { sessionAt } from '#shared/model/session.ts'
import { sessionIdOf, sessionOperators, type SessionSeed } from '#shared/model/session-membership.ts'
import { blockHash } from './hashes.ts'
import { quoted, Refusal } from './refusal.ts'
import { isActive, paramsAt, type ApplicationState, type ChainState } from './state.ts'

/** Who serves whom, when (onchain facts 5.5). */

/** What `session` refuses with: the chain answers such queries with an internal error and this text. */
export class NoSession extends Refusal {
  constructor(text: string, description: string) {
    super(13, 'session', `${text}: ${description}`)
    this.name = 'NoSession'
  }
}

export function isActiveApplication(application: ApplicationState, height: number): boolean {
  return application.unstakeSessionEndHeight === 0 || height <= application.unstakeSessionEndHeight
}

export function servicesOfApplication(application: ApplicationState, height: number): string[] {
  if (application.history.length === 0) return [application.serviceId]
  return application.history.filter((entry) => isActive(entry, height)).map((entry) => entry.serviceId)
}

/** Operators with a configuration that is active at a height, in the order of the chain's store: by activation, then by address. */
function candidates(state: ChainState, serviceId: string, height: number): string[] {
  const found: { activationHeight: number; operator: string }[] = []
  for (const [operator, supplier] of state.suppliers.map) {
    for (const config of supplier.configs) {
      if (config.service.serviceId === serviceId && isActive(config, height))
        found.push({ activationHeight: config.activationHeight, operator })
    }
  }
  return found.sort((a, b) => a.activationHeight - b.activationHeight || (a.operator < b.operator ? -1 : 1)).map(({ operator }) => operator)
}

/** Remembers who is in which session until a supplier changes. */
export class SessionBook {
  private version = -1
  private readonly members = new Map<string, string[]>()
  private readonly ids = new Map<string, string>()

  /**
   * The session of an application at a height that is committed, or the one being built.
   * @throws NoSession in the chain's words
   */
  session(state: ChainState, applicationAddress: string, serviceId: string, height: number): SessionInfo {
    const latest = state.height
    if (height > latest) {
      throw new NoSession(`block height ${height} is ahead of the last committed block height ${latest}`, 'error during session hydration')
    }
    const params = paramsAt(state, height)
    const { start: startHeight, end: endHeight, number: sessionNumber } = sessionAt(height, params)
    const seed: SessionSeed = { startBlockHashHex: blockHash(state, startHeight), startHeight, applicationAddress, serviceId }
    const key = `${applicationAddress}/${serviceId}/${startHeight}`
    const sessionId = state.recordedSessionIds.get(key) ?? this.idOf(key, seed)
    const application = state.applications.get(applicationAddress)
    if (application === undefined) {
      throw new NoSession(
        `could not find app with address ${quoted(applicationAddress)} at height ${startHeight}`,
        'application for session not found not found ',
      )
    }
    if (!isActiveApplication(application, endHeight)) {
      throw new NoSession(`application ${quoted(applicationAddress)} is not active for session ${sessionId}`, 'application is not active')
    }
    if (!servicesOfApplication(application, height).includes(serviceId)) {
      throw new NoSession(
        `application ${quoted(applicationAddress)} not staked for service ID ${quoted(serviceId)}`,
        'application in session not staked for requested service',
      )
    }
    const suppliers = this.suppliersOf(state, seed, height, params.numSuppliersPerSession)
    if (suppliers.length === 0) {
      throw new NoSession(
        `could not find suppliers for service ${serviceId} at height ${startHeight}`,
        'no suppliers not found for session',
      )
    }
    const delegatedGateways = [...application.gateways]
    return { sessionId, sessionNumber, startHeight, endHeight, applicationAddress, serviceId, suppliers, delegatedGateways }
  }

  private idOf(key: string, seed: SessionSeed): string {
    const known = this.ids.get(key)
    if (known !== undefined) return known
    if (this.ids.size > REMEMBERED) this.ids.clear()
    const id = sessionIdOf(seed)
    this.ids.set(key, id)
    return id
  }

  private suppliersOf(state: ChainState, seed: SessionSeed, height: number, size: number): string[] {
    if (this.version !== state.suppliersVersion || this.members.size > REMEMBERED) this.members.clear()
    this.version = state.suppliersVersion
    const key = `${seed.applicationAddress}/${seed.serviceId}/${height}`
    const known = this.members.get(key)
    if (known !== undefined) return [...known]
    const operators = sessionOperators(seed, candidates(state, seed.serviceId, height), size)
    this.members.set(key, operators)
    return [...operators]
  }
}

const REMEMBERED = 2000
