import { useState, type FormEvent, type ReactNode } from 'react'
import type { BackendRow, EndpointReportView, EndpointWish } from '#shared/api/backend-requests.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { MinerChange } from './MinerChange.tsx'
import { Report } from './Report.tsx'

const MAX_ADDRESS = 500
type Kind = EndpointWish['credential']['kind'] | 'keep'

/** Address and credentials of an endpoint of the user's own. It is tested before it can be kept, and what was tested is what is kept. */
export function AttachForm({ row, onClose }: { row: BackendRow; onClose: () => void }): ReactNode {
  const t = useText()
  const isChange = row.attached !== null
  const test = useCall('backends.test')
  const attach = useCall('backends.attach')
  const [urls, setUrls] = useState({ httpUrl: '', restUrl: '', webSocketUrl: '' })
  const [kind, setKind] = useState<Kind>(isChange ? 'keep' : 'none')
  const [secret, setSecret] = useState({ username: '', password: '', token: '', name: '', value: '' })
  /** The wish that was tested, as text, with what was found. */
  const [tested, setTested] = useState<{ of: string; report: EndpointReportView } | null>(null)

  const wish = (): EndpointWish => ({
    serviceId: row.serviceId,
    ...urls,
    credential: credentialOf(kind, secret),
    keep: isChange && kind !== 'none',
  })
  const isTested = tested !== null && tested.of === JSON.stringify(wish())
  const look = (event: FormEvent): void => {
    event.preventDefault()
    const asked = wish()
    attach.clear()
    void test.run(asked).then((report) => setTested(report === undefined ? null : { of: JSON.stringify(asked), report }))
  }
  const keep = (): void => {
    void attach.run(wish()).then((report) => (report === undefined ? undefined : onClose()))
  }
  const origins = row.attached?.origins
  const address = (name: keyof typeof urls, label: string, help: string, origin: string | undefined, isFirst = false): ReactNode => (
    <Field
      label={label}
      value={urls[name]}
      onChange={(value) => setUrls({ ...urls, [name]: value })}
      help={origin ? `${origin}. ${t('backends.form.keepHelp')}` : help}
      inputMode="url"
      mono
      maxLength={MAX_ADDRESS}
      autoFocus={isFirst}
    />
  )
  const part = (name: keyof typeof secret, label: string, isSecret = true): ReactNode => (
    <Field
      label={label}
      value={secret[name]}
      onChange={(value) => setSecret({ ...secret, [name]: value })}
      type={isSecret ? 'password' : 'text'}
      {...(isSecret ? { help: t('backends.form.secretHelp') } : {})}
      mono
      maxLength={4_000}
    />
  )
  const kinds: Kind[] = [...(isChange ? (['keep'] as const) : []), 'none', 'basic', 'bearer', 'header']
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(isChange ? 'backends.form.changeTitle' : 'backends.form.title', { service: row.name })}
      width={560}
    >
      <form onSubmit={look} className="grid gap-3.5">
        <p className="text-text-2">{t('backends.form.text')}</p>
        {row.ways.http ? address('httpUrl', t('backends.form.http'), t('backends.form.httpHelp'), origins?.http, true) : null}
        {row.ways.rest ? address('restUrl', t('backends.form.rest'), t('backends.form.restHelp'), origins?.rest, !row.ways.http) : null}
        {row.ways.websocket
          ? address('webSocketUrl', t('backends.form.webSocket'), t('backends.form.webSocketHelp'), origins?.websocket)
          : null}
        <Choice
          label={t('backends.form.credential')}
          value={kind}
          onChange={(value) => setKind(kinds.find((each) => each === value) ?? 'none')}
          options={kinds.map((each) => ({ value: each, text: t(`backends.form.credentialKind.${each}`) }))}
        />
        {kind === 'basic' ? (
          <>
            {part('username', t('backends.form.username'), false)}
            {part('password', t('backends.form.password'))}
          </>
        ) : null}
        {kind === 'bearer' ? part('token', t('backends.form.token')) : null}
        {kind === 'header' ? (
          <>
            {part('name', t('backends.form.headerName'), false)}
            {part('value', t('backends.form.headerValue'))}
          </>
        ) : null}
        <ErrorNote error={attach.error ?? test.error} />
        {isTested && test.error === null ? (
          <div className="border-t border-line pt-3">
            <Report report={tested.report} />
            <MinerChange
              row={row}
              remove={false}
              restUrl={urls.restUrl !== '' || Boolean(origins?.rest)}
              webSocketUrl={urls.webSocketUrl !== '' || Boolean(origins?.websocket)}
            />
          </div>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button kind={isTested ? 'plain' : 'pri'} type="submit" isBusy={test.busy}>
            {t('backends.form.test')}
          </Button>
          <Button kind="pri" onPress={keep} isBusy={attach.busy} isDisabled={!isTested}>
            {t(isChange ? 'backends.form.saveChange' : 'backends.form.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function credentialOf(
  kind: Kind,
  { username, password, token, name, value }: { username: string; password: string; token: string; name: string; value: string },
): EndpointWish['credential'] {
  switch (kind) {
    case 'basic':
      return { kind, username, password }
    case 'bearer':
      return { kind, token: token.trim() }
    case 'header':
      return { kind, name: name.trim(), value: value.trim() }
    default:
      return { kind: 'none' }
  }
}
