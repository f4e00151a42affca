import { HearthError } from '#shared/api/errors.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { TxCodec } from '../ports/tx.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import { priceTx } from '../supplier/fee.ts'

/** Part of the application's play money that is staked; the rest pays fees and later top-ups. */
const STAKE_SHARE_PERCENT = 50n
const INCLUSION_TRIES = 60

/**
 * Sees to it that the local chain has an application for `serviceId`: the one whose relays Hearth sends when it plays a gateway. Its first transaction also puts its public key
 * on chain, without which no ring can be checked (offchain facts 4.4). Play money only: the key is bound to chains called `hearth-local-…`.
 * @returns the application's address. Rejects `tx-refused`, `chain-unreachable`, `cancelled`.
 */
export async function ensureApplication(
  deps: { chain: Chain; codec: TxCodec; rehearsal: RehearsalKeys; clock: Clock },
  serviceId: string,
  signal: AbortSignal,
): Promise<string> {
  const { chain, codec, rehearsal, clock } = deps
  const { chainId } = await chain.fingerprint()
  const application = await rehearsal.ensure(chainId, 'application')
  const staked = await chain.application(application.address)
  if (staked?.serviceIds.includes(serviceId)) return application.address
  const [account, balance, price, head] = await Promise.all([
    chain.account(application.address),
    chain.balance(application.address),
    chain.minimumGasPrice(),
    chain.head(),
  ])
  if (!account) throw new HearthError('balance-too-small', { have: '0', needed: '1', missing: '1', address: application.address })
  const draft = {
    messages: [
      {
        kind: 'stake-application' as const,
        address: application.address,
        stakeUpokt: (staked?.stakeUpokt ?? 0n) + (balance * STAKE_SHARE_PERCENT) / 100n,
        serviceIds: [serviceId],
      },
    ],
    memo: '',
    chainId,
    accountNumber: account.accountNumber,
    sequence: account.sequence,
    pubKeyHex: application.pubKeyHex,
    feeUpokt: 1n,
    gasLimit: 1_000_000n,
    timeoutHeight: head.height + INCLUSION_TRIES,
  }
  const signDoc = codec.signDoc({ ...draft, ...priceTx(await chain.simulate(codec.simulationTx(draft)), price) })
  const txBytes = codec.assemble(signDoc, await rehearsal.sign(chainId, 'application', signDoc))
  const answer = await chain.broadcast(txBytes)
  if (answer.kind === 'refused') throw new HearthError('tx-refused', { log: answer.log.slice(0, 500) })
  for (let attempt = 0; attempt < INCLUSION_TRIES; attempt += 1) {
    signal.throwIfAborted()
    const found = await chain.tx(answer.hash)
    if (found.kind === 'included') {
      if (found.code !== 0) throw new HearthError('tx-refused', { log: found.log.slice(0, 500) })
      return application.address
    }
    await clock.sleep(500, signal)
  }
  throw new HearthError('tx-expired', { hash: answer.hash })
}
