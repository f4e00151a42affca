import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { IntentState } from '#shared/api/state.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { keyFor, type KeyState } from '#renderer/bridge/select.ts'
import { pokt } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { useStakers } from './OwnStakes.tsx'
import { RoleForm, useSigner } from './RoleForm.tsx'
import { useIsUp, useSigners } from './RolePage.tsx'

type Value = RequestOutput<'roles.morse'>
type Props = { value: Value; oldKeys: KeyState[] }

type Found = NonNullable<Value['accounts'][number]['found']>
type Kind = 'account' | 'application' | 'node'

const foundFor = (value: Value, address: string | undefined): Found | null =>
  value.accounts.find((each) => each.morseAddress === address)?.found ?? null
/** The chain takes each old address by the claim of its kind alone. */
const kindOf = (found: Found): Kind =>
  found.supplierStakeUpokt !== '0' ? 'node' : found.applicationStakeUpokt !== '0' ? 'application' : 'account'
const isOpen = (found: Found | null, kind: Kind): boolean => found !== null && found.claimedAtHeight === 0 && kindOf(found) === kind
const isClaimed = (value: Value) => (intent: IntentState) => (foundFor(value, intent.facts['morseAddress'])?.claimedAtHeight ?? 0) > 0

/** Both signatures come from this vault, so a watched address cannot stand under a claim. */
const useOwnSigners = (): KeyState[] => useSigners().filter((key) => key.kind === 'key')

/** The old key of a form: the one that was picked, else the first that it can claim with. */
function useOldKey({ value, oldKeys }: Props, kind: Kind): { old: KeyState | undefined; choose: (id: string) => void } {
  const [chosen, choose] = useState('')
  const fitting = oldKeys.find((key) => isOpen(foundFor(value, key.address), kind))
  return { old: oldKeys.find((key) => key.id === chosen) ?? fitting ?? oldKeys[0], choose }
}

/** Whether one of these keys can claim an application now. */
export const hasApplication = (value: Value, oldKeys: KeyState[]): boolean =>
  oldKeys.some((key) => isOpen(foundFor(value, key.address), 'application'))

function OldKey({
  oldKeys,
  chosen,
  onChange,
}: {
  oldKeys: KeyState[]
  chosen: KeyState | undefined
  onChange: (id: string) => void
}): ReactNode {
  const t = useText()
  return (
    <Choice
      label={t('onchain.morse.oldKey')}
      value={chosen?.id ?? ''}
      onChange={onChange}
      options={oldKeys.map((key) => ({ value: key.id, text: `${key.name}, ${key.address.slice(0, 8)}…` }))}
    />
  )
}

/** All that an old account holds, to one address of now. */
export function ClaimAccount({ value, oldKeys }: Props): ReactNode {
  const t = useText()
  const keys = useOwnSigners()
  const signer = useSigner(keys)
  const { old, choose } = useOldKey({ value, oldKeys }, 'account')
  const [typed, setTyped] = useState<string | null>(null)
  const to = typed ?? signer.key?.address ?? ''
  const found = foundFor(value, old?.address)
  const isClaimable = isOpen(found, 'account')
  return (
    <RoleForm
      kind="claim-morse-account"
      title={t('onchain.morse.accountTitle')}
      text={t('onchain.morse.accountText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'claim-morse-account', keyId, morseKeyId: old?.id ?? '', toAddress: to.trim() })}
      button={t('onchain.morse.claimAccount')}
      isReady={value.open && old !== undefined && isClaimable && to.trim() !== ''}
      atHeight={value.atHeight}
      isRead={isClaimed(value)}
    >
      {found === null || isClaimable ? null : (
        <Note>{t(found.claimedAtHeight > 0 ? 'onchain.morse.isClaimed' : `onchain.morse.is.${kindOf(found)}`)}</Note>
      )}
      <OldKey oldKeys={oldKeys} chosen={old} onChange={choose} />
      <Field label={t('onchain.morse.to')} value={to} onChange={setTyped} mono maxLength={100} />
    </RoleForm>
  )
}

/** An old application goes on as one of now. */
export function ClaimApplication({ value, oldKeys }: Props): ReactNode {
  const t = useText()
  const keys = useOwnSigners()
  const signer = useSigner(useStakers(keys))
  const { services, serviceId, setService } = useService()
  const { old, choose } = useOldKey({ value, oldKeys }, 'application')
  const [typed, setTyped] = useState<string | null>(null)
  const to = typed ?? signer.key?.address ?? ''
  const found = foundFor(value, old?.address)
  const isClaimable = isOpen(found, 'application')
  const min = BigInt(value.applicationMinStakeUpokt)
  return (
    <RoleForm
      kind="claim-morse-application"
      title={t('onchain.morse.applicationTitle')}
      text={t('onchain.morse.applicationText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'claim-morse-application', keyId, morseKeyId: old?.id ?? '', toAddress: to.trim(), serviceId })}
      button={t('onchain.morse.claimApplication')}
      isReady={value.open && old !== undefined && isClaimable && to.trim() !== '' && serviceId !== ''}
      atHeight={value.atHeight}
      isRead={isClaimed(value)}
    >
      {found !== null && isClaimable && BigInt(found.applicationStakeUpokt) < min ? (
        <Note tone="warn">{t('onchain.morse.applicationBelow', { min: pokt(min) })}</Note>
      ) : null}
      <OldKey oldKeys={oldKeys} chosen={old} onChange={choose} />
      <Field label={t('onchain.morse.toApplication')} value={to} onChange={setTyped} mono maxLength={100} />
      <Choice label={t('onchain.applications.service')} value={serviceId} onChange={setService} options={services} />
    </RoleForm>
  )
}

/** What the network offers, and the one that is picked. */
function useService(): { services: { value: string; text: string }[]; serviceId: string; setService: (id: string) => void } {
  const options = useQuery('supplier.options', useIsUp() ? {} : null)
  const [typed, setService] = useState('')
  const services = options.value?.services ?? []
  return {
    services: services.map((each) => ({ value: each.id, text: each.name === '' ? each.id : `${each.id}, ${each.name}` })),
    serviceId: typed === '' ? (services[0]?.id ?? '') : typed,
    setService,
  }
}

/** An old node becomes a supplier. */
export function ClaimNode({ value, oldKeys }: Props): ReactNode {
  const t = useText()
  const operators = useOwnSigners().filter((key) => key.role === 'operator')
  const signer = useSigner(operators)
  const options = useQuery('supplier.options', useIsUp() ? {} : null)
  const ownOwner = useAppState((state) => keyFor(state, 'owner')?.address ?? '')
  const { old, choose } = useOldKey({ value, oldKeys }, 'node')
  const [typedOwner, setOwner] = useState<string | null>(null)
  const [node, setNode] = useState('')
  const { services, serviceId, setService } = useService()
  const [typedUrl, setUrl] = useState<string | null>(null)
  const owner = typedOwner ?? ownOwner
  const url = typedUrl ?? options.value?.endpointUrl ?? ''
  const found = foundFor(value, node.trim() === '' ? old?.address : node.trim().toUpperCase())
  const isBelow =
    found !== null && BigInt(found.supplierStakeUpokt) > 0n && BigInt(found.supplierStakeUpokt) < BigInt(value.supplierMinStakeUpokt)
  // Of a node that is not listed above nothing is known here: the core asks the chain.
  const isNode = node.trim() !== '' || (found !== null && found.supplierStakeUpokt !== '0' && found.claimedAtHeight === 0)
  return (
    <RoleForm
      kind="claim-morse-supplier"
      title={t('onchain.morse.nodeTitle')}
      text={t('onchain.morse.nodeText')}
      keys={operators}
      signer={signer}
      wish={(keyId) => ({
        kind: 'claim-morse-supplier',
        keyId,
        morseKeyId: old?.id ?? '',
        ownerAddress: owner.trim(),
        operatorAddress: signer.key?.address ?? '',
        ...(node.trim() === '' ? {} : { morseNodeAddress: node.trim() }),
        services: [{ serviceId, url: url.trim(), rpcType: 'JSON_RPC', revShare: [{ address: owner.trim(), percent: 100 }] }],
      })}
      button={t('onchain.morse.claimNode')}
      isReady={value.open && old !== undefined && isNode && owner.trim() !== '' && serviceId !== '' && url.trim() !== ''}
      atHeight={value.atHeight}
      isRead={isClaimed(value)}
    >
      {isNode ? null : (
        <Note>
          {t(
            found !== null && found.claimedAtHeight > 0 && kindOf(found) === 'node'
              ? 'onchain.morse.nodeClaimed'
              : 'onchain.morse.nodeNone',
          )}
        </Note>
      )}
      {isBelow ? <Note tone="warn">{t('onchain.morse.below', { min: pokt(value.supplierMinStakeUpokt) })}</Note> : null}
      <OldKey oldKeys={oldKeys} chosen={old} onChange={choose} />
      <Field label={t('onchain.morse.node')} value={node} onChange={setNode} mono maxLength={60} help={t('onchain.morse.nodeHelp')} />
      <Field label={t('onchain.morse.owner')} value={owner} onChange={setOwner} mono maxLength={100} />
      <Choice
        label={t('onchain.morse.service')}
        value={serviceId}
        onChange={setService}
        options={services}
        help={t('onchain.morse.serviceHelp')}
      />
      <Field label={t('onchain.morse.url')} value={url} onChange={setUrl} mono inputMode="url" maxLength={2048} />
    </RoleForm>
  )
}
