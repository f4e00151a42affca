import { useState, type ReactNode } from 'react'
import type { IntentState } from '#shared/api/state.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { pokt, shortHash, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Hash } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Dangers } from './Dangers.tsx'
import { Outside } from './Outside.tsx'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'

/** Opens the confirm window; a browser that refuses leaves the visible link. */
export const openSurface = (url: string): void => void globalThis.open(url, '_blank', 'noopener')

/**
 * One transaction from prepared to its block. Lives on the state alone, so it is the same after a reload or a crash.
 * @param surfaceUrl of the sheet that was opened just now; without it a new one is asked for @param onAgain back to the form, once nothing can be paid any more
 */
export function Signing({
  intentId,
  surfaceUrl,
  onAgain,
  done,
}: {
  intentId: string
  surfaceUrl: string | null
  onAgain: () => void
  done: ReactNode
}): ReactNode {
  const t = useText()
  const intent = useAppState((state) => state.intents[intentId])
  const reopen = useCall('tx.reopen')
  const discard = useCall('tx.discard')
  const [url, setUrl] = useState(surfaceUrl)
  if (!intent) return null
  const isOver = intent.status === 'refused' || intent.status === 'expired' || intent.status === 'discarded'
  const isOutside = intent.facts['outside'] !== undefined
  const open = (): void => {
    void reopen.run({ intentId }).then((value) => {
      if (value === undefined) return
      setUrl(value.surfaceUrl)
      openSurface(value.surfaceUrl)
    })
  }
  const title =
    intent.status === 'prepared'
      ? 'supplier.sign.title'
      : intent.status === 'included'
        ? 'supplier.sign.titleDone'
        : isOver
          ? intent.error?.code === 'tx-unsure'
            ? 'supplier.sign.titleUnsure'
            : 'supplier.sign.titleBad'
          : 'supplier.sign.titleSent'
  return (
    <Card title={t(title)} aside={t('supplier.sign.aside')} padded>
      <Steps steps={intentSteps(t, intent)} />
      {intent.error === null ? null : <ErrorNote error={{ code: intent.error.code, detail: intent.error.detail }} className="mt-3" />}
      <ErrorNote error={reopen.error ?? discard.error} className="mt-3" />
      {intent.status === 'prepared' ? <Dangers dangers={intent.dangers ?? []} /> : null}
      {intent.status === 'prepared' && isOutside ? <Outside intentId={intentId} /> : null}
      <div className="mt-4 flex flex-wrap items-center gap-2 border-t border-line pt-3.5">
        {intent.status === 'prepared' ? (
          <>
            {isOutside ? null : (
              <Button kind="pri" icon="external-link" onPress={open} isBusy={reopen.busy}>
                {t('supplier.sign.open')}
              </Button>
            )}
            <Button
              onPress={() => void discard.run({ intentId }).then((value) => (value === undefined ? undefined : onAgain()))}
              isBusy={discard.busy}
            >
              {t('supplier.sign.discard')}
            </Button>
            {url === null || url === '' ? null : (
              <span className="text-small text-text-3">
                {t('supplier.sign.noWindow')}{' '}
                <a className="link" href={url} target="_blank" rel="noopener noreferrer">
                  {t('supplier.sign.open')}
                </a>
              </span>
            )}
          </>
        ) : null}
        {intent.txHash === null ? null : <Hash value={intent.txHash} name={t('supplier.intents.hashName')} />}
        {isOver ? <Button onPress={onAgain}>{t('supplier.sign.again')}</Button> : null}
        {intent.status === 'included' ? done : null}
      </div>
    </Card>
  )
}

const RANK: Record<IntentState['status'], number> = {
  prepared: 1,
  signed: 2,
  broadcast: 3,
  included: 4,
  refused: 4,
  expired: 4,
  discarded: 1,
}

/** prepared, signed, sent, in a block; the last one failed when it ended otherwise. */
export function intentSteps(t: Words, intent: IntentState): Step[] {
  const rank = RANK[intent.status]
  const isOver = intent.status === 'refused' || intent.status === 'expired' || intent.status === 'discarded'
  const state = (at: number): Step['state'] => (rank > at ? 'done' : rank === at && !isOver ? 'now' : 'todo')
  const fee = intent.facts['feeUpokt']
  const wasSigned = intent.txHash !== null
  return [
    {
      key: 'prepared',
      title: t('supplier.sign.prepared'),
      text: fee ? t('supplier.sign.preparedText', { fee: pokt(fee) }) : '',
      state: 'done',
    },
    {
      key: 'signed',
      title: wasSigned ? t('supplier.sign.signed') : t('supplier.sign.sign'),
      text:
        intent.status === 'discarded'
          ? t('supplier.sign.discarded')
          : intent.txHash === null
            ? t('supplier.sign.signText')
            : t('supplier.sign.signedText', { hash: shortHash(intent.txHash) }),
      state: intent.status === 'discarded' ? 'failed' : wasSigned ? 'done' : state(1),
    },
    {
      key: 'sent',
      title: t('supplier.sign.sent'),
      text:
        intent.facts['waits'] !== undefined && !isOver && intent.status !== 'included'
          ? t('supplier.sign.waitsText')
          : rank >= 2 && !isOver && intent.status !== 'included'
            ? t('supplier.sign.sentText', { height: whole(intent.timeoutHeight) })
            : '',
      state: rank >= 3 ? 'done' : state(2),
    },
    lastStep(t, intent),
  ]
}

function lastStep(t: Words, intent: IntentState): Step {
  const key = 'block'
  if (intent.status === 'included')
    return {
      key,
      title: t('supplier.sign.block'),
      text: t('supplier.sign.blockText', { height: whole(intent.includedHeight ?? 0) }),
      state: 'done',
    }
  if (intent.status === 'refused') return { key, title: t('supplier.sign.refused'), state: 'failed' }
  if (intent.error?.code === 'tx-unsure') return { key, title: t('supplier.sign.unsure'), state: 'failed' }
  if (intent.status === 'expired') return { key, title: t('supplier.sign.expired'), state: 'failed' }
  return {
    key,
    title: t('supplier.sign.block'),
    text: intent.status === 'broadcast' ? t('supplier.sign.blockWait') : '',
    state: intent.status === 'broadcast' ? 'now' : 'todo',
  }
}
