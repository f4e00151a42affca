import type { ReactNode } from 'react'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { age, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { ClaimsTable } from './ClaimsTable.tsx'
import { DaysChart } from './DaysChart.tsx'
import { EarningsFigures } from './EarningsFigures.tsx'
import { FirstSettlement } from './FirstSettlement.tsx'
import { LedgerCard } from './LedgerCard.tsx'

/** Blocks that reading may lag behind before it is said. */
const BEHIND_BLOCKS = 3

/** One truth about money: what reached you, what is on the way, what was lost and why, and the proof that the sums are right. */
export function Earnings(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const isFirst = useAppState(({ earnings }) => earnings.claimsSettled === 0 && earnings.claimsLost === 0 && earnings.settledUpokt === '0')
  if (network === null) {
    return (
      <EmptyState icon="coins" title={t('earnings.none.title')} text={t('earnings.none.text')}>
        <LinkButton href="#/setup" kind="pri">
          {t('earnings.none.button')}
        </LinkButton>
      </EmptyState>
    )
  }
  return (
    <>
      <Freshness />
      <EarningsFigures />
      {isFirst ? <FirstSettlement /> : <DaysChart />}
      <LedgerCard />
      <ClaimsTable />
    </>
  )
}

/** Says when the figures are old, or count only part of the chain. */
function Freshness(): ReactNode {
  const t = useText()
  const now = useNow(5_000)
  const chain = useAppState((state) => state.chain)
  const readHeight = useAppState((state) => state.earnings.readHeight)
  if (chain.status === 'unreachable' || chain.status === 'stalled') {
    const values = { height: whole(readHeight), age: age(now - (chain.status === 'stalled' ? chain.blockTimeMs : chain.readAtMs)) }
    return (
      <Note tone="warn" icon="clock" className="mb-3.5">
        {t(chain.status === 'stalled' ? 'earnings.stalled' : 'earnings.stale', values)}
      </Note>
    )
  }
  if (chain.status === 'none' || chain.status === 'starting')
    return readHeight === 0 ? <Note className="mb-3.5">{t('earnings.readingNone')}</Note> : null
  if (chain.height - readHeight <= BEHIND_BLOCKS) return null
  return (
    <Note tone="info" className="mb-3.5">
      {t('earnings.reading', { height: whole(readHeight), top: whole(chain.height) })}
    </Note>
  )
}
