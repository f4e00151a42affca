import type { ReactNode } from 'react'
import { logPatternOf } from '#shared/model/log-patterns.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { stamp, type LogLines } from './log-lines.ts'

/** A line of the log in full, and what it means where Hearth knows it. */
export function ExplainedLine({ line, height, onClose }: { line: LogLines[number]; height: number; onClose: () => void }): ReactNode {
  const t = useText()
  const known = logPatternOf(line.text)
  return (
    <section className="overflow-auto border-t border-line px-4 py-2.5" style={{ height }} aria-label={t('nodes.log.explained')}>
      <div className="flex items-start gap-2">
        <Icon name={known ? 'info' : 'circle-help'} size={14} className="mt-0.5 text-text-3" />
        <p className="min-w-0 flex-1" role="status">
          {known ? t(`nodes.explain.${known}`) : t('nodes.log.unknownLine')}
        </p>
        <Button kind="ghost" size="sm" icon="x" label={t('nodes.log.closeLine')} onPress={onClose} />
      </div>
      <div className="mono mt-1.5 text-small break-words whitespace-pre-wrap text-text-2">
        {stamp(line.timeMs)} {line.text}
      </div>
    </section>
  )
}
