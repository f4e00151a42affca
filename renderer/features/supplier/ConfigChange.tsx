import type { ReactNode } from 'react'
import type { RequestInput } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { isServedHere } from '#renderer/bridge/select.ts'
import { judgedSuppliers } from '#renderer/bridge/suppliers.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'

/** A service that is ticked, and how it is spoken to. */
export type ChosenService = RequestInput<'supplier.previewConfig'>['services'][number]

/** What offering these services would change in the relay miner's configuration, and what restarts for it. Asked before anything is signed. */
export function ConfigChange({ services }: { services: ChosenService[] }): ReactNode {
  const t = useText()
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const isHere = useAppState(isServedHere)
  const isShared = useAppState((state) => judgedSuppliers(state).some((each) => !each.isInView))
  const preview = useQuery('supplier.previewConfig', isReady && isHere ? { services } : null)
  if (preview.error) return <ErrorNote error={preview.error} />
  if (!preview.value) return null
  const { diff, restarts } = preview.value
  return (
    <Card title={t('supplier.services.config')} padded>
      {diff === '' ? (
        <p className="text-small text-text-2">{t('supplier.services.configSame')}</p>
      ) : (
        <>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys */}
          <pre className="mono max-h-[260px] overflow-auto text-caption" tabIndex={0} aria-label={t('supplier.services.config')}>
            {diff}
          </pre>
          <p className="mt-2.5 text-small text-text-2">
            {restarts.length === 0
              ? t('supplier.services.configRestartsNone')
              : t('supplier.services.configRestarts', { titles: restarts.map((node) => node.title).join(', ') })}
            {restarts.length > 0 && isShared ? ` ${t('suppliers.sharedRestart')}` : ''}
          </p>
        </>
      )}
    </Card>
  )
}
