import { useState, type ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { amountProblem } from '#renderer/signing/amount.ts'
import { pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { RoleForm, useSigner } from './RoleForm.tsx'
import { useSigners } from './RolePage.tsx'

/** What applications and gateways of one's own have in common: a list, a stake that only grows, and an unstake. */

/** Of one own address: what it has staked, and at which block it comes back; 0 = it is not leaving. */
export interface OwnStake {
  address: string
  stakeUpokt: string
  backAtHeight: number
}
type Area = 'applications' | 'gateways'
interface Stakes {
  own: readonly OwnStake[]
  atHeight: number
}

/** The stake of the address that a key signs for; undefined = it has none. */
export const ownOf = <O extends OwnStake>(own: readonly O[], key: KeyState | undefined): O | undefined =>
  own.find((each) => each.address === key?.address)

/** Keys whose address has a stake that fits, and can stand under a transaction about it. */
export function useOwnKeys<O extends OwnStake>(own: readonly O[], fits: (one: O) => boolean): KeyState[] {
  const addresses = new Set(own.filter(fits).map((each) => each.address))
  return useSigners().filter((key) => addresses.has(key.address))
}

/** Who may stake, the operators of suppliers last: they pay for claims and proofs. */
export function useStakers(keys: KeyState[]): KeyState[] {
  const operators = useAppState((state) => [state.supplier.operatorAddress, ...Object.keys(state.suppliers)])
  return [...keys].sort((a, b) => Number(operators.includes(a.address)) - Number(operators.includes(b.address)))
}

/** The list, a row for each stake. @param columns after the address and before the state */
export function OwnList<O extends OwnStake>({
  area,
  own,
  aside,
  columns,
  children,
}: {
  area: Area
  own: readonly O[]
  aside?: string
  columns: readonly { key: string; title: string; right?: boolean }[]
  /** One row. */
  children: (one: O) => ReactNode
}): ReactNode {
  const t = useText()
  const title = t(`onchain.${area}.list`)
  return (
    <Card title={title} {...(aside === undefined ? {} : { aside })}>
      <div className="mt-2">
        <Table
          caption={title}
          columns={[{ key: 'address', title: t('onchain.address') }, ...columns, { key: 'state', title: t('onchain.state') }]}
          {...(own.length === 0 ? { empty: t(`onchain.${area}.empty`) } : {})}
        >
          {own.map(children)}
        </Table>
      </div>
    </Card>
  )
}

/** The cell that says whether a stake stands or when it comes back. */
export function StakeState({ one }: { one: OwnStake }): ReactNode {
  const t = useText()
  return (
    <td className={one.backAtHeight === 0 ? 'text-ok' : 'text-warn'}>
      {one.backAtHeight === 0 ? t('onchain.staked') : t('onchain.leaving', { height: whole(one.backAtHeight) })}
    </td>
  )
}

/** The new total of a stake: it reaches the minimum and grows, and the wallet can pay the difference. */
export function useStakeAmount(
  rules: { minStakeUpokt: string; atHeight: number },
  own: OwnStake | undefined,
  key: KeyState | undefined,
): { amount: string; isFine: boolean; field: ReactNode } {
  const t = useText()
  const [amount, setAmount] = useState('')
  const held = useAppState((state) => (key ? state.balances[key.address]?.upokt : undefined))
  const staked = BigInt(own?.stakeUpokt ?? 0)
  const min = BigInt(rules.minStakeUpokt)
  const problem =
    amount === ''
      ? null
      : amountProblem(t, amount, {
          min: { upokt: staked >= min ? staked + 1n : min, height: rules.atHeight },
          ...(held === undefined || key === undefined
            ? {}
            : { wallet: { address: key.address, heldUpokt: BigInt(held), extraUpokt: 0n, alreadyUpokt: staked } }),
        })
  return {
    amount,
    isFine: amount !== '' && problem === null,
    field: (
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
            : t('onchain.amountHelp', { min: pokt(rules.minStakeUpokt), height: whole(rules.atHeight) })
        }
      />
    ),
  }
}

/** Takes a stake back. It is read back once the chain has it leaving, or gone already. */
export function Unstake({ area, value }: { area: Area; value: Stakes }): ReactNode {
  const t = useText()
  const keys = useOwnKeys(value.own, (own) => own.backAtHeight === 0)
  const signer = useSigner(keys)
  const kind = area === 'applications' ? 'unstake-application' : 'unstake-gateway'
  return (
    <RoleForm
      kind={kind}
      title={t(`onchain.${area}.unstakeTitle`)}
      text={t(`onchain.${area}.unstakeText`)}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind, keyId })}
      button={t(`onchain.${area}.unstake`)}
      isReady={signer.key !== undefined}
      danger
      atHeight={value.atHeight}
      isRead={(intent) => !value.own.some((each) => each.address === intent.signerAddress && each.backAtHeight === 0)}
    />
  )
}
