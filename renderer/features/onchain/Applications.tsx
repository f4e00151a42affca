import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useQuery } from '#renderer/bridge/hooks.ts'
import { pokt, poktUnit, shortAddress } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { limitProblem } from './money.ts'
import { ownOf, OwnList, StakeState, Unstake, useOwnKeys, useStakeAmount, useStakers } from './OwnStakes.tsx'
import { Kept, RoleForm, useSigner } from './RoleForm.tsx'
import { RolePage, useIsUp, useRevision, useSigners } from './RolePage.tsx'

type Value = RequestOutput<'roles.applications'>
const OTHER = ''

/** Applications of own addresses: stake, raise, delegate, end a delegation, unstake. */
export function Applications(): ReactNode {
  const t = useText()
  const query = useQuery('roles.applications', useIsUp() ? {} : null, useRevision())
  return (
    <RolePage
      area="applications"
      icon="coins"
      query={query}
      costs={(value) => [
        [t('onchain.minStake'), poktUnit(value.minStakeUpokt)],
        [t('onchain.applications.spent'), t('onchain.applications.spentText')],
        [t('onchain.comesBack'), t('onchain.sessions', { count: value.unbondingSessions })],
      ]}
    >
      {(value) => (
        <>
          <Own value={value} />
          <Stake value={value} />
          <Kept when={value.own.length > 0}>
            <Delegate value={value} />
          </Kept>
          <Kept when={value.own.some((each) => each.gateways.length > 0)}>
            <Undelegate value={value} />
          </Kept>
          <Kept when={value.own.length > 0}>
            <Unstake area="applications" value={value} />
          </Kept>
        </>
      )}
    </RolePage>
  )
}

function Own({ value }: { value: Value }): ReactNode {
  const t = useText()
  return (
    <OwnList
      area="applications"
      own={value.own}
      columns={[
        { key: 'service', title: t('onchain.applications.service') },
        { key: 'stake', title: t('onchain.stake'), right: true },
        { key: 'limit', title: t('onchain.applications.limit'), right: true },
        { key: 'gateways', title: t('onchain.applications.gateways') },
      ]}
    >
      {(each) => (
        <tr key={each.address} data-application={each.address}>
          <td>
            <Address value={each.address} short copy />
          </td>
          <td className="mono">{each.serviceId}</td>
          <td className="r">{pokt(each.stakeUpokt)}</td>
          <td className="r">{each.spendLimitUpokt === null ? t('onchain.applications.noLimit') : pokt(each.spendLimitUpokt)}</td>
          <td>{each.gateways.length === 0 ? t('ui.nothing') : each.gateways.map((gateway) => shortAddress(gateway)).join(', ')}</td>
          <StakeState one={each} />
        </tr>
      )}
    </OwnList>
  )
}

function Stake({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useSigners()
  const signer = useSigner(useStakers(keys))
  const [serviceId, setServiceId] = useState('')
  const [limit, setLimit] = useState('')
  const own = ownOf(value.own, signer.key)
  const stake = useStakeAmount(value, own, signer.key)
  const service = serviceId === '' ? (own?.serviceId ?? value.services[0]?.id ?? '') : serviceId
  const wrongLimit = limitProblem(t, limit, BigInt(value.minSpendLimitUpokt), value.atHeight)
  return (
    <RoleForm
      kind="stake-application"
      title={t('onchain.applications.stakeTitle')}
      text={t('onchain.applications.stakeText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({
        kind: 'stake-application',
        keyId,
        serviceId: service,
        amountPokt: stake.amount,
        ...(limit.trim() === '' ? {} : { spendLimitPokt: limit }),
      })}
      button={t(own ? 'onchain.applications.raise' : 'onchain.applications.stake')}
      isReady={stake.isFine && wrongLimit === null && service !== ''}
      atHeight={value.atHeight}
      isRead={(intent) =>
        // What it paid for since is gone from its stake.
        value.own.some(
          (each) => each.address === intent.signerAddress && each.serviceId === intent.facts['services'] && each.backAtHeight === 0,
        )
      }
    >
      <Choice
        label={t('onchain.applications.service')}
        value={service}
        onChange={setServiceId}
        options={value.services.map((each) => ({ value: each.id, text: each.name === '' ? each.id : `${each.id}, ${each.name}` }))}
      />
      {stake.field}
      <Field
        label={t('onchain.applications.limitLabel')}
        value={limit}
        onChange={setLimit}
        unit={t('ui.pokt')}
        inputMode="decimal"
        maxLength={60}
        error={wrongLimit}
        help={t('onchain.applications.limitHelp', { min: pokt(value.minSpendLimitUpokt) })}
      />
    </RoleForm>
  )
}

function Delegate({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useOwnKeys(value.own, (own) => own.backAtHeight === 0)
  const signer = useSigner(keys)
  const own = ownOf(value.own, signer.key)
  const [chosen, setChosen] = useState<string | null>(null)
  const [typed, setTyped] = useState('')
  const free = value.gateways.filter((gateway) => own?.gateways.includes(gateway.address) !== true)
  const gateway =
    chosen !== null && (chosen === OTHER || free.some((each) => each.address === chosen)) ? chosen : (free[0]?.address ?? OTHER)
  const gatewayAddress = gateway === OTHER ? typed.trim() : gateway
  const used = own?.gateways.length ?? 0
  return (
    <RoleForm
      kind="delegate"
      title={t('onchain.applications.delegateTitle')}
      text={`${t('onchain.applications.delegateText')} ${t('onchain.applications.room', { used, max: value.maxGateways })}`}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'delegate', keyId, gatewayAddress })}
      button={t('onchain.applications.delegate')}
      isReady={gatewayAddress !== '' && used < value.maxGateways}
      atHeight={value.atHeight}
      isRead={(intent) =>
        value.own.some((each) => each.address === intent.signerAddress && each.gateways.includes(intent.facts['toAddress'] ?? ''))
      }
    >
      <Choice
        label={t('onchain.applications.gateway')}
        value={gateway}
        onChange={setChosen}
        options={[
          ...free.map((each) => ({ value: each.address, text: `${shortAddress(each.address)}, ${poktUnit(each.stakeUpokt)}` })),
          { value: OTHER, text: t('onchain.applications.gatewayOther') },
        ]}
      />
      {gateway === OTHER ? (
        <Field label={t('onchain.applications.gatewayAddress')} value={typed} onChange={setTyped} mono maxLength={100} />
      ) : null}
    </RoleForm>
  )
}

function Undelegate({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useOwnKeys(value.own, (own) => own.gateways.length > 0)
  const signer = useSigner(keys)
  const gateways = ownOf(value.own, signer.key)?.gateways ?? []
  const [chosen, setChosen] = useState('')
  const gatewayAddress = gateways.find((each) => each === chosen) ?? gateways[0] ?? ''
  return (
    <RoleForm
      kind="undelegate"
      title={t('onchain.applications.undelegateTitle')}
      text={t('onchain.applications.undelegateText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'undelegate', keyId, gatewayAddress })}
      button={t('onchain.applications.undelegate')}
      isReady={gatewayAddress !== ''}
      atHeight={value.atHeight}
      isRead={(intent) =>
        !value.own.some((each) => each.address === intent.signerAddress && each.gateways.includes(intent.facts['toAddress'] ?? ''))
      }
    >
      <Choice
        label={t('onchain.applications.gateway')}
        value={gatewayAddress}
        onChange={setChosen}
        options={gateways.map((each) => ({ value: each, text: shortAddress(each) }))}
      />
    </RoleForm>
  )
}
