import type { ReactNode } from 'react'
import { useAppState, type Query } from '#renderer/bridge/hooks.ts'
import { intentsOf, type KeyState } from '#renderer/bridge/select.ts'
import { signersFor } from '#renderer/signing/signers.ts'
import { whole } from '#renderer/text/format.ts'
import { useText, type TextKey } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import type { IconName } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { ReadAgain } from './RoleForm.tsx'

type Cost = readonly [ReactNode, ReactNode]
type Reads = 'roles.services' | 'roles.applications' | 'roles.gateways' | 'roles.morse'

/** What is asked again when: another block with a transaction of ours in it. */
export function useRevision(): number {
  return useAppState((state) => intentsOf(state).reduce((height, intent) => Math.max(height, intent.includedHeight ?? 0), 0))
}

/** Whether the chain can be asked. */
export const useIsUp = (): boolean => useAppState((state) => state.chain.status === 'ready')

/** Keys and watched addresses that can stand under these transactions. */
export const useSigners = (): KeyState[] => useAppState((state) => signersFor(state, ['owner', 'operator']))

/** The frame of a page about one role: what it is, who needs it, what it costs with the height at which that was read, and the forms once that is known. */
export function RolePage<N extends Reads>({
  area,
  icon,
  query,
  costs,
  costsNote,
  isFree = () => false,
  children,
}: {
  area: 'services' | 'applications' | 'gateways' | 'morse'
  icon: IconName
  query: Query<N>
  costs: (value: NonNullable<Query<N>['value']>) => Cost[]
  /** One sentence under the costs. */
  costsNote?: string
  /** Whether the network waives its fee. */
  isFree?: (value: NonNullable<Query<N>['value']>) => boolean
  children: (value: NonNullable<Query<N>['value']>) => ReactNode
}): ReactNode {
  const t = useText()
  const isUp = useIsUp()
  const hasKeys = useSigners().length > 0
  const { value } = query
  const isBehind = value !== null && (!isUp || query.error !== null)
  return (
    <>
      <Verdict tone="ember" icon={icon} title={t(`onchain.${area}.heading`)} text={t(`onchain.${area}.text`)} />
      <div className="grid grid-cols-[minmax(0,1fr)_318px] items-start gap-3.5 max-fold:grid-cols-1">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3.5">
          {isBehind ? <Note tone="warn">{t('onchain.stale', { height: whole(value.atHeight) })}</Note> : null}
          <ErrorNote error={query.error} />
          {value !== null ? (
            <>
              <ReadAgain value={query.reload}>{children(value)}</ReadAgain>
              {hasKeys ? null : (
                <EmptyState icon="key-round" title={t('supplier.cards.keysTitle')} text={t('onchain.noKeys')}>
                  <LinkButton href="#/" kind="pri">
                    {t('supplier.cards.keys')}
                  </LinkButton>
                </EmptyState>
              )}
            </>
          ) : isUp ? (
            query.error === null ? (
              <Card padded>
                <Skeleton height={160} />
              </Card>
            ) : null
          ) : (
            <EmptyState icon="hourglass" title={t('onchain.noChainTitle')} text={t('onchain.noChain')}>
              <LinkButton href="#/">{t('onchain.toStart')}</LinkButton>
            </EmptyState>
          )}
        </div>
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3.5">
          <Card title={t('onchain.who')} padded>
            <p className="text-small text-text-2">{t(`onchain.${area}.whoText` as TextKey)}</p>
          </Card>
          {value === null ? null : (
            <Card title={t('onchain.costs')} padded>
              <Facts
                rows={[...costs(value), [t('onchain.networkFee'), t(isFree(value) ? 'onchain.networkFeeFree' : 'onchain.networkFeeText')]]}
              />
              {costsNote === undefined ? null : <p className="mt-2.5 text-small text-text-2">{costsNote}</p>}
              <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
                <span className={`text-caption num ${isBehind ? 'text-warn' : 'text-text-3'}`}>
                  {t('onchain.atHeight', { height: whole(value.atHeight) })}
                </span>
                <Button size="sm" icon="refresh-cw" isBusy={query.loading} isDisabled={!isUp} onPress={query.reload}>
                  {t('onchain.reload')}
                </Button>
              </div>
            </Card>
          )}
        </div>
      </div>
    </>
  )
}
