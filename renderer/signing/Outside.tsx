import { useId, useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address, CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { saveText } from '#renderer/ui/files.ts'

type Export = RequestOutput<'tx.export'>
const FILE = 'hearth-unsigned.json'

/** The command with which the official program signs the file, nothing left to guess. */
const commandOf = (given: Export): string =>
  [
    `pocketd tx sign ${FILE} --from ${given.signerAddress} --chain-id ${given.chainId}`,
    `--offline --account-number ${given.accountNumber} --sequence ${given.sequence} --output-document hearth-signed.json`,
  ].join(' ')

/** A transaction whose key lies in another wallet: out as file and text, back as what that wallet made of it. */
export function Outside({ intentId }: { intentId: string }): ReactNode {
  const t = useText()
  const id = useId()
  const given = useQuery('tx.export', { intentId })
  const bring = useCall('tx.import')
  const [text, setText] = useState('')
  if (!given.value) return <ErrorNote error={given.error} className="mt-3" />
  const { value } = given
  const command = commandOf(value)
  const raw = (title: string, content: string): ReactNode => (
    <details>
      <summary className="text-small text-text-2">{title}</summary>
      <div className="mt-1 flex items-start gap-2">
        <pre className="mono max-h-[180px] min-w-0 flex-1 overflow-auto rounded-note bg-sunken p-2.5 text-caption break-all whitespace-pre-wrap">
          {content}
        </pre>
        <CopyButton value={content} what={title} />
      </div>
    </details>
  )
  return (
    <section aria-label={t('supplier.sign.outsideTitle')} className="mt-4 grid gap-3 border-t border-line pt-3.5">
      <h3 className="font-semibold">{t('supplier.sign.outsideTitle')}</h3>
      <p className="text-small text-text-2">
        {t('supplier.sign.outsideText', { address: `${value.signerAddress.slice(0, 10)}…`, height: whole(value.timeoutHeight) })}
      </p>
      <Facts
        rows={[
          [
            t('supplier.sign.outsideSigner'),
            <Address key="signer" value={value.signerAddress} short copy name={t('supplier.sign.outsideSigner')} />,
          ],
          [t('supplier.sign.outsideChain'), value.chainId],
          [t('supplier.sign.outsideAccount'), value.accountNumber],
          [t('supplier.sign.outsideSequence'), value.sequence],
        ]}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button kind="pri" onPress={() => saveText(FILE, value.unsignedJson)}>
          {t('supplier.sign.outsideSave')}
        </Button>
      </div>
      {raw(t('supplier.sign.outsideCommand'), command)}
      {raw(t('supplier.sign.outsideAmino'), value.aminoJson)}
      {raw(t('supplier.sign.outsideDirect'), value.directBase64)}
      <div className="field">
        <label htmlFor={id}>{t('supplier.sign.outsidePaste')}</label>
        <textarea
          id={id}
          className="mono min-h-[96px] w-full rounded-note border border-line bg-sunken p-2.5 text-caption"
          value={text}
          maxLength={200_000}
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value)
            bring.clear()
          }}
        />
        <div className="field-help">{t('supplier.sign.outsidePasteHelp')}</div>
      </div>
      <ErrorNote error={bring.error} />
      <div>
        <Button kind="pri" isBusy={bring.busy} isDisabled={text.trim() === ''} onPress={() => void bring.run({ intentId, text })}>
          {t('supplier.sign.outsideSend')}
        </Button>
      </div>
    </section>
  )
}
