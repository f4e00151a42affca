import type { Governing, ServiceDifficulty } from '#main/core/ports/chain.ts'
import * as schemas from './governing-schemas.ts'
import type { Transport } from './transport.ts'

/** Parameters that no room needs to reckon with, difficulty of services, and the supply (onchain facts 3.1, 3.2 and 5.1). */

const POCKET = '/pokt-network/poktroll'
const PAGE_LIMIT = 200
const MAX_PAGES = 100

/** @returns what the node says now. Rejects `chain-unreachable` */
export async function readGoverning(transport: Transport): Promise<Governing> {
  const [session, application, gateway, service, proof, tokenomics, shared, supply, difficulties] = await Promise.all([
    transport.restValue(`${POCKET}/session/params`, schemas.sessionParams),
    transport.restValue(`${POCKET}/application/params`, schemas.applicationParams),
    transport.restValue(`${POCKET}/gateway/params`, schemas.gatewayParams),
    transport.restValue(`${POCKET}/service/params`, schemas.serviceParams),
    transport.restValue(`${POCKET}/proof/params`, schemas.proofParams),
    transport.restValue(`${POCKET}/tokenomics/params`, schemas.tokenomicsParams),
    transport.restValue(`${POCKET}/shared/params`, schemas.unbondingParams),
    transport.restValue('/cosmos/bank/v1beta1/supply/by_denom?denom=upokt', schemas.supply),
    readDifficulties(transport),
  ])
  const named: Record<string, string | undefined> = {
    ...session,
    ...application,
    ...gateway,
    ...service,
    ...proof,
    ...tokenomics,
    ...shared,
  }
  const values = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { values: Object.fromEntries(values), difficulties, supplyUpokt: supply }
}

async function readDifficulties(transport: Transport): Promise<ServiceDifficulty[]> {
  const rows: ServiceDifficulty[] = []
  let query = `pagination.limit=${PAGE_LIMIT}`
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await transport.restValue(`${POCKET}/service/relay_mining_difficulty?${query}`, schemas.difficulties)
    rows.push(...answer.rows)
    if (!answer.next) break
    query = `pagination.limit=${PAGE_LIMIT}&pagination.key=${encodeURIComponent(answer.next)}`
  }
  return rows
}
