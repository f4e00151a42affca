import type { ReactNode } from 'react'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** A hash in groups that two people can read to each other. */
export function GroupedHash({ hash, what }: { hash: string; what: string }): ReactNode {
  return (
    <div className="mt-2 flex items-start gap-2">
      <code className="mono flex min-w-0 flex-1 flex-wrap gap-x-2.5 rounded-[6px] bg-sunken px-2 py-1.5 text-caption" aria-label={hash}>
        {(hash.match(/.{1,8}/g) ?? []).map((part, at) => (
          <span key={at}>{part}</span>
        ))}
      </code>
      <CopyButton value={hash} what={what} />
    </div>
  )
}

/** The question that stands before the first signature on a network of others: endpoints named a chain, and the user says whether it is the one. Nothing while nobody has to be asked. */
export function IsRightChain(): ReactNode {
  const t = useText()
  const found = useAppState((state) => state.chain.found ?? null)
  const network = useAppState((state) => networkOf(state.app.network).title)
  const confirm = useCall('chain.confirm')
  if (found === null) return null
  const say = (isRight: boolean): void => void confirm.run({ block1Hash: found.block1Hash, isRight })
  return (
    <Note tone="warn" className="mx-4 mb-3">
      <div className="font-semibold">{t('chain.right.title', { network })}</div>
      <p>{t('chain.right.text', { network, hosts: found.hosts.join(` ${t('chain.right.and')} `) })}</p>
      <GroupedHash hash={found.block1Hash} what={t('chain.right.hash')} />
      <p className="mt-1 text-small text-text-2">{t('chain.right.compare', { id: found.chainId, genesis: found.genesisTime })}</p>
      <ErrorNote error={confirm.error} className="mt-2" />
      <div className="mt-2.5 flex flex-wrap gap-2">
        <Button kind="pri" size="sm" onPress={() => say(true)} isBusy={confirm.busy}>
          {t('chain.right.yes', { network })}
        </Button>
        <Button size="sm" onPress={() => say(false)} isBusy={confirm.busy}>
          {t('chain.right.no')}
        </Button>
      </div>
    </Note>
  )
}
