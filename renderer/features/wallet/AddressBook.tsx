import { useState, type FormEvent, type ReactNode } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import type { BookEntry } from '#shared/api/wallet-requests.ts'
import { useAppState, useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { AddressCheck, useLikeness, useNamedAddresses } from '#renderer/signing/AddressCheck.tsx'
import { useText, type Words } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import { BookFile } from './BookFile.tsx'

const EMPTY = { address: '', name: '', note: '' }

/** Names for addresses of others: added, changed, removed, and carried as a file. */
export function AddressBook(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const [turn, setTurn] = useState(0)
  const [editing, setEditing] = useState<BookEntry | null>(null)
  const book = useQuery('wallet.book', network === null ? null : {}, `${network} ${turn}`)
  const remove = useCall('wallet.bookRemove')
  const changed = (): void => {
    setTurn((before) => before + 1)
    setEditing(null)
  }
  const rows = book.value?.rows ?? []
  return (
    <div className="grid max-w-[960px] gap-3.5">
      <div>
        <LinkButton href="#/wallet" size="sm" icon="arrow-left">
          {t('wallet.send.back')}
        </LinkButton>
      </div>
      <Card title={t('wallet.book.title')}>
        <p className="px-4 pt-1 pb-3 text-small text-text-2">{t('wallet.book.text')}</p>
        <ErrorNote error={book.error ?? remove.error} className="mx-4 mb-3" />
        <Table
          caption={t('wallet.book.title')}
          columns={[
            { key: 'name', title: t('wallet.book.name') },
            { key: 'address', title: t('wallet.book.address') },
            { key: 'note', title: t('wallet.book.note') },
            { key: 'acts', title: <span className="sr-only">{t('wallet.book.acts')}</span> },
          ]}
          {...(rows.length === 0 && book.value !== null ? { empty: t('wallet.book.empty') } : {})}
        >
          {book.value === null && book.loading ? <SkeletonRows columns={4} /> : null}
          {rows.map((row) => (
            <tr key={row.address} data-book={row.address}>
              <td className="font-medium">{row.name}</td>
              <td className="wrap">
                <Address value={row.address} copy name={row.name} />
              </td>
              <td className="wrap text-text-2">{row.note === '' ? '–' : row.note}</td>
              <td className="r">
                <span className="inline-flex items-center gap-1">
                  <LinkButton href={`#/wallet/send?to=${encodeURIComponent(row.address)}`} size="sm">
                    {t('wallet.book.send', { name: row.name })}
                  </LinkButton>
                  <Button
                    kind="ghost"
                    size="sm"
                    icon="wrench"
                    label={t('wallet.book.edit', { name: row.name })}
                    onPress={() => setEditing(row)}
                  />
                  <Button
                    kind="ghost"
                    size="sm"
                    icon="trash"
                    label={t('wallet.book.remove', { name: row.name })}
                    isBusy={remove.busy}
                    onPress={() => void remove.run({ address: row.address }).then((value) => (value === undefined ? undefined : changed()))}
                  />
                </span>
              </td>
            </tr>
          ))}
        </Table>
      </Card>
      <Entry key={editing?.address ?? `new ${turn}`} entry={editing} onSaved={changed} onLeave={() => setEditing(null)} />
      <BookFile onChanged={changed} />
    </div>
  )
}

function Entry({ entry, onSaved, onLeave }: { entry: BookEntry | null; onSaved: () => void; onLeave: () => void }): ReactNode {
  const t = useText()
  const put = useCall('wallet.bookPut')
  const { named } = useNamedAddresses()
  const [fields, setFields] = useState(entry ?? EMPTY)
  const [sureOf, setSureOf] = useState('')
  const address = fields.address.trim()
  const likeness = useLikeness(entry ? '' : address, named)
  const isSure = likeness === undefined || sureOf === address
  const change =
    (name: keyof typeof EMPTY) =>
    (text: string): void => {
      setFields({ ...fields, [name]: text })
      put.clear()
    }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isSure) return
    void put.run({ address, name: fields.name, note: fields.note }).then((value) => (value === undefined ? undefined : onSaved()))
  }
  const nameError = nameProblem(t, put.error)
  const addressError = put.error?.code === 'address-invalid' ? fieldSentence(t, put.error) : null
  return (
    <Card title={entry ? t('wallet.book.edit', { name: entry.name }) : t('wallet.book.add')} padded>
      <form onSubmit={submit} className="grid gap-3.5">
        <div className="grid grid-cols-2 items-start gap-3.5 max-[640px]:grid-cols-1">
          <Field label={t('wallet.book.name')} value={fields.name} onChange={change('name')} maxLength={40} error={nameError} />
          <Field label={t('wallet.book.note')} value={fields.note} onChange={change('note')} maxLength={200} />
        </div>
        <Field
          label={t('wallet.book.address')}
          value={fields.address}
          onChange={change('address')}
          mono
          maxLength={100}
          error={addressError}
          isDisabled={entry !== null}
        />
        <AddressCheck
          address={entry ? '' : address}
          named={named}
          likeness={likeness}
          isSure={isSure}
          onSure={(sure) => setSureOf(sure ? address : '')}
          onUse={change('address')}
        />
        {put.error !== null && nameError === null && addressError === null ? <ErrorNote error={put.error} /> : null}
        <div className="flex gap-2">
          <Button type="submit" kind="pri" isBusy={put.busy} isDisabled={address === '' || fields.name.trim() === '' || !isSure}>
            {t(entry ? 'wallet.book.save' : 'wallet.book.add')}
          </Button>
          {entry ? <Button onPress={onLeave}>{t('ui.cancel')}</Button> : null}
        </div>
      </form>
    </Card>
  )
}

function nameProblem(t: Words, error: ApiError | null): string | null {
  const problem = error?.code === 'invalid-request' ? error.detail?.['problem'] : undefined
  if (problem === 'name-taken') return t('wallet.book.nameTaken')
  return problem === 'full' ? t('wallet.book.full') : null
}
