import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { wholeDays, type RecordStatus } from './record-words.ts'

const MOST_DAYS = 3_650

/** How long the journals are kept; money is kept for ever. */
export function KeptFor({ status, onChanged }: { status: RecordStatus; onChanged: () => void }): ReactNode {
  const t = useText()
  const save = useCall('records.setRetention')
  const [relays, setRelays] = useState(String(status.retention.relayResultsDays))
  const [activity, setActivity] = useState(String(status.retention.activityDays))
  const [isSaved, setSaved] = useState(false)
  const relayResultsDays = wholeDays(relays, 1, MOST_DAYS)
  const activityDays = wholeDays(activity, 30, MOST_DAYS)
  const isSame = relayResultsDays === status.retention.relayResultsDays && activityDays === status.retention.activityDays
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (relayResultsDays === null || activityDays === null || isSame) return
    void save.run({ relayResultsDays, activityDays }).then((done) => {
      if (done === undefined) return
      setSaved(true)
      onChanged()
    })
  }
  const typing = (set: (text: string) => void) => (text: string) => {
    setSaved(false)
    set(text)
  }
  return (
    <Card title={t('records.keep.title')} padded>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-text-2">{t('records.keep.text')}</p>
        <div className="grid grid-cols-2 items-start gap-3 max-[480px]:grid-cols-[minmax(0,1fr)]">
          <Field
            label={t('records.keep.relays')}
            value={relays}
            onChange={typing(setRelays)}
            unit={t('records.keep.days')}
            inputMode="numeric"
            maxLength={5}
            error={relayResultsDays === null ? t('records.keep.relaysWrong') : null}
          />
          <Field
            label={t('records.keep.activity')}
            value={activity}
            onChange={typing(setActivity)}
            unit={t('records.keep.days')}
            inputMode="numeric"
            maxLength={5}
            error={activityDays === null ? t('records.keep.activityWrong') : null}
          />
        </div>
        <ErrorNote error={save.error} />
        <div className="flex items-center gap-3">
          <Button type="submit" isBusy={save.busy} isDisabled={relayResultsDays === null || activityDays === null || isSame}>
            {t('records.keep.save')}
          </Button>
          <span role="status" className="text-small text-text-2">
            {isSaved ? t('records.keep.saved') : ''}
          </span>
        </div>
      </form>
    </Card>
  )
}
