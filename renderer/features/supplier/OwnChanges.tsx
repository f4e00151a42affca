import type { ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { whole } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Hash } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Table } from '#renderer/ui/Table.tsx'

/** What happened to own addresses without Hearth: each stands until the user has said that it was them. */
export function OwnChanges(): ReactNode {
  const t = useText()
  const changes = useAppState((state) => state.health.ownChanges)
  const seen = useCall('ownChanges.seen')
  const nameOf = useSupplierName()
  if (changes.length === 0) return null
  return (
    <Card title={t('supplier.own.title')} aside={t('supplier.own.aside')}>
      <div className="grid gap-2 px-4 pt-2 pb-3">
        <Note tone="bad">{t('supplier.own.text')}</Note>
        {[...new Set(changes.map((change) => change.kind))].map((kind) => {
          const newest = changes.find((change) => change.kind === kind)
          return newest === undefined ? null : (
            <p key={kind} className="text-small text-text-2">
              {keyed(t, 'attentionMore', `own-${kind}`, { ...newest.facts, height: String(newest.height) })}
            </p>
          )
        })}
      </div>
      <Table
        caption={t('supplier.own.title')}
        dense
        columns={[
          { key: 'what', title: t('supplier.own.what') },
          { key: 'block', title: t('supplier.own.block'), right: true },
          { key: 'hash', title: t('supplier.own.hash') },
          { key: 'seen', title: '' },
        ]}
      >
        {changes.map((change) => (
          <tr key={change.id}>
            <td>
              <span className="font-medium">{keyed(t, 'ownChanges', change.kind, change.facts)}</span>
              {nameOf(change.facts['operatorAddress']) === null ? null : (
                <span className="text-text-3">, {nameOf(change.facts['operatorAddress'])}</span>
              )}
            </td>
            <td className="r">{whole(change.height)}</td>
            <td>{change.hash === null ? '–' : <Hash value={change.hash} name={t('supplier.own.hash')} />}</td>
            <td className="r">
              <Button size="sm" isBusy={seen.busy} onPress={() => void seen.run({ ids: [change.id] })}>
                {t('supplier.own.seen')}
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      <ErrorNote error={seen.error} className="m-4" />
      {changes.length > 1 ? (
        <div className="px-4 py-3">
          <Button size="sm" isBusy={seen.busy} onPress={() => void seen.run({ ids: changes.map((change) => change.id) })}>
            {t('supplier.own.seenAll')}
          </Button>
        </div>
      ) : null}
    </Card>
  )
}
