import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { amountProblem } from '#renderer/signing/amount.ts'
import { pokt, poktUnit, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Table } from '#renderer/ui/Table.tsx'
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
          <Card title={t('onchain.gateways.list')} aside={t('onchain.gateways.count', { count: value.count })}>
            <div className="mt-2">
              <Table
                caption={t('onchain.gateways.list')}
                columns={[
                  { key: 'address', title: t('onchain.address') },
                  { key: 'stake', title: t('onchain.stake'), right: true },
                  { key: 'state', title: t('onchain.state') },
                ]}
                {...(value.own.length === 0 ? { empty: t('onchain.gateways.empty') } : {})}
              >
                {value.own.map((each) => (
                  <tr key={each.address} data-gateway={each.address}>
                    <td>
                      <Address value={each.address} short copy />
                    </td>
                    <td className="r">{pokt(each.stakeUpokt)}</td>
                    <td className={each.backAtHeight === 0 ? 'text-ok' : 'text-warn'}>
                      {each.backAtHeight === 0 ? t('onchain.staked') : t('onchain.leaving', { height: whole(each.backAtHeight) })}
                    </td>
                  </tr>
                ))}
              </Table>
            </div>
          </Card>
          <Stake value={value} />
          <Kept when={value.own.length > 0}>
            <Unstake value={value} />
          </Kept>
        </>
      )}
    </RolePage>
  )
}

function Stake({ value }: { value: Value }): ReactNode {
  const t = useText()
  const keys = useSigners()
  const operator = useAppState((state) => state.supplier.operatorAddress)
  const signer = useSigner([...keys].sort((a, b) => Number(a.address === operator) - Number(b.address === operator)))
  const [amount, setAmount] = useState('')
  const own = value.own.find((each) => each.address === signer.key?.address)
  const held = useAppState((state) => (signer.key ? state.balances[signer.key.address]?.upokt : undefined))
  const staked = BigInt(own?.stakeUpokt ?? 0)
  const min = BigInt(value.minStakeUpokt)
  const problem =
    amount === ''
      ? null
      : amountProblem(t, amount, {
          min: { upokt: staked >= min ? staked + 1n : min, height: value.atHeight },
          ...(held === undefined || signer.key === undefined
            ? {}
            : { wallet: { address: signer.key.address, heldUpokt: BigInt(held), extraUpokt: 0n, alreadyUpokt: staked } }),
        })
  return (
    <RoleForm
      kind="stake-gateway"
      title={t('onchain.gateways.stakeTitle')}
      text={t('onchain.gateways.stakeText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'stake-gateway', keyId, amountPokt: amount })}
      button={t(own ? 'onchain.gateways.raise' : 'onchain.gateways.stake')}
      isReady={amount !== '' && problem === null}
      atHeight={value.atHeight}
      isRead={(intent) =>
        value.own.some((each) => each.address === intent.signerAddress && each.stakeUpokt === intent.facts['amountUpokt'])
      }
    >
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
    </RoleForm>
  )
}

function Unstake({ value }: { value: Value }): ReactNode {
  const t = useText()
  const staying = new Set(value.own.filter((each) => each.backAtHeight === 0).map((each) => each.address))
  const keys = useSigners().filter((key) => staying.has(key.address))
  const signer = useSigner(keys)
  return (
    <RoleForm
      kind="unstake-gateway"
      title={t('onchain.gateways.unstakeTitle')}
      text={t('onchain.gateways.unstakeText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'unstake-gateway', keyId })}
      button={t('onchain.gateways.unstake')}
      isReady={signer.key !== undefined}
      danger
      atHeight={value.atHeight}
      isRead={(intent) => !value.own.some((each) => each.address === intent.signerAddress && each.backAtHeight === 0)}
    />
  )
}
