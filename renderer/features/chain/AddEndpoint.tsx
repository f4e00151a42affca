import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'

/** Longest address that the request takes. */
const MAX_ADDRESS = 300

/** The addresses of one node; the third is for the relay miner alone and may stay empty. What is wrong with them is told by main, which asks the node who it is. */
export function AddEndpoint(): ReactNode {
  const t = useText()
  const add = useCall('chain.addEndpoint')
  const [isOpen, setOpen] = useState(false)
  const [rpcUrl, setRpcUrl] = useState('')
  const [restUrl, setRestUrl] = useState('')
  const [grpcUrl, setGrpcUrl] = useState('')
  const open = (): void => {
    add.clear()
    setRpcUrl('')
    setRestUrl('')
    setGrpcUrl('')
    setOpen(true)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void add
      .run({ rpcUrl, restUrl, ...(grpcUrl.trim() === '' ? {} : { grpcUrl }) })
      .then((value) => (value === undefined ? undefined : setOpen(false)))
  }
  const field = { inputMode: 'url' as const, mono: true, maxLength: MAX_ADDRESS }
  return (
    <>
      <Button size="sm" icon="plus" onPress={open}>
        {t('chain.add')}
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t('chain.addTitle')} width={460}>
        <form onSubmit={submit} className="grid gap-3.5">
          <p className="text-text-2">{t('chain.addText')}</p>
          <Field label={t('chain.rpc')} value={rpcUrl} onChange={setRpcUrl} help={t('chain.rpcHelp')} autoFocus {...field} />
          <Field label={t('chain.rest')} value={restUrl} onChange={setRestUrl} help={t('chain.restHelp')} {...field} />
          <Field label={t('chain.grpc')} value={grpcUrl} onChange={setGrpcUrl} help={t('chain.grpcHelp')} {...field} />
          <ErrorNote error={add.error} />
          <div className="flex justify-end gap-2">
            <Button onPress={() => setOpen(false)}>{t('ui.cancel')}</Button>
            <Button kind="pri" type="submit" isBusy={add.busy} isDisabled={rpcUrl.trim() === '' || restUrl.trim() === ''}>
              {t('chain.save')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
