import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from './Button.tsx'
import { costLines, verdictSentence, verdictWords, type ClockView } from './clock-view.ts'
import { Dialog } from './Dialog.tsx'
import { Note } from './Note.tsx'

export interface StopDialogProps {
  isOpen: boolean
  onClose: () => void
  /** A question: "Stop the relay miner?" */
  title: string
  /** What happens to this one node, in a sentence. */
  text: string
  /** Verb plus object. */
  button: string
  view: ClockView
  /** Whether serving ends with it: then the clock's verdict is part of the question. */
  endsServing: boolean
  onConfirm: () => void
  isBusy: boolean
  children?: ReactNode
}

/** Says the cost before the click: verdict, cost lines, then the button. */
export function StopDialog(props: StopDialogProps): ReactNode {
  const t = useText()
  const { view, endsServing } = props
  const verdict = verdictWords(t, view)
  return (
    <Dialog isOpen={props.isOpen} onClose={props.onClose} title={props.title} width={460}>
      <div className="grid gap-3.5">
        <p className="text-text-2">{props.text}</p>
        {endsServing ? (
          <>
            <Note tone={verdict.tone} icon={verdict.icon}>
              <div className="font-semibold">{verdict.word}</div>
              {verdictSentence(t, view)}
            </Note>
            <dl className="kv">
              {costLines(t, view).map((line) => (
                <div key={line.key}>
                  <dt>{line.name}</dt>
                  <dd>{line.value}</dd>
                </div>
              ))}
            </dl>
          </>
        ) : null}
        {props.children}
        <div className="flex justify-end gap-2">
          <Button onPress={props.onClose}>{t('ui.cancel')}</Button>
          <Button kind={endsServing && view.verdict === 'costs' ? 'danger' : 'pri'} onPress={props.onConfirm} isBusy={props.isBusy}>
            {props.button}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
