import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { TaskState } from '#shared/api/state.ts'
import { isServing } from '#shared/model/is-serving.ts'
import { isOwnUrl } from '#shared/model/reachable-address.ts'
import type { SelfTestPath, SelfTestStage } from '#shared/model/self-test.ts'
import { useAppState, useCall, useQuery, useRealNow } from '#renderer/bridge/hooks.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import { hasSeveral } from '#renderer/bridge/suppliers.ts'
import { when, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'

type Row = RequestOutput<'selfTest.list'>['rows'][number]
type Stage = Row['stages'][number]
/** What fits beside each other on the narrowest page. */
const SHOWN = 48

/** The way of a relay, stage by stage, through both doors; and how it went before. */
export function SelfTest(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const revision = useAppState((state) => state.health.selfTests?.revision ?? 0)
  const task = useAppState((state) => taskOfKind(state, 'self-test'))
  const list = useQuery('selfTest.list', { limit: 200 }, revision)
  const run = useCall('selfTest.run')
  const cancel = useCall('tasks.cancel')
  const isRunning = task?.status === 'running'
  const isActive = isServing(supplier.status) && supplier.services.length > 0
  const kept = list.value?.rows ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  // What fails is what somebody comes for.
  const failing = useAppState((state) => Object.values(state.health.selfTests?.last ?? {}).find((last) => !last.ok)?.serviceId)
  const wished = [chosen, failing].find((id) => supplier.services.some((each) => each.serviceId === id))
  const service = supplier.services.find((each) => each.serviceId === wished) ?? supplier.services[0]
  const serviceId = service?.serviceId ?? kept[0]?.serviceId ?? ''
  const isOwnAddress = (service?.endpoints ?? []).every((endpoint) => isOwnUrl(endpoint.url))
  const isSeveral = useAppState(hasSeveral)
  const { operatorAddress } = supplier
  // Rows of before Hearth knew several do not say whose they are.
  const isOfThis = (row: Row): boolean => !isSeveral || row.operatorAddress === undefined || row.operatorAddress === operatorAddress
  const rows = kept.filter((row) => row.serviceId === serviceId && isOfThis(row))
  const test = (path: SelfTestPath): void => void run.run({ path, serviceId, ...(isSeveral ? { operatorAddress } : {}) })
  const validation = list.value?.validation ?? null
  return (
    <Card title={t('selfTest.title')} padded>
      <div className="grid gap-3.5">
        <p className="text-small text-text-2">{isActive ? t('selfTest.text') : t('selfTest.notServing')}</p>
        {supplier.services.length > 1 ? (
          <Choice
            label={t('selfTest.service')}
            value={serviceId}
            onChange={setChosen}
            options={supplier.services.map((each) => ({ value: each.serviceId, text: each.serviceId }))}
          />
        ) : null}
        <div className="flex flex-wrap gap-2">
          <Button icon="radio-tower" onPress={() => test('loopback')} isBusy={run.busy} isDisabled={!isActive || isRunning}>
            {t('selfTest.here')}
          </Button>
          {isOwnAddress ? null : (
            <Button onPress={() => test('public')} isBusy={run.busy} isDisabled={!isActive || isRunning}>
              {t('selfTest.public')}
            </Button>
          )}
          {isRunning && task.cancellable ? (
            <Button icon="x" onPress={() => void cancel.run({ taskId: task.id })} isBusy={cancel.busy}>
              {t('selfTest.cancel')}
            </Button>
          ) : null}
        </div>
        <ErrorNote error={run.error ?? cancel.error ?? list.error} />
        {isActive && isOwnAddress ? <p className="text-caption text-text-3">{t('selfTest.ownAddress')}</p> : null}
        {isRunning ? <Running task={task} /> : null}
        {validation === null ? null : (
          <p className="text-caption text-text-3">
            {t(`selfTest.validation.${validation.mode}.${validation.why}`, { nodeMs: validation.nodeMs ?? 0 })}
          </p>
        )}
        {rows.length === 0 && !list.loading && !isRunning ? <p className="text-small text-text-3">{t('selfTest.never')}</p> : null}
        {(['loopback', 'public'] as const).map((path) => (
          <Door key={path} path={path} rows={rows.filter((row) => row.path === path)} />
        ))}
      </div>
    </Card>
  )
}

function Running({ task }: { task: TaskState }): ReactNode {
  const t = useText()
  return (
    <section aria-live="polite" className="grid gap-2">
      <p className="text-small">{t('selfTest.testing', { url: task.facts['url'] ?? '' })}</p>
      <ul className="grid gap-1">
        {task.steps.map((step) => (
          <li key={step.key} className="flex items-center gap-2 text-small text-text-2">
            <Mark outcome={step.status === 'done' ? 'ok' : step.status === 'failed' ? 'failed' : 'skipped'} />
            {t(`selfTest.stages.${stageOf(step.key)}`)}
          </li>
        ))}
      </ul>
    </section>
  )
}

const stageOf = (step: string): SelfTestStage => step.replace('self-', '') as SelfTestStage

/** The newest test of a door, and those before it as a line. */
function Door({ path, rows }: { path: SelfTestPath; rows: Row[] }): ReactNode {
  const t = useText()
  const now = useRealNow()
  const last = rows[0]
  if (!last) return null
  return (
    <section className="grid gap-2 border-t border-line pt-3" aria-label={t(`selfTest.paths.${path}`)}>
      <div className="flex flex-wrap items-baseline gap-x-2.5">
        <h3 className="font-semibold">{t(`selfTest.paths.${path}`)}</h3>
        <span className={last.ok ? 'text-ok' : 'text-bad'}>
          {t(last.ok ? 'selfTest.outcome.good' : 'selfTest.outcome.bad', { when: when(last.atMs, now) })}
        </span>
        <span className="text-caption text-text-3">
          <span className="mono">{last.serviceId}</span>, {t(`selfTest.triggers.${last.trigger}`)}
        </span>
      </div>
      <p className="mono text-caption break-all text-text-3">{last.url}</p>
      <ol className="grid gap-1.5">
        {last.stages.map((stage) => (
          <StageLine key={stage.key} stage={stage} />
        ))}
      </ol>
      {last.answer === '' ? null : (
        <p className="truncate text-caption text-text-3" title={last.answer}>
          {t('selfTest.last')} <span className="mono">{last.answer}</span>
        </p>
      )}
      {path === 'public' && !last.ok ? <Note tone="info">{t('selfTest.lookedFrom')}</Note> : null}
      <Timeline rows={rows.slice(0, SHOWN)} />
    </section>
  )
}

function StageLine({ stage }: { stage: Stage }): ReactNode {
  const t = useText()
  const found = findingWords(t, stage)
  const isWell = stage.outcome === 'ok' || stage.outcome === 'warn'
  return (
    <li className="grid grid-cols-[18px_minmax(0,1fr)_auto] gap-x-1.5 text-small">
      <Mark outcome={stage.outcome} />
      <div>
        <span className={stage.outcome === 'skipped' ? 'text-text-3' : ''}>{t(`selfTest.stages.${stage.key}`)}</span>
        {found === '' ? null : (
          <span className={stage.outcome === 'failed' ? 'text-bad' : stage.outcome === 'warn' ? 'text-warn' : 'text-text-2'}>
            {' '}
            · {found}
          </span>
        )}
        {isWell ? <p className="text-caption text-text-3">{t(`selfTest.proves.${stage.key}`)}</p> : null}
      </div>
      <span className="num text-caption text-text-3">{stage.ms === null ? '' : `${whole(Math.round(stage.ms))} ms`}</span>
    </li>
  )
}

function findingWords(t: Words, stage: Stage): string {
  return stage.finding === null ? '' : t(`selfTest.findings.${stage.finding}`, stage.facts)
}

const MARKS = {
  ok: { icon: 'check', tone: 'text-ok' },
  warn: { icon: 'triangle-alert', tone: 'text-warn' },
  failed: { icon: 'x', tone: 'text-bad' },
  skipped: { icon: 'minus', tone: 'text-text-3' },
} as const

function Mark({ outcome }: { outcome: Stage['outcome'] }): ReactNode {
  const { icon, tone } = MARKS[outcome]
  return <Icon name={icon} className={`mt-0.5 ${tone}`} />
}

/** Oldest left. Height is the answer's time beside the slowest; what failed is full and red, with its stage as a title. */
function Timeline({ rows }: { rows: Row[] }): ReactNode {
  const t = useText()
  const now = useRealNow()
  if (rows.length < 2) return null
  const slowest = Math.max(1, ...rows.map((row) => row.latencyMs ?? 0))
  const good = rows.filter((row) => row.ok).length
  const label = `${t('selfTest.timeline')}: ${t('selfTest.times', { good, all: rows.length })}`
  return (
    <div className="grid gap-1">
      <div className="flex items-baseline justify-between text-caption text-text-3">
        <span>{label}</span>
        <span>{t('selfTest.timelineAside', { count: rows.length })}</span>
      </div>
      <svg viewBox={`0 0 ${SHOWN * 6} 28`} className="h-7 w-full" preserveAspectRatio="xMinYMid meet" role="img" aria-label={label}>
        {rows.toReversed().map((row, place) => {
          const height = row.ok ? 6 + Math.round((20 * (row.latencyMs ?? 0)) / slowest) : 26
          const failed = row.stages.find((stage) => stage.outcome === 'failed')
          const said = failed ? t(`selfTest.stages.${failed.key}`) : row.latencyMs === null ? '' : `${Math.round(row.latencyMs)} ms`
          return (
            <rect key={row.id} x={place * 6} y={27 - height} width={4} height={height} rx={1} fill={row.ok ? 'var(--ok)' : 'var(--bad)'}>
              <title>{`${when(row.atMs, now)} ${said}`}</title>
            </rect>
          )
        })}
      </svg>
    </div>
  )
}
