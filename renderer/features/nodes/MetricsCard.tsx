import { useState, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { bytes, clockTime, day } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { LineChart } from '#renderer/ui/LineChart.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'

const MINUTE_MS = 60_000
/** How far back, in which steps, how often it is asked anew, and from which distance of two points on nothing was measured between them. */
const RANGES = {
  minutes: { spanMs: 10 * MINUTE_MS, step: 'second', everyMs: 2_000, gapMs: 25_000 },
  hours: { spanMs: 6 * 60 * MINUTE_MS, step: 'minute', everyMs: 30_000, gapMs: 2.5 * MINUTE_MS },
  days: { spanMs: 30 * 24 * 60 * MINUTE_MS, step: 'hour', everyMs: 5 * MINUTE_MS, gapMs: 150 * MINUTE_MS },
} as const
type Range = keyof typeof RANGES

/** CPU and memory over time, and of the relay miner its relays. */
export function MetricsCard({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const [range, setRange] = useState<Range>('minutes')
  return (
    <Card
      title={t('nodes.metrics.title')}
      aside={
        <span className="seg" role="group" aria-label={t('nodes.metrics.range')}>
          {(Object.keys(RANGES) as Range[]).map((each) => (
            <button key={each} type="button" aria-pressed={each === range} onClick={() => setRange(each)}>
              {t(`nodes.metrics.${each}`)}
            </button>
          ))}
        </span>
      }
      padded
    >
      <div className="grid gap-4">
        {node.kind === 'relay-miner' ? (
          <Series name="miner.relays-per-minute" range={range} label={t('nodes.metrics.relays')} color="var(--ember)" format={plain} />
        ) : null}
        <Series name={`node.${node.id}.cpu-percent`} range={range} label={t('nodes.metrics.cpu')} color="var(--s1)" format={plain} />
        <Series name={`node.${node.id}.memory-bytes`} range={range} label={t('nodes.metrics.memory')} color="var(--s2)" format={bytes} />
      </div>
    </Card>
  )
}

const plain = (value: number): string => (value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1))

function Series({
  name,
  range,
  label,
  color,
  format,
}: {
  name: string
  range: Range
  label: string
  color: string
  format: (value: number) => string
}): ReactNode {
  const t = useText()
  const { spanMs, step, everyMs, gapMs } = RANGES[range]
  const now = useNow(everyMs)
  const [fromMs, toMs] = [now - spanMs, now + 1]
  const { value, error } = useQuery('metrics.series', { name, fromMs, toMs, step })
  const points = (value?.points ?? []).filter((point) => point.atMs >= fromMs && point.atMs <= toMs)
  const last = points.at(-1)
  const low = points.reduce((lowest, point) => Math.min(lowest, point.min), Infinity)
  const high = points.reduce((highest, point) => Math.max(highest, point.max), 0)
  return (
    <div>
      <div className="mb-1 flex items-baseline gap-2 text-small num">
        <span className="text-text-2">{label}</span>
        <span className="flex-1" />
        {last ? (
          <>
            <span className="font-medium">{t('nodes.metrics.now', { now: format(last.mean) })}</span>
            <span className="text-text-3">{t('nodes.metrics.span', { low: format(low), high: format(high) })}</span>
          </>
        ) : null}
      </div>
      <ErrorNote error={error} />
      {value === null && error === null ? <Skeleton width="70%" /> : null}
      {value !== null && last === undefined ? <p className="text-small text-text-3">{t('nodes.metrics.none')}</p> : null}
      {last ? (
        <LineChart
          points={points}
          fromMs={fromMs}
          toMs={toMs}
          gapMs={gapMs}
          height={96}
          color={color}
          label={t('nodes.metrics.figures', { label, now: format(last.mean), low: format(low), high: format(high) })}
          formatValue={format}
          formatTime={range === 'days' ? day : (ms) => clockTime(ms)}
        />
      ) : null}
    </div>
  )
}
