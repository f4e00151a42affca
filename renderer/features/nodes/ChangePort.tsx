import { useState, type FormEvent, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useCall, useClock } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { verdictSentence, verdictWords } from '#renderer/ui/clock-view.ts'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { endsServing } from './node-words.ts'
import { PortTaken } from './PortTaken.tsx'

const LOWEST = 1024
const HIGHEST = 65_535

/** Another port on this PC for one port of a container. A port in use leads to the next free one. */
export function ChangePort({ node, containerPort, hostPort }: { node: NodeState; containerPort: number; hostPort: number }): ReactNode {
  const t = useText()
  const clock = useClock()
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [tried, setTried] = useState('')
  const change = useCall('nodes.changePort')
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  const isWrong = !(port >= LOWEST && port <= HIGHEST)
  const verdict = verdictWords(t, clock)
  const open = (): void => {
    setText(String(hostPort))
    change.clear()
    setOpen(true)
  }
  const use = (wanted: number): void => {
    setText(String(wanted))
    setTried(String(wanted))
    void change
      .run({ nodeId: node.id, containerPort, hostPort: wanted })
      .then((value) => (value === undefined ? undefined : setOpen(false)))
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isWrong) use(port)
  }
  return (
    <>
      <Button kind="ghost" size="sm" label={t('nodes.detail.changeLabel', { host: hostPort, title: node.title })} onPress={open}>
        {t('nodes.detail.changePort')}
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t('nodes.detail.changeTitle', { title: node.title })} width={420}>
        <form onSubmit={submit} className="grid gap-3.5">
          <p className="text-text-2">{t('nodes.detail.changeText')}</p>
          {endsServing(node.kind) && node.wanted === 'running' ? (
            <Note tone={verdict.tone} icon={verdict.icon}>
              <div className="font-semibold">{verdict.word}</div>
              {verdictSentence(t, clock)}
            </Note>
          ) : null}
          <Field
            label={t('nodes.detail.changeField')}
            value={text}
            onChange={setText}
            inputMode="numeric"
            autoFocus
            maxLength={8}
            error={isWrong ? t('nodes.detail.changeWrong') : null}
          />
          {change.error?.code === 'port-taken' ? (
            <PortTaken
              nodeId={node.id}
              containerPort={containerPort}
              taken={change.error.detail?.['port'] ?? tried}
              onUse={use}
              isBusy={change.busy}
            />
          ) : (
            <ErrorNote error={change.error} />
          )}
          <div className="flex justify-end gap-2">
            <Button onPress={() => setOpen(false)}>{t('ui.cancel')}</Button>
            <Button
              type="submit"
              kind="pri"
              isBusy={change.busy}
              isDisabled={isWrong || port === hostPort || (change.error?.code === 'port-taken' && text.trim() === tried)}
            >
              {t('nodes.detail.changeButton')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
