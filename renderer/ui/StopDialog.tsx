import { useId, useState, type ReactNode } from 'react'
import type { StopWhen } from '#shared/model/stop-wish.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from './Button.tsx'
import { costLines, verdictSentence, verdictWords, type ClockView } from './clock-view.ts'
import { Dialog } from './Dialog.tsx'
import { Note } from './Note.tsx'
import { firstChoice, momentWords, momentsOf } from './stop-words.ts'

export interface StopDialogProps {
  isOpen: boolean
  onClose: () => void
  /** A question: "Stop the relay miner?" */
  title: string
  /** What happens to this one node, in a sentence. */
  text: string
  /** Verb plus object. */
  button: string
  /** The same for a moment that is still to come. */
  laterButton: string
  view: ClockView
  /** Whether serving ends with it: then the clock's verdict is part of the question. */
  endsServing: boolean
  onConfirm: (when: StopWhen) => void
  isBusy: boolean
  children?: ReactNode
}

/** Says the cost before the click: verdict, cost lines, the moments that are offered, then the button. */
export function StopDialog(props: StopDialogProps): ReactNode {
  return (
    <Dialog isOpen={props.isOpen} onClose={props.onClose} title={props.title} width={460}>
      {props.isOpen ? <Sheet {...props} /> : null}
    </Dialog>
  )
}

/** Made anew each time it opens, so that the choice begins where it is best now. */
function Sheet(props: StopDialogProps): ReactNode {
  const t = useText()
  const { view, endsServing } = props
  const moments = endsServing ? momentsOf(view) : ['now' as const]
  const [chosen, choose] = useState<StopWhen>(() => (endsServing ? firstChoice(view) : 'now'))
  // What was offered may be over by the time of the click.
  const when = moments.includes(chosen) ? chosen : 'now'
  const verdict = verdictWords(t, view)
  return (
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
      {moments.length > 1 ? <Moments moments={moments} view={view} when={when} choose={choose} /> : null}
      {props.children}
      <div className="flex justify-end gap-2">
        <Button onPress={props.onClose}>{t('ui.cancel')}</Button>
        <Button
          kind={endsServing && when === 'now' && view.verdict === 'costs' ? 'danger' : 'pri'}
          onPress={() => props.onConfirm(when)}
          isBusy={props.isBusy}
        >
          {when === 'now' ? props.button : props.laterButton}
        </Button>
      </div>
    </div>
  )
}

function Moments(props: { moments: StopWhen[]; view: ClockView; when: StopWhen; choose: (when: StopWhen) => void }): ReactNode {
  const t = useText()
  const id = useId()
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 font-medium">{t('nodes.stop.when')}</legend>
      {props.moments.map((moment) => (
        <label key={moment} className="flex items-start gap-2.5">
          <input
            type="radio"
            name={id}
            className="mt-[3px] h-3.5 w-3.5 accent-[var(--ember)]"
            checked={props.when === moment}
            onChange={() => props.choose(moment)}
          />
          <span>
            {t(`nodes.stop.${moment}`, { at: momentWords(props.view, moment) })}
            {moment === 'settled' ? <span className="block text-small text-text-2">{t('nodes.stop.settledText')}</span> : null}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
