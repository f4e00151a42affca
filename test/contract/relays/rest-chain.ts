/** The few questions that the relay sender asks of a chain, answered straight from REST, so that this suite stands on nothing but the relay code. */
import type { Chain, SessionInfo } from '#main/core/ports/chain.ts'

type Json = Record<string, never>

async function ask(restUrl: string, path: string): Promise<Json> {
  const answer = await fetch(`${restUrl}${path}`)
  const body = (await answer.json()) as Json & { message?: string }
  if (!answer.ok) throw new Error(`${path}: ${body.message ?? answer.status}`)
  return body
}

interface Header {
  application_address: string
  service_id: string
  session_id: string
  session_start_block_height: string
  session_end_block_height: string
}
interface Supplier {
  owner_address: string
  operator_address: string
  services: { service_id: string; endpoints: { url: string; rpc_type: string }[] }[]
}

const unused = async (): Promise<never> => Promise.reject(new Error('not asked by the relay sender'))

/** @param restUrl of the node @param chainId as the rehearsal keys know it */
export function createRestChain(restUrl: string, chainId: string): Chain {
  const pocket = '/pokt-network/poktroll'
  return {
    fingerprint: async () => ({ chainId, block1Hash: '', genesisTime: '' }),
    head: async () => {
      const { block, block_id } = (await ask(restUrl, '/cosmos/base/tendermint/v1beta1/blocks/latest')) as unknown as {
        block: { header: { height: string; time: string } }
        block_id: { hash: string }
      }
      return { height: Number(block.header.height), timeMs: Date.parse(block.header.time), hash: block_id.hash, catchingUp: false }
    },
    params: async () => {
      const { params } = (await ask(restUrl, `${pocket}/shared/params`)) as unknown as { params: Record<string, string> }
      const read = (name: string): number => Number(params[name])
      return {
        height: 0,
        numBlocksPerSession: read('num_blocks_per_session'),
        gracePeriodEndOffsetBlocks: read('grace_period_end_offset_blocks'),
        claimWindowOpenOffsetBlocks: read('claim_window_open_offset_blocks'),
        claimWindowCloseOffsetBlocks: read('claim_window_close_offset_blocks'),
        proofWindowOpenOffsetBlocks: read('proof_window_open_offset_blocks'),
        proofWindowCloseOffsetBlocks: read('proof_window_close_offset_blocks'),
        sessionGridAnchorHeight: read('session_grid_anchor_height'),
        sessionNumberAtAnchor: read('session_number_at_anchor'),
        supplierUnbondingPeriodSessions: read('supplier_unbonding_period_sessions'),
        computeUnitsToTokensMultiplier: BigInt(params['compute_units_to_tokens_multiplier'] ?? 0),
        computeUnitCostGranularity: BigInt(params['compute_unit_cost_granularity'] ?? 0),
        supplierMinStakeUpokt: 0n,
        supplierStakingFeeUpokt: 0n,
        applicationMinStakeUpokt: 0n,
        proofMissingPenaltyUpokt: 0n,
        proofSubmissionFeeUpokt: 0n,
      }
    },
    account: async (address) => {
      const { account } = (await ask(restUrl, `/cosmos/auth/v1beta1/accounts/${address}`)) as unknown as {
        account: { pub_key: { key: string } | null; account_number: string; sequence: string }
      }
      const key = account.pub_key?.key
      return {
        accountNumber: BigInt(account.account_number),
        sequence: BigInt(account.sequence),
        pubKeyHex: key === undefined ? undefined : Buffer.from(key, 'base64').toString('hex'),
      }
    },
    supplier: async (address) => {
      const { supplier } = (await ask(restUrl, `${pocket}/supplier/supplier/${address}`)) as unknown as { supplier: Supplier }
      return {
        ownerAddress: supplier.owner_address,
        operatorAddress: supplier.operator_address,
        stakeUpokt: 0n,
        services: supplier.services.map((service) => ({
          serviceId: service.service_id,
          endpoints: service.endpoints.map((endpoint) => ({ url: endpoint.url, rpcType: endpoint.rpc_type })),
          revShare: [],
        })),
        pending: [],
        unstakeSessionEndHeight: 0,
      }
    },
    application: async (address) => {
      const { application } = (await ask(restUrl, `${pocket}/application/application/${address}`)) as unknown as {
        application: { stake: { amount: string }; service_configs: { service_id: string }[]; delegatee_gateway_addresses: string[] }
      }
      return {
        stakeUpokt: BigInt(application.stake.amount),
        serviceIds: application.service_configs.map((config) => config.service_id),
        delegatedGateways: application.delegatee_gateway_addresses,
        unstakeSessionEndHeight: 0,
        spendLimitUpokt: undefined,
      }
    },
    session: async (applicationAddress, serviceId): Promise<SessionInfo> => {
      const query = `application_address=${applicationAddress}&service_id=${serviceId}`
      const { session } = (await ask(restUrl, `${pocket}/session/get_session?${query}`)) as unknown as {
        session: { header: Header; session_id: string; session_number: string; suppliers: Supplier[] }
      }
      return {
        sessionId: session.session_id,
        sessionNumber: Number(session.session_number),
        startHeight: Number(session.header.session_start_block_height),
        endHeight: Number(session.header.session_end_block_height),
        applicationAddress: session.header.application_address,
        serviceId: session.header.service_id,
        suppliers: session.suppliers.map((supplier) => supplier.operator_address),
        delegatedGateways: [],
      }
    },
    balance: unused,
    services: unused,
    pendingClaims: unused,
    gateway: unused,
    gateways: unused,
    roleRules: unused,
    morseAccount: unused,
    block: unused,
    minimumGasPrice: unused,
    simulate: unused,
    broadcast: unused,
    tx: unused,
    watch: unused,
  }
}
