import type { ReactNode } from 'react'
import type { RulesView } from '#shared/api/wallet-requests.ts'
import { useAppState, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { poktUnit, when, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Source } from '#renderer/ui/Source.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import { Impacts } from './Impacts.tsx'
import { Prices } from './Prices.tsx'
import { GROUPS, ruleName, ruleValue } from './rule-words.ts'
import { Upgrade } from './Upgrade.tsx'
import { usePace } from './use-pace.ts'

/** What the network has decided, since when, and what it means for this supplier. All of it is read from the chain. */
export function Rules(): ReactNode {
  const t = useText()
  const isThere = useAppState((state) => state.chain.status === 'ready' || state.chain.status === 'stalled')
  const network = useAppState((state) => state.app.network)
  // Rules hold for sessions: each new one is a time to look, and so is a change that was seen.
  const turn = useAppState(
    (state) =>
      `${network} ${state.chain.params?.atHeight ?? 0} ${state.health.changes[0]?.seenHeight ?? 0} ${state.earnings.claimsSettled}`,
  )
  const query = useQuery('rules.view', isThere ? {} : null, turn)
  const view = query.value
  const isUp = useAppState((state) => state.chain.status === 'ready')
  if (!isThere && view === null)
    return (
      <EmptyState icon="scale" title={t('rules.noneTitle')} text={t('rules.none')}>
        <LinkButton href="#/">{t('rules.toHome')}</LinkButton>
      </EmptyState>
    )
  return (
    <div className="grid gap-3.5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[760px] text-text-2">
          {view === null ? (
            t(query.error === null ? 'ui.loading' : 'rules.unread')
          ) : (
            <>
              {t('rules.lead', { height: whole(view.atHeight) })} <Source kind="chain" />
            </>
          )}
        </p>
        <Button size="sm" icon="refresh-cw" isBusy={query.loading} isDisabled={!isThere} onPress={query.reload}>
          {t('rules.reload')}
        </Button>
      </div>
      <ErrorNote error={query.error} />
      {view !== null && !isUp ? <Note tone="warn">{t('rules.stale', { height: whole(view.atHeight) })}</Note> : null}
      {view === null && query.error !== null ? null : view === null ? (
        <Card title={t('rules.title')}>
          <Table
            caption={t('rules.title')}
            columns={[
              { key: 'rule', title: t('rules.rule') },
              { key: 'value', title: t('rules.value') },
            ]}
          >
            <SkeletonRows columns={2} rows={6} />
          </Table>
        </Card>
      ) : (
        <>
          <Impacts view={view} />
          <Upgrade />
          <Prices view={view} />
          <Groups view={view} />
        </>
      )}
    </div>
  )
}

type Rule = RulesView['rules'][number]

function Groups({ view }: { view: RulesView }): ReactNode {
  const t = useText()
  const rules = new Map(view.rules.map((rule) => [rule.what, rule]))
  const named = new Set<string>(GROUPS.flatMap((group) => [...group.rules]))
  const others = view.rules.filter((rule) => !named.has(rule.what))
  return (
    <div className="grid grid-cols-2 items-start gap-3.5 max-[1000px]:grid-cols-1">
      {GROUPS.map((group) => {
        const rows: Rule[] = group.rules.flatMap((what) => rules.get(what) ?? [])
        const last = group.key === 'supply' ? others : []
        const hasSupply = group.key === 'supply' && view.supplyUpokt !== null
        if (rows.length + last.length === 0 && !hasSupply) return null
        return (
          <Card key={group.key} title={t(`rules.groups.${group.key}`)}>
            <div className="mt-1.5">
              <Table
                caption={t(`rules.groups.${group.key}`)}
                columns={[
                  { key: 'rule', title: t('rules.rule') },
                  { key: 'value', title: t('rules.value'), right: true },
                ]}
              >
                {group.key === 'supply' && view.supplyUpokt !== null ? (
                  <tr>
                    <td className="wrap">{t('rules.supply')}</td>
                    <td className="r font-medium">{poktUnit(view.supplyUpokt, 0)}</td>
                  </tr>
                ) : null}
                {[...rows, ...last].map((rule) => (
                  <RuleRow key={rule.what} rule={rule} />
                ))}
              </Table>
            </div>
          </Card>
        )
      })}
    </div>
  )
}

function RuleRow({ rule }: { rule: Rule }): ReactNode {
  const t = useText()
  const pace = usePace()
  const now = useNow(60_000)
  const newest = rule.steps.at(-1)
  return (
    <tr data-rule={rule.what}>
      <td className="wrap !py-2">
        {ruleName(t, rule.what)}
        <div className="text-caption text-text-3 num">
          {newest === undefined
            ? t('rules.unseen')
            : rule.steps.length === 1
              ? t('rules.seenSince', { height: whole(newest.height) })
              : t('rules.since', { height: whole(newest.effectHeight), when: when(newest.atMs, now) })}
        </div>
        {rule.steps.length < 2 ? null : (
          <details className="text-caption text-text-2">
            <summary>{t('rules.history')}</summary>
            <ul className="mt-1 grid gap-0.5 num">
              {[...rule.steps].reverse().map((step, index) => (
                <li key={step.height}>
                  {ruleValue(t, rule.what, step.value, pace)},{' '}
                  {index === rule.steps.length - 1
                    ? t('rules.seenSince', { height: whole(step.height) })
                    : t('rules.since', { height: whole(step.effectHeight), when: when(step.atMs, now) })}
                </li>
              ))}
            </ul>
          </details>
        )}
      </td>
      <td className="r align-top font-medium">{ruleValue(t, rule.what, rule.value, pace)}</td>
    </tr>
  )
}
