import type { ReactNode } from 'react'
import type { ClaimView } from '#shared/api/requests.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { useOwnSuppliers, useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { clockTime, day, pokt, poktUnit, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address, Hash } from '#renderer/ui/Address.tsx'
import { Facts } from '#renderer/ui/Card.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Source } from '#renderer/ui/Source.tsx'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { deflationPercent, positive, rawReason, reasonWord, sessionName, whoIs } from './claim-words.ts'

/** All that is known of one claim: the sums, who got what to the last upokt, and the transactions. */
export function ClaimDetail({ claim, status }: { claim: ClaimView; status: Status }): ReactNode {
  return (
    <div className="grid gap-4 pt-1">
      <Why claim={claim} />
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.15fr)_minmax(0,1.05fr)] gap-8 max-fold:grid-cols-2 max-[640px]:grid-cols-[minmax(0,1fr)]">
        <Sums claim={claim} status={status} />
        <Recipients claim={claim} />
        <OnChain claim={claim} />
      </div>
    </div>
  )
}

/** Why it was paid less or not at all, in words, and what the chain said. */
function Why({ claim }: { claim: ClaimView }): ReactNode {
  const t = useText()
  const reason = reasonWord(claim)
  if (reason === null) return null
  const raw = rawReason(claim)
  const isLost = claim.stage === 'expired' || claim.stage === 'discarded'
  return (
    <Note tone={isLost ? 'bad' : 'warn'}>
      <div className="font-medium">{t(`earnings.reason.${reason}`)}</div>
      {raw === null ? null : (
        <div className="break-words">
          {t('earnings.detail.raw')}: <span className="mono">{raw}</span>
        </div>
      )}
    </Note>
  )
}

/** An open claim's relays are proven to be on chain, or a host's word; one that is over is told by events, which nobody can prove. */
function Claimed({ claim }: { claim: ClaimView }): ReactNode {
  const proof = useAppState((state) => state.earnings.openClaims?.proof)
  return (
    <>
      {poktUnit(claim.claimedUpokt, 6)} <Source kind={claim.source ?? 'chain'} proof={claim.source === 'proven' ? proof : undefined} />
    </>
  )
}

function Sums({ claim, status }: { claim: ClaimView; status: Status }): ReactNode {
  const t = useText()
  const later = <span className="text-text-3">{t('earnings.detail.notYet')}</span>
  const isLost = claim.stage === 'expired' || claim.stage === 'discarded'
  const amount = (upokt: string | null): ReactNode => (upokt === null ? (isLost ? poktUnit('0', 6) : later) : poktUnit(upokt, 6))
  const loss = (upokt: string | null): ReactNode =>
    positive(upokt) ? (
      <span className="text-warn">{t('earnings.detail.loss', { pokt: poktUnit(upokt ?? '0', 6) })}</span>
    ) : (
      t('earnings.detail.none')
    )
  const percent = deflationPercent(claim)
  const others =
    claim.mintedUpokt === null || claim.yourUpokt === null ? null : (BigInt(claim.mintedUpokt) - BigInt(claim.yourUpokt)).toString()
  const isSettled = claim.stage === 'settled'
  return (
    <section>
      <h3 className="h2 mb-2">{t('earnings.detail.money')}</h3>
      <Facts
        rows={[
          [t('earnings.detail.status'), <StatusChip key="status" status={status} />],
          [t('earnings.detail.relays'), whole(claim.relays)],
          [t('earnings.detail.claimed'), <Claimed key="claimed" claim={claim} />],
          isSettled ? [t('earnings.detail.overserviced'), loss(claim.overservicingLossUpokt)] : null,
          [t('earnings.detail.settled'), amount(claim.settledUpokt)],
          isSettled && percent !== null ? [t('earnings.detail.deflation', { percent }), loss(claim.deflationLossUpokt)] : null,
          isSettled ? [t('earnings.detail.minted'), amount(claim.mintedUpokt)] : null,
          others !== null && BigInt(others) > 0n
            ? [t('earnings.detail.others'), t('earnings.detail.loss', { pokt: poktUnit(others, 6) })]
            : null,
          [<b key="yours">{t('earnings.detail.yours')}</b>, <b key="pay">{amount(claim.yourUpokt)}</b>],
          [
            t('earnings.detail.slashed'),
            positive(claim.slashedUpokt) ? (
              <span key="slashed" className="font-medium text-bad">
                {t('earnings.detail.loss', { pokt: poktUnit(claim.slashedUpokt ?? '0', 6) })}
              </span>
            ) : (
              t('earnings.detail.none')
            ),
          ],
        ]}
      />
    </section>
  )
}

function Recipients({ claim }: { claim: ClaimView }): ReactNode {
  const t = useText()
  const own = useOwnSuppliers()
  const isOpen = claim.stage === 'claimed' || claim.stage === 'proven'
  const sum = claim.recipients.reduce((all, one) => all + BigInt(one.upokt), 0n)
  return (
    <section>
      <h3 className="h2 mb-2">{t('earnings.detail.recipients')}</h3>
      {claim.recipients.length === 0 ? (
        <p className="text-small text-text-2">{t(isOpen ? 'earnings.detail.recipientsLater' : 'earnings.detail.recipientsNone')}</p>
      ) : (
        <ul className="grid gap-2 text-[12.5px]" aria-label={t('earnings.detail.recipientsCaption', { session: sessionName(t, claim) })}>
          {claim.recipients.map((one) => {
            const name = whoIs(t, one.address, one.label, own)
            return (
              <li key={`${one.address} ${one.opReason}`} className="grid gap-0.5">
                <span className="flex items-baseline justify-between gap-3">
                  <span className="font-medium">{name}</span>
                  <span className="num" title={one.opReason}>
                    {poktUnit(one.upokt, 6)}
                  </span>
                </span>
                <span className="text-text-2">
                  <Address value={one.address} copy name={t('earnings.detail.address', { name })} />
                </span>
              </li>
            )
          })}
          {claim.recipients.length > 1 ? (
            <li className="flex justify-between border-t border-line pt-1.5 text-text-2">
              <span>{t('earnings.detail.recipientsSum')}</span>
              <span className="num">{`${pokt(sum, 6)}\u00a0${t('ui.pokt')}`}</span>
            </li>
          ) : null}
        </ul>
      )}
    </section>
  )
}

function OnChain({ claim }: { claim: ClaimView }): ReactNode {
  const t = useText()
  const name = useSupplierName()(claim.operatorAddress)
  const block = (height: number | null, none: string): ReactNode => (
    <span className="text-text-2">{height === null ? none : t('earnings.detail.block', { height: whole(height) })}</span>
  )
  const need =
    claim.proofRequirement === 'not-required' || claim.proofRequirement === 'probabilistic' || claim.proofRequirement === 'threshold'
      ? claim.proofRequirement
      : 'unknown'
  return (
    <section>
      <h3 className="h2 mb-2">{t('earnings.detail.chain')}</h3>
      <Facts
        rows={[
          [
            t('earnings.detail.application'),
            <Address key="application" value={claim.applicationAddress} short copy name={t('earnings.detail.application')} />,
          ],
          [
            t('earnings.detail.operator'),
            <span key="operator" className="inline-flex flex-wrap items-center justify-end gap-x-2">
              {name === null ? null : <span className="text-text-2">{name}</span>}
              <Address value={claim.operatorAddress} short copy name={t('earnings.detail.operator')} />
            </span>,
          ],
          [t('earnings.detail.ended'), whole(claim.sessionEndHeight)],
          [
            t('earnings.detail.claimTx'),
            <Transaction
              key="claim"
              hash={claim.claimTxHash}
              name={t('earnings.detail.claimTx')}
              block={block(claim.claimHeight, t('earnings.detail.noClaim'))}
            />,
          ],
          [
            t('earnings.detail.proofTx'),
            <Transaction
              key="proof"
              hash={claim.proofTxHash}
              name={t('earnings.detail.proofTx')}
              block={block(claim.proofHeight, t('earnings.detail.noProof'))}
            />,
          ],
          [t('earnings.detail.need'), t(`earnings.need.${need}`)],
          [
            t('earnings.detail.settlement'),
            claim.settledHeight === null
              ? t('earnings.detail.settlementNone')
              : t('earnings.detail.settlementAt', {
                  height: whole(claim.settledHeight),
                  date: claim.settledAtMs === null ? '' : `${day(claim.settledAtMs)} ${clockTime(claim.settledAtMs, true)}`,
                }),
          ],
        ]}
      />
    </section>
  )
}

function Transaction({ hash, name, block }: { hash: string | null; name: string; block: ReactNode }): ReactNode {
  return (
    <span className="inline-flex flex-wrap items-center justify-end gap-x-2">
      {block}
      {hash === null ? null : <Hash value={hash} name={name} />}
    </span>
  )
}
