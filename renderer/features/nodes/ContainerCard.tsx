import { useState, type FormEvent, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { bytes, shortDigest } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'

/** What it is made of, as it runs. */
export function ContainerCard({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const wanted = node.wanted === 'running' ? 'nodes.detail.wantedRunning' : node.wantedBy === 'user' ? 'nodes.detail.wantedStopped' : 'nodes.detail.wantedStoppedUs'
  return (
    <Card title={t('nodes.detail.container')} padded>
      <p className="mb-3 text-small text-text-2">{t(`nodes.kindText.${node.kind}`)}</p>
      <Facts
        rows={[
          [t('nodes.detail.wanted'), t(wanted)],
          [t('nodes.detail.version'), node.version || t('ui.nothing')],
          [
            t('nodes.detail.image'),
            <span key="image" className="mono text-[11.5px] break-all">
              {node.image || t('ui.nothing')}
            </span>,
          ],
          [
            t('nodes.detail.digest'),
            node.digest === '' ? (
              t('ui.nothing')
            ) : (
              <span key="digest" className="inline-flex items-center">
                <span className="mono" title={node.digest}>
                  {shortDigest(node.digest)}
                </span>
                <CopyButton value={node.digest} what={t('nodes.detail.digest')} />
              </span>
            ),
          ],
        ]}
      />
      <div className="mt-3 border-t border-line pt-3">
        <div className="mb-1 text-small font-medium">{t('nodes.detail.ports')}</div>
        {Object.keys(node.ports).length === 0 ? <div className="text-small text-text-3">{t('nodes.detail.noPorts')}</div> : null}
        {Object.entries(node.ports).map(([inside, host]) => (
          <div key={inside} className="flex items-center justify-between">
            <span className="mono">{t('nodes.detail.port', { host, inside })}</span>
            <ChangePort node={node} containerPort={Number(inside)} hostPort={host} />
          </div>
        ))}
      </div>
      {node.memoryBytes === null || node.memoryLimitBytes === null || node.memoryLimitBytes === 0 ? null : (
        <div className="mt-3 border-t border-line pt-3">
          <div className="mb-1.5 flex justify-between text-small text-text-2 num">
            <span>{t('nodes.detail.memory')}</span>
            <span>
              {bytes(node.memoryBytes)} {t('nodes.detail.memorySub', { limit: bytes(node.memoryLimitBytes) })}
            </span>
          </div>
          <ProgressBar value={node.memoryBytes / node.memoryLimitBytes} label={t('nodes.detail.memory')} color="var(--s2)" />
        </div>
      )}
    </Card>
  )
}

const LOWEST = 1024
const HIGHEST = 65_535

function ChangePort({ node, containerPort, hostPort }: { node: NodeState; containerPort: number; hostPort: number }): ReactNode {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState(String(hostPort))
  const change = useCall('nodes.changePort')
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  const isWrong = !(port >= LOWEST && port <= HIGHEST)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isWrong) return
    void change.run({ nodeId: node.id, containerPort, hostPort: port }).then((value) => (value === undefined ? undefined : setOpen(false)))
  }
  return (
    <>
      <Button kind="ghost" size="sm" onPress={() => setOpen(true)}>
        {t('nodes.detail.changePort')}
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t('nodes.detail.changeTitle')} width={380}>
        <form onSubmit={submit} className="grid gap-3.5">
          <p className="text-text-2">{t('nodes.detail.changeText')}</p>
          <Field label={t('nodes.detail.changeField')} value={text} onChange={setText} inputMode="numeric" autoFocus maxLength={8} error={isWrong ? t('nodes.detail.changeWrong') : null} />
          <ErrorNote error={change.error} />
          <div className="flex justify-end gap-2">
            <Button onPress={() => setOpen(false)}>{t('ui.cancel')}</Button>
            <Button type="submit" kind="pri" isBusy={change.busy}>
              {t('nodes.detail.changeButton')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
