import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { AppState } from '#shared/api/state.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
import { judgedSuppliers, otherNamedIn } from '#renderer/bridge/suppliers.ts'
import { useInView, useOwnSuppliers, useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { poktUnit, whole } from '#renderer/text/format.ts'
import { hasKey, keyed, useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { TextButton } from '#renderer/ui/TextButton.tsx'
import { byFees } from './checklist-supplier.ts'
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

/** Pages that speak of the supplier in view: a finding about another one brings that one along. */
const OF_ONE: ReadonlySet<string> = new Set(['supplier', 'test-relays'])

function Findings({ found }: { found: ReturnType<typeof findings> }): ReactNode {
  const t = useText()
  const isHere = useAppState(isMadeHere)
  const [, navigate] = useLocation()
  const own = useOwnSuppliers()
  const view = useInView()
  const [tried, setTried] = useState<string | null>(null)
  const way = (finding: (typeof found)[number]): ReactNode => {
    const href = hrefOf(finding.fix, isHere)
    if (href === undefined) return null
    const other = OF_ONE.has(finding.fix) ? otherNamedIn(own, finding.facts) : undefined
    if (other === undefined)
      return (
        <a className="link" href={href}>
          {t('home.watch.fix')}
        </a>
      )
    const bring = (): void => {
      setTried(finding.id)
      view.bring(other.operatorAddress, () => navigate(href.slice(1)))
    }
    return (
      <TextButton isBusy={view.pending === other.operatorAddress} onPress={bring}>
        {t('home.watch.fix')}
      </TextButton>
    )
  }
  return found.map((finding) => (
    <div key={finding.id} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2 text-small">
      <Icon
        name={finding.level === 'info' ? 'info' : 'triangle-alert'}
        size={14}
        className={`mt-0.5 ${finding.level === 'bad' ? 'text-bad' : finding.level === 'warn' ? 'text-warn' : 'text-info'}`}
      />
      <div>
        {keyed(t, 'attention', finding.key, finding.facts)} {way(finding)}
        {tried === finding.id ? <NotBrought error={view.error} className="mt-1.5" /> : null}
        {hasKey('attentionMore', finding.key) ? (
          <p className="text-caption text-text-3">{keyed(t, 'attentionMore', finding.key, finding.facts)}</p>
        ) : null}
      </div>
    </div>
  ))
}

/** Whose wallet for fees holds least: each operator pays its own claims and proofs. */
function lowestFees(state: AppState): { lowest: string; count: number } {
  const judged = judgedSuppliers(state)
  const [lowest] = byFees(state, judged)
  return { lowest: lowest?.operatorAddress ?? state.supplier.operatorAddress, count: judged.length }
}

function Glances(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const { lowest, count } = useAppState(lowestFees)
  const name = useSupplierName()(lowest)
  const balance = useAppState((state) => state.balances[lowest])
  const ledger = useAppState((state) => state.earnings.ledger)
  const lost = useAppState((state) => state.earnings.claimsLost)
  const confirmed = useAppState(
    (state) => Object.values(state.keys).filter((key) => key.wordsConfirmedAtMs !== null && key.network === state.app.network).length,
  )
  const source = balance ? t('ui.onChain') + (supplier.asOf ? `, block ${whole(balance.asOf.height)}` : '') : ''
  const rows = [
    {
      key: 'operator',
      name: t(count > 1 ? 'suppliers.lowest' : 'home.watch.operator'),
      value: balance ? poktUnit(balance.upokt, 2) : t('ui.nothing'),
      sub: count > 1 && name !== null ? t('suppliers.of', { what: source, name }) : source,
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
