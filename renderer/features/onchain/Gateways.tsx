import type { ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useQuery } from '#renderer/bridge/hooks.ts'
import { pokt, poktUnit } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { ownOf, OwnList, StakeState, Unstake, useStakeAmount, useStakers } from './OwnStakes.tsx'
import { Kept, RoleForm, useSigner } from './RoleForm.tsx'
import { RolePage, useIsUp, useRevision, useSigners } from './RolePage.tsx'

type Value = RequestOutput<'roles.gateways'>

/** Gateways of own addresses: stake, raise, unstake. */
export function Gateways(): ReactNode {
  const t = useText()
  const query = useQuery('roles.gateways', useIsUp() ? {} : null, useRevision())
  return (
    <RolePage
      area="gateways"
      icon="radio-tower"
      query={query}
      costs={(value) => [
        [t('onchain.minStake'), poktUnit(value.minStakeUpokt)],
        [t('onchain.comesBack'), t('onchain.sessions', { count: value.unbondingSessions })],
      ]}
    >
      {(value) => (
        <>
          <OwnList
            area="gateways"
            own={value.own}
            aside={t('onchain.gateways.count', { count: value.count })}
            columns={[{ key: 'stake', title: t('onchain.stake'), right: true }]}
          >
            {(each) => (
              <tr key={each.address} data-gateway={each.address}>
                <td>
                  <Address value={each.address} short copy />
                </td>
                <td className="r">{pokt(each.stakeUpokt)}</td>
                <StakeState one={each} />
              </tr>
            )}
          </OwnList>
          <Stake value={value} />
          <Kept when={value.own.length > 0}>
            <Unstake area="gateways" value={value} />
          </Kept>
        </>
      )}
    </RolePage>
  )
}

function Stake({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useSigners()
  const signer = useSigner(useStakers(keys))
  const own = ownOf(value.own, signer.key)
  const stake = useStakeAmount(value, own, signer.key)
  return (
    <RoleForm
      kind="stake-gateway"
      title={t('onchain.gateways.stakeTitle')}
      text={t('onchain.gateways.stakeText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'stake-gateway', keyId, amountPokt: stake.amount })}
      button={t(own ? 'onchain.gateways.raise' : 'onchain.gateways.stake')}
      isReady={stake.isFine}
      atHeight={value.atHeight}
      isRead={(intent) =>
        value.own.some((each) => each.address === intent.signerAddress && each.stakeUpokt === intent.facts['amountUpokt'])
      }
    >
      {stake.field}
    </RoleForm>
  )
}
