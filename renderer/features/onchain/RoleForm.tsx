import { createContext, useContext, useEffect, useState, type FormEvent, type ReactNode } from 'react'
import type { TxWish } from '#shared/api/requests.ts'
import type { IntentState } from '#shared/api/state.ts'
import type { IntentKind } from '#shared/model/intent.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { SignerChoice } from '#renderer/signing/SignerChoice.tsx'
import { Signing } from '#renderer/signing/Signing.tsx'
import { useSigning } from '#renderer/signing/use-signing.ts'
import { pokt, shortAddress, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'

/** Reads what the page shows of the chain anew. */
export const ReadAgain = createContext<() => void>(() => undefined)
/** A node may name a block before its state can be read. */
const READ_AGAIN_MS = 1_500

/** What was there once stays while the page is open: the way of its transaction is not taken away by the record that it changed. */
export function Kept({ when, children }: { when: boolean; children: ReactNode }): ReactNode {
  const [was, setWas] = useState(when)
  if (when && !was) setWas(true)
  return was || when ? children : null
}

/** The chosen signer of a form: the key that was picked while it can be, else the first. */
export function useSigner(keys: KeyState[]): { key: KeyState | undefined; choose: (keyId: string) => void } {
  const [chosen, choose] = useState<string | null>(null)
  return { key: keys.find((key) => key.id === chosen) ?? keys[0], choose }
}

/**
 * One transaction of another role: its fields, who signs, its way into a block, and what the chain then says.
 * @param isRead whether what is shown of the chain is as it was signed; asked once it is in a block
 */
export function RoleForm({
  kind,
  title,
  text,
  keys,
  signer,
  wish,
  button,
  isReady,
  isRead,
  atHeight,
  danger = false,
  children,
}: {
  kind: IntentKind
  title: string
  text?: string
  keys: KeyState[]
  signer: ReturnType<typeof useSigner>
  wish: (keyId: string) => TxWish
  button: string
  isReady: boolean
  isRead: (intent: IntentState) => boolean
  atHeight: number
  danger?: boolean
  children?: ReactNode
}): ReactNode {
  const t = useText()
  const flow = useSigning(kind)
  const [pubKey, setPubKey] = useState('')
  const isUp = useAppState((state) => state.chain.status === 'ready')
  const intent = useAppState((state) => (flow.intentId === null ? undefined : state.intents[flow.intentId]))
  const balance = useAppState((state) => (signer.key ? state.balances[signer.key.address] : undefined))
  const { key } = signer
  const readAgain = useContext(ReadAgain)
  const isIncluded = intent?.status === 'included'
  const isThere = isIncluded && atHeight >= (intent.includedHeight ?? 0) && isRead(intent)
  // Two blocks later it should be there: then it is said rather than waited for.
  const isOdd = isIncluded && !isThere && atHeight > (intent.includedHeight ?? 0) + 1
  useEffect(() => {
    if (!isIncluded || isThere || isOdd) return undefined
    const timer = setInterval(readAgain, READ_AGAIN_MS)
    return () => clearInterval(timer)
  }, [isIncluded, isThere, isOdd, readAgain])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady && isUp && key) flow.prepare({ ...wish(key.id), ...(pubKey === '' ? {} : { pubKey }) })
  }
  if (flow.intentId !== null) {
    return (
      <Signing
        key={flow.intentId}
        intentId={flow.intentId}
        surfaceUrl={flow.surfaceUrl}
        onAgain={flow.reset}
        done={
          <>
            <span
              role="status"
              className={`flex items-center gap-1.5 text-small ${isThere ? 'text-ok' : isOdd ? 'text-warn' : 'text-text-2'}`}
            >
              <Icon name={isThere ? 'circle-check' : isOdd ? 'triangle-alert' : 'loader'} size={14} />
              {isThere || isOdd
                ? t(isThere ? 'onchain.readBack' : 'onchain.readBackOdd', { height: whole(atHeight) })
                : t('onchain.readBackWait')}
            </span>
            <Button onPress={flow.reset}>{t('onchain.another')}</Button>
          </>
        }
      />
    )
  }
  return (
    <Card title={title} padded>
      {text === undefined ? null : <p className="mb-3 max-w-[560px] text-small text-text-2">{text}</p>}
      <form onSubmit={submit} className="grid grid-cols-[minmax(0,1fr)] gap-3.5" aria-label={title}>
        {children}
        <SignerChoice
          keys={keys}
          keyId={key?.id ?? ''}
          onChange={(keyId) => {
            signer.choose(keyId)
            flow.call.clear()
          }}
          pubKey={pubKey}
          onPubKey={setPubKey}
          error={flow.call.error}
        />
        {key === undefined ? null : (
          <p className="field-help num">
            {balance === undefined
              ? t('onchain.signerHoldsNothing', { address: shortAddress(key.address) })
              : t('onchain.signerHolds', { address: shortAddress(key.address), pokt: pokt(balance.upokt) })}
          </p>
        )}
        <ErrorNote error={flow.call.error} />
        <div>
          <Button
            type="submit"
            kind={danger ? 'danger' : 'pri'}
            icon="external-link"
            isBusy={flow.call.busy}
            isDisabled={!isReady || !isUp || key === undefined}
          >
            {button}
          </Button>
        </div>
      </form>
    </Card>
  )
}
