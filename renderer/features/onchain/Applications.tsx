import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { amountProblem } from '#renderer/signing/amount.ts'
import { pokt, poktUnit, shortAddress, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { limitProblem } from './money.ts'
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
            <Unstake value={value} />
          </Kept>
        </>
      )}
    </RolePage>
  )
}

function Own({ value }: { value: Value }): ReactNode {
  const t = useText()
  return (
    <Card title={t('onchain.applications.list')}>
      <div className="mt-2">
        <Table
          caption={t('onchain.applications.list')}
          columns={[
            { key: 'address', title: t('onchain.address') },
            { key: 'service', title: t('onchain.applications.service') },
            { key: 'stake', title: t('onchain.stake'), right: true },
            { key: 'limit', title: t('onchain.applications.limit'), right: true },
            { key: 'gateways', title: t('onchain.applications.gateways') },
            { key: 'state', title: t('onchain.state') },
          ]}
          {...(value.own.length === 0 ? { empty: t('onchain.applications.empty') } : {})}
        >
          {value.own.map((each) => (
            <tr key={each.address} data-application={each.address}>
              <td>
                <Address value={each.address} short />
              </td>
              <td className="mono">{each.serviceId}</td>
              <td className="r">{pokt(each.stakeUpokt)}</td>
              <td className="r">{each.spendLimitUpokt === null ? t('onchain.applications.noLimit') : pokt(each.spendLimitUpokt)}</td>
              <td>{each.gateways.length === 0 ? t('ui.nothing') : each.gateways.map((gateway) => shortAddress(gateway)).join(', ')}</td>
              <td className={each.backAtHeight === 0 ? 'text-ok' : 'text-warn'}>
                {each.backAtHeight === 0 ? t('onchain.staked') : t('onchain.leaving', { height: whole(each.backAtHeight) })}
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </Card>
  )
}

/** Of own applications, those whose key can stand under a transaction. */
function useOwnKeys(value: Value, where: (own: Value['own'][number]) => boolean): KeyState[] {
  const addresses = new Set(value.own.filter(where).map((each) => each.address))
  return useSigners().filter((key) => addresses.has(key.address))
}
const ownOf = (value: Value, key: KeyState | undefined): Value['own'][number] | undefined =>
  value.own.find((each) => each.address === key?.address)

function Stake({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useSigners()
  const operator = useAppState((state) => state.supplier.operatorAddress)
  // The supplier's operator last: it pays for claims and proofs.
  const signer = useSigner([...keys].sort((a, b) => Number(a.address === operator) - Number(b.address === operator)))
  const [serviceId, setServiceId] = useState('')
  const [amount, setAmount] = useState('')
  const [limit, setLimit] = useState('')
  const own = ownOf(value, signer.key)
  const held = useAppState((state) => (signer.key ? state.balances[signer.key.address]?.upokt : undefined))
  const staked = BigInt(own?.stakeUpokt ?? 0)
  const min = BigInt(value.minStakeUpokt)
  const least = staked >= min ? staked + 1n : min
  const service = serviceId === '' ? (own?.serviceId ?? value.services[0]?.id ?? '') : serviceId
  const problem =
    amount === ''
      ? null
      : amountProblem(t, amount, {
          min: { upokt: least, height: value.atHeight },
          ...(held === undefined || signer.key === undefined
            ? {}
            : { wallet: { address: signer.key.address, heldUpokt: BigInt(held), extraUpokt: 0n, alreadyUpokt: staked } }),
        })
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
        amountPokt: amount,
        ...(limit.trim() === '' ? {} : { spendLimitPokt: limit }),
      })}
      button={t(own ? 'onchain.applications.raise' : 'onchain.applications.stake')}
      isReady={amount !== '' && problem === null && wrongLimit === null && service !== ''}
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
      <Field
        label={t('onchain.amount')}
        value={amount}
        onChange={setAmount}
        unit={t('ui.pokt')}
        inputMode="decimal"
        maxLength={60}
        error={problem}
        help={
          own
            ? t('onchain.amountMore', { now: pokt(own.stakeUpokt) })
            : t('onchain.amountHelp', { min: pokt(value.minStakeUpokt), height: whole(value.atHeight) })
        }
      />
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
  const keys = useOwnKeys(value, (own) => own.backAtHeight === 0)
  const signer = useSigner(keys)
  const own = ownOf(value, signer.key)
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
  const keys = useOwnKeys(value, (own) => own.gateways.length > 0)
  const signer = useSigner(keys)
  const gateways = ownOf(value, signer.key)?.gateways ?? []
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

function Unstake({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useOwnKeys(value, (own) => own.backAtHeight === 0)
  const signer = useSigner(keys)
  return (
    <RoleForm
      kind="unstake-application"
      title={t('onchain.applications.unstakeTitle')}
      text={t('onchain.applications.unstakeText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'unstake-application', keyId })}
      button={t('onchain.applications.unstake')}
      isReady={signer.key !== undefined}
      danger
      atHeight={value.atHeight}
      // Unstaking, or gone already.
      isRead={(intent) => !value.own.some((each) => each.address === intent.signerAddress && each.backAtHeight === 0)}
    />
  )
}
