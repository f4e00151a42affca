import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
import { poktUnit, whole } from '#renderer/text/format.ts'
import { hasKey, keyed, useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { findings } from './verdict.ts'

const hrefOf = (fix: string, isHere: boolean): string | undefined => (fix === 'test-relays' && !isHere ? '#/supplier/self-test' : FIX[fix])
const FIX: Record<string, string> = {
  updates: '#/settings/updates',
  'test-relays': '#/supplier/test-relays',
  unlock: '#/unlock',
  keys: '#/settings/keys',
  engine: '#/setup',
  nodes: '#/nodes',
  supplier: '#/supplier',
  earnings: '#/earnings',
  settings: '#/settings',
  home: '#/',
}

/** Findings first, worst on top, each with the way to its fix; below, the four things to glance at. */
export function WorthWatching(): ReactNode {
  const t = useText()
  const found = useAppState((state) => findings(state))
  return (
    <Card title={t('home.watch.title')} className="max-fold:col-span-2 max-[640px]:col-span-1">
      <div className="lines mt-1">
        <Findings found={found} />
        <Glances />
      </div>
    </Card>
  )
}

/** What asks for a look before there is a dashboard: nothing while all is well. */
export function EarlyFindings(): ReactNode {
  const t = useText()
  const found = useAppState((state) => findings(state).filter((finding) => finding.level !== 'info'))
  if (found.length === 0) return null
  return (
    <Card title={t('home.watch.title')} className="mb-3.5">
      <div className="lines mt-1">
        <Findings found={found} />
      </div>
    </Card>
  )
}

function Findings({ found }: { found: ReturnType<typeof findings> }): ReactNode {
  const t = useText()
  const isHere = useAppState(isMadeHere)
  return found.map((finding) => (
    <div key={finding.id} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2 text-small">
      <Icon
        name={finding.level === 'info' ? 'info' : 'triangle-alert'}
        size={14}
        className={`mt-0.5 ${finding.level === 'bad' ? 'text-bad' : finding.level === 'warn' ? 'text-warn' : 'text-info'}`}
      />
      <div>
        {keyed(t, 'attention', finding.key, finding.facts)}{' '}
        {hrefOf(finding.fix, isHere) === undefined ? null : (
          <a className="link" href={hrefOf(finding.fix, isHere)}>
            {t('home.watch.fix')}
          </a>
        )}
        {hasKey('attentionMore', finding.key) ? (
          <p className="text-caption text-text-3">{keyed(t, 'attentionMore', finding.key, finding.facts)}</p>
        ) : null}
      </div>
    </div>
  ))
}

function Glances(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const balance = useAppState((state) => state.balances[state.supplier.operatorAddress])
  const ledger = useAppState((state) => state.earnings.ledger)
  const lost = useAppState((state) => state.earnings.claimsLost)
  const confirmed = useAppState(
    (state) => Object.values(state.keys).filter((key) => key.wordsConfirmedAtMs !== null && key.network === state.app.network).length,
  )
  const rows = [
    {
      key: 'operator',
      name: t('home.watch.operator'),
      value: balance ? poktUnit(balance.upokt, 2) : t('ui.nothing'),
      sub: balance ? t('ui.onChain') + (supplier.asOf ? `, block ${whole(balance.asOf.height)}` : '') : '',
      tone: '',
    },
    {
      key: 'ledger',
      name: t('home.watch.ledger'),
      value: t(
        ledger.status === 'equal' ? 'home.watch.equal' : ledger.status === 'different' ? 'home.watch.different' : 'home.watch.unchecked',
      ),
      sub: ledger.status === 'unchecked' ? '' : t('home.watch.ledgerSub', { height: whole(ledger.atHeight) }),
      tone: ledger.status === 'equal' ? 'text-ok font-medium' : ledger.status === 'different' ? 'text-bad font-medium' : '',
    },
    {
      key: 'lost',
      name: t('home.watch.lost'),
      value: lost === 0 ? t('home.watch.none') : whole(lost),
      sub: lost === 0 ? t('home.watch.noneSub') : t('home.watch.lostSub', { count: lost }),
      tone: lost === 0 ? '' : 'text-bad font-medium',
    },
    {
      key: 'words',
      name: t('home.watch.words'),
      value: t('home.watch.wordsOk', { count: confirmed }),
      sub: t('home.watch.wordsSub'),
      tone: '',
    },
  ]
  return rows.map((row) => (
    <div key={row.key}>
      <div className="flex justify-between gap-2 text-small">
        <span className="font-medium">{row.name}</span>
        <span className={`num ${row.tone || 'text-text-2'}`}>{row.value}</span>
      </div>
      <div className="text-caption text-text-3 num">{row.sub}</div>
    </div>
  ))
}
