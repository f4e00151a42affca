import type { ReactNode } from 'react'
import { SETTINGS } from '#shared/settings/table.ts'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { verdictSentence } from '#renderer/ui/clock-view.ts'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import type { Draft } from './use-draft.ts'

/** Changes wait here until they are applied together, with what that starts again. Nothing restarts by surprise. */
export function FootBar({ draft }: { draft: Draft }): ReactNode {
  const t = useText()
  const clock = useClock()
  const isMining = useAppState((state) =>
    Object.values(state.nodes).some((node) => node.kind === 'relay-miner' && node.wanted === 'running'),
  )
  const { changed, invalid, call, applied } = draft
  if (changed.length === 0 && invalid.length === 0) {
    return (
      <div role="status" className={applied === null ? 'sr-only' : 'mt-3.5 flex items-center gap-2 text-small text-text-2'}>
        {applied === null ? null : (
          <>
            <Icon name="circle-check" size={14} className="text-ok" />
            {t(applied.includes('hearth') ? 'settings.appliedHearth' : 'settings.applied')}
          </>
        )}
      </div>
    )
  }
  const restarts = new Set(changed.flatMap((key) => [...SETTINGS[key].restarts]))
  const consequence = [
    ...(restarts.has('miner') && isMining ? [t('settings.foot.miner', { verdict: verdictSentence(t, clock) })] : []),
    ...(restarts.has('hearth') ? [t('settings.foot.hearth')] : []),
  ]
  return (
    <section
      aria-label={t('settings.foot.label')}
      className="sticky bottom-0 z-10 mt-3.5 grid gap-2 rounded-card border border-line-2 bg-raised px-4 py-3 shadow-2"
    >
      <ErrorNote error={call.error} />
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-[200px] flex-1" role="status">
          <div className="font-semibold">{t('settings.foot.count', { count: changed.length })}</div>
          <div className="text-small text-text-2">
            {invalid.length > 0 ? t('settings.foot.invalid') : consequence.length === 0 ? t('settings.foot.none') : consequence.join(' ')}
          </div>
        </div>
        <Button onPress={() => draft.discard()}>{t('settings.foot.discard')}</Button>
        <Button kind="pri" icon="check" onPress={() => draft.apply()} isBusy={call.busy} isDisabled={invalid.length > 0}>
          {t('settings.foot.apply')}
        </Button>
      </div>
    </section>
  )
}
