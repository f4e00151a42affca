import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useInView } from '#renderer/bridge/use-suppliers.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import type { Line, LineAction } from './checklist-line.ts'
import { checklist, nextLine } from './checklist.ts'
import { MakeKey } from './MakeKey.tsx'
import { useServing } from './use-serving.ts'

const MARK: Record<Line['state'], { icon: IconName; color: string; moving?: boolean }> = {
  done: { icon: 'circle-check', color: 'text-ok' },
  open: { icon: 'circle-dashed', color: 'text-text-3' },
  busy: { icon: 'loader', color: 'text-info', moving: true },
  bad: { icon: 'triangle-alert', color: 'text-bad' },
}

/** Home until the first pay: what holds, what comes next, one button. */
export function Checklist(): ReactNode {
  const t = useText()
  const lines = useAppState((state) => state)
  const list = checklist(lines, useServing())
  const done = list.filter((line) => line.state === 'done').length
  const next = nextLine(list)
  return (
    <>
      <Verdict
        tone={next?.state === 'bad' ? 'bad' : 'ember'}
        icon={next?.state === 'bad' ? 'triangle-alert' : 'badge-check'}
        title={t('home.check.title', { done, all: list.length })}
        text={next ? t('home.check.next', { what: t(next.title) }) : t('home.check.restText')}
      />
      <Card title={t('home.check.listTitle')} aside={t('home.check.restText')}>
        <Lines lines={list} primary={next?.id} />
      </Card>
    </>
  )
}

/** Lines with their mark, facts and button. @param primary whose button is the one on the page */
export function Lines({ lines, primary }: { lines: Line[]; primary: string | undefined }): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const startChain = useCall('localChain.start')
  const startNode = useCall('nodes.start')
  const checkEngine = useCall('engine.check')
  const view = useInView()
  const [role, setRole] = useState<'owner' | 'operator' | null>(null)
  const error = startChain.error ?? startNode.error ?? checkEngine.error
  const act = (action: LineAction): void => {
    switch (action.kind) {
      case 'go':
        // What is asked of the page stands in its hash, where `navigate` would not leave it.
        return action.supplier === undefined
          ? navigate(action.href.slice(1))
          : view.bring(action.supplier, () => {
              globalThis.location.hash = action.href
            })
      case 'make-key':
        return setRole(action.role)
      case 'start-node':
        return void startNode.run({ nodeId: action.nodeId })
      case 'check-engine':
        return void checkEngine.run({})
      case 'start-chain':
        return void startChain.run({}).then((value) => (value === undefined ? undefined : navigate('/start')))
    }
  }
  return (
    <>
      <ul className="lines mt-2.5">
        {lines.map((line) => (
          <li
            key={line.id}
            className="grid min-h-[46px] grid-cols-[18px_240px_minmax(0,1fr)_auto] items-center gap-3 !py-[6px] max-[1000px]:grid-cols-[18px_minmax(0,1fr)_auto]"
            data-line={line.id}
            data-state={line.state}
          >
            <Icon name={MARK[line.state].icon} className={`${MARK[line.state].color} ${MARK[line.state].moving === true ? 'turn' : ''}`} />
            <span className={line.state === 'done' ? 'font-medium' : line.id === primary ? 'font-semibold' : 'text-text-2'}>
              {t(line.title)}
              <span className="sr-only">, {line.state === 'done' ? t('ui.done') : t('ui.todo')}</span>
            </span>
            <span className="truncate text-small text-text-2 num max-[1000px]:hidden">{t(line.text, line.facts)}</span>
            <LineButton
              line={line}
              isPrimary={line.id === primary}
              act={act}
              isBusy={startChain.busy || startNode.busy || checkEngine.busy || view.pending !== null}
            />
          </li>
        ))}
      </ul>
      {error === null ? null : <ErrorNote error={error} className="m-4 mt-1" />}
      <NotBrought error={view.error} className="m-4 mt-1" />
      <MakeKey role={role} onClose={() => setRole(null)} />
    </>
  )
}

function LineButton({
  line,
  isPrimary,
  act,
  isBusy,
}: {
  line: Line
  isPrimary: boolean
  act: (action: LineAction) => void
  isBusy: boolean
}): ReactNode {
  const t = useText()
  const { action } = line
  if (action === null) return <span />
  const kind = isPrimary ? 'pri' : 'plain'
  if (action.kind === 'go' && action.supplier === undefined) {
    return (
      <LinkButton href={action.href} size="sm" kind={kind}>
        {t(action.text)}
      </LinkButton>
    )
  }
  return (
    <Button size="sm" kind={kind} onPress={() => act(action)} isBusy={isBusy && isPrimary}>
      {t(action.text)}
    </Button>
  )
}
