import { useState, type ReactNode } from 'react'
import type { BackendRow } from '#shared/api/backend-requests.ts'
import { useAppState, useCall, useQuery, useRealNow } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { AttachForm } from './AttachForm.tsx'
import { backendStatus } from './backend-words.ts'
import { MinerChange } from './MinerChange.tsx'
import { Checks, figures, Warnings } from './Report.tsx'

const LOOK_MS = 4_000

/** What stands behind each service, how it answers the gateways' questions, and how to attach an endpoint of one's own. Nothing while no network is chosen. */
export function BackendsCard(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const turn = Math.floor(useRealNow(LOOK_MS) / LOOK_MS)
  const [changes, setChanges] = useState(0)
  const list = useQuery('backends.list', network === null ? null : {}, `${turn} ${changes}`)
  const [form, setForm] = useState<string | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)
  if (network === null) return null
  const rows = list.value?.rows ?? []
  const gate = list.value?.gate
  const edited = rows.find((row) => row.serviceId === form)
  const removed = rows.find((row) => row.serviceId === removing)
  return (
    <Card
      title={t('backends.title')}
      aside={
        <a className="link" href="#/setup/what-to-serve">
          {t('backends.serve.nav')}
        </a>
      }
      className="mt-3.5 overflow-clip"
    >
      <p className="max-w-[820px] px-4 pb-3 text-text-2">{t('backends.lead')}</p>
      {list.value?.mayAttach === false ? <p className="px-4 pb-3 text-small text-text-3">{t('backends.practice')}</p> : null}
      {gate?.kind === 'failing' || (gate?.kind === 'waits' && rows.some((row) => row.by === 'attached')) ? (
        <Note tone={gate.kind === 'failing' ? 'bad' : 'info'} className="mx-4 mb-3">
          {t(`backends.gate.${gate.kind}`, { reason: gate.reason })}
        </Note>
      ) : null}
      {rows.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-text-2">{list.value === null ? t('backends.loading') : t('backends.none')}</p>
      ) : null}
      <ul aria-label={t('backends.title')}>
        {rows.map((row) => (
          <Row
            key={row.serviceId}
            row={row}
            mayAttach={list.value?.mayAttach === true}
            onEdit={() => setForm(row.serviceId)}
            onRemove={() => setRemoving(row.serviceId)}
            onChanged={() => setChanges((before) => before + 1)}
          />
        ))}
      </ul>
      <ErrorNote error={list.error} className="mx-4 my-3" />
      {edited ? (
        <AttachForm
          row={edited}
          onClose={() => {
            setForm(null)
            setChanges((before) => before + 1)
          }}
        />
      ) : null}
      {removed ? (
        <RemoveDialog
          row={removed}
          onClose={() => {
            setRemoving(null)
            setChanges((before) => before + 1)
          }}
        />
      ) : null}
    </Card>
  )
}

function Row({
  row,
  mayAttach,
  onEdit,
  onRemove,
  onChanged,
}: {
  row: BackendRow
  mayAttach: boolean
  onEdit: () => void
  onRemove: () => void
  onChanged: () => void
}): ReactNode {
  const t = useText()
  const check = useCall('backends.check')
  const [isOpen, setOpen] = useState(false)
  const service = row.name
  const ask = async (): Promise<void> => {
    await check.run({ serviceId: row.serviceId })
    onChanged()
  }
  return (
    <li className="border-t border-line">
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,210px)_auto] items-center gap-x-5 gap-y-2 px-4 py-2.5 max-lg:grid-cols-1">
        <div className="min-w-0">
          <div>
            <span className="font-medium">{service}</span> <span className="mono text-caption text-text-3">{row.serviceId}</span>
          </div>
          <div className="text-small text-text-2">
            {t(`backends.by.${row.by}`)}
            {row.attached ? (
              <>
                {': '}
                <span className="mono break-all">{row.attached.origins.http || row.attached.origins.rest}</span>,{' '}
                {t(`backends.place.${row.attached.place}`)}, {t(`backends.credentials.${row.attached.credential}`)}
                {row.attached.hasPath ? `, ${t('backends.hiddenPath')}` : ''}
              </>
            ) : null}
          </div>
        </div>
        <div className="min-w-0">
          <StatusChip status={backendStatus(t, row)} />
          {row.report ? <div className="text-caption text-text-3 num">{figures(t, row.report)}</div> : null}
        </div>
        <div className="-mx-2 flex flex-wrap gap-1 lg:mx-0 lg:justify-end">
          {row.report ? (
            <Button
              kind="ghost"
              size="sm"
              icon={isOpen ? 'chevron-down' : 'chevron-right'}
              label={t('backends.moreLabel', { service })}
              onPress={() => setOpen(!isOpen)}
            >
              {t('backends.more')}
            </Button>
          ) : null}
          {row.by === 'nothing' ? null : (
            <Button
              kind="ghost"
              size="sm"
              icon="refresh-cw"
              label={t('backends.checkNowLabel', { service })}
              onPress={() => void ask()}
              isBusy={check.busy}
            />
          )}
          {row.attached ? (
            <Button kind="ghost" size="sm" icon="trash" label={t('backends.removeLabel', { service })} onPress={onRemove} />
          ) : null}
          {mayAttach ? (
            <Button
              size="sm"
              icon={row.attached ? 'wrench' : 'plus'}
              label={t(row.attached ? 'backends.changeLabel' : 'backends.attachLabel', { service })}
              onPress={onEdit}
            >
              {t(row.attached ? 'backends.change' : 'backends.attach')}
            </Button>
          ) : null}
        </div>
      </div>
      <Trouble row={row} error={check.error} />
      {isOpen && row.report ? (
        <div className="border-t border-line bg-sunken pt-2">
          <div className="px-4 pb-2 empty:hidden">
            <Warnings report={row.report} />
          </div>
          <Checks report={row.report} service={service} />
        </div>
      ) : null}
    </li>
  )
}

/** Why it does not answer, with what to do. */
function Trouble({ row, error }: { row: BackendRow; error: ReturnType<typeof useCall<'backends.check'>>['error'] }): ReactNode {
  const t = useText()
  const failure = row.failure ? { code: row.failure.code, detail: row.failure.detail, ref: '' } : null
  const isRefused = row.attached?.reach === 'refused' && !row.failure
  if (!failure && !error && !isRefused) return null
  return (
    <div className="px-4 pb-3">
      {isRefused ? (
        <Note tone="bad">{t('backends.reach', { reason: row.attached?.reachReason ?? '' })}</Note>
      ) : (
        <ErrorNote error={error ?? failure} />
      )}
    </div>
  )
}

function RemoveDialog({ row, onClose }: { row: BackendRow; onClose: () => void }): ReactNode {
  const t = useText()
  const remove = useCall('backends.remove')
  return (
    <Dialog isOpen onClose={onClose} title={t('backends.removeTitle', { service: row.name })} width={520}>
      <p className="text-text-2">{t(row.nodeId === null ? 'backends.removeToNothing' : 'backends.removeToContainer')}</p>
      <MinerChange row={row} remove restUrl={false} webSocketUrl={false} />
      <ErrorNote error={remove.error} className="mt-3" />
      <div className="mt-4 flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button
          kind="danger"
          isBusy={remove.busy}
          onPress={() => void remove.run({ serviceId: row.serviceId }).then((value) => (value === undefined ? undefined : onClose()))}
        >
          {t('backends.remove')}
        </Button>
      </div>
    </Dialog>
  )
}
