import { useState, type ReactNode } from 'react'
import { useAppState, useQuery, useRealNow } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import type { RequestOutput } from '#shared/api/requests.ts'
import { AddKey, type Adding } from './AddKey.tsx'
import { Backups } from './Backups.tsx'
import { ChangePassword } from './ChangePassword.tsx'
import { Fences } from './Fences.tsx'
import { KeyDetail } from './KeyDetail.tsx'
import { RestoreBackup } from './RestoreBackup.tsx'
import { UnlockChoice } from './UnlockChoice.tsx'
import { WatchAddress } from './WatchAddress.tsx'

type Details = RequestOutput<'keys.details'>

/** Every key with its copies and backups, and what opens the vault. */
export function Keys(): ReactNode {
  const t = useText()
  const kind = useAppState((state) => state.vault.kind)
  const revision = useAppState((state) => state.custody.revision)
  const details = useQuery('keys.details', {}, revision)
  if (kind === 'absent' || kind === 'damaged')
    return (
      <div className="grid gap-3.5">
        {kind === 'absent' ? <p className="text-text-2">{t('vaultKeys.absent')}</p> : null}
        <RestoreBackup isDamaged={kind === 'damaged'} />
      </div>
    )
  return (
    <div className="grid gap-3.5">
      <p className="max-w-[720px] text-text-2">{t('vaultKeys.lead')}</p>
      <Fences />
      <KeyList details={details.value} />
      <ErrorNote error={details.error} />
      <Backups details={details.value} />
      <UnlockChoice offers={details.value?.offers ?? null} />
      <ChangePassword />
    </div>
  )
}

function KeyList({ details }: { details: Details | null }): ReactNode {
  const t = useText()
  const keys = useAppState((state) => Object.values(state.keys).sort((a, b) => a.createdAtMs - b.createdAtMs))
  const [opened, setOpened] = useState<string | null>(null)
  const [adding, setAdding] = useState<Adding | null>(null)
  const [isWatching, setWatching] = useState(false)
  const key = keys.find((one) => one.id === opened)
  return (
    <Card title={t('vaultKeys.title')} aside={t('vaultKeys.count', { count: keys.length })}>
      <Table
        caption={t('vaultKeys.table')}
        columns={[
          { key: 'name', title: t('vaultKeys.name') },
          { key: 'address', title: t('vaultKeys.address') },
          { key: 'copy', title: t('vaultKeys.copy') },
          { key: 'backup', title: t('vaultKeys.backup') },
          { key: 'drill', title: t('vaultKeys.drill') },
          { key: 'more', title: <span className="sr-only">{t('vaultKeys.more')}</span>, right: true },
        ]}
        {...(keys.length === 0 ? { empty: t('vaultKeys.empty') } : {})}
      >
        {keys.map((one) => (
          <Row key={one.id} item={one} detail={details?.rows.find((row) => row.id === one.id)} onOpen={() => setOpened(one.id)} />
        ))}
      </Table>
      <div className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-3">
        <Button icon="key-round" onPress={() => setAdding('make')}>
          {t('vaultKeys.make')}
        </Button>
        <Button onPress={() => setAdding('import')}>{t('vaultKeys.bring')}</Button>
        <Button icon="eye" onPress={() => setWatching(true)}>
          {t('vaultKeys.watch')}
        </Button>
      </div>
      <AddKey adding={adding} onClose={() => setAdding(null)} />
      <WatchAddress isOpen={isWatching} onClose={() => setWatching(false)} />
      {key === undefined ? null : (
        <KeyDetail item={key} detail={details?.rows.find((row) => row.id === key.id)} onClose={() => setOpened(null)} />
      )}
    </Card>
  )
}

function Row({ item, detail, onOpen }: { item: KeyState; detail: Details['rows'][number] | undefined; onOpen: () => void }): ReactNode {
  const t = useText()
  const now = useRealNow(60_000)
  const isWatch = item.kind === 'watch'
  const date = (ms: number | null | undefined): string =>
    isWatch ? t('vaultKeys.notNeeded') : ms === null || ms === undefined ? t('vaultKeys.never') : when(ms, now)
  return (
    <tr>
      <td className="wrap min-w-[130px]">
        <span className="font-medium">{item.name}</span>
        <span className="text-text-3">, {t(`vaultKeys.role.${item.role}`)}</span>
        {isWatch ? <span className="pill tone-idle ml-2 whitespace-nowrap max-[640px]:ml-0">{t('vaultKeys.watched')}</span> : null}
        {item.fenced === null ? null : (
          <span className="pill tone-warn ml-2 whitespace-nowrap max-[640px]:ml-0">{t('vaultKeys.fencedChip')}</span>
        )}
      </td>
      <td>
        <Address value={item.address} short copy name={item.name} />
      </td>
      <td>{date(item.wordsConfirmedAtMs)}</td>
      <td>{date(detail?.backupAtMs)}</td>
      <td>{date(detail?.drillAtMs)}</td>
      <td className="r">
        <Button size="sm" label={t('vaultKeys.moreNamed', { name: item.name })} onPress={onOpen}>
          {t('vaultKeys.more')}
        </Button>
      </td>
    </tr>
  )
}
