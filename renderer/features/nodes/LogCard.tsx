import { useState, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { LogView } from '#renderer/ui/LogView.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { useLog } from './use-log.ts'

/** The log, or why there is none. */
export function LogCard({ node, height }: { node: NodeState; height: number | string }): ReactNode {
  const t = useText()
  const none = node.kind === 'keeper' ? t('nodes.detail.logKeeper') : node.seen === 'absent' ? t('nodes.detail.logAbsent') : null
  if (none === null) return <Log nodeId={node.id} height={height} />
  return (
    <Card title={t('nodes.detail.log')} padded>
      <p className="text-text-2">{none}</p>
    </Card>
  )
}

/** Follow or hold, find, copy. */
function Log({ nodeId, height }: { nodeId: string; height: number | string }): ReactNode {
  const t = useText()
  const [isFollowing, setFollowing] = useState(true)
  const [find, setFind] = useState('')
  const log = useLog(nodeId, isFollowing)
  const lines = log.lines ?? []
  const needle = find.trim().toLowerCase()
  const found = needle === '' ? lines : lines.filter((line) => line.text.toLowerCase().includes(needle))
  const text = found.map((line) => `${clockTime(line.timeMs, true)} ${line.text}`).join('\n')
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-center gap-2 px-4 pt-2.5 pb-2.5">
        <h2 className="h2">{t('nodes.detail.log')}</h2>
        <span className="flex-1" />
        <span className="text-small text-text-3 num" role="status">
          {needle === '' ? t(isFollowing ? 'ui.log.following' : 'ui.log.held') : t('ui.log.found', { count: found.length })}
        </span>
        <div className="field-box !h-7 w-[170px]">
          <Icon name="search" size={14} className="text-text-3" />
          <input
            value={find}
            onChange={(event) => setFind(event.target.value)}
            aria-label={t('ui.log.find')}
            placeholder={t('ui.log.find')}
            className="text-small"
          />
        </div>
        <Button kind="ghost" size="sm" icon={isFollowing ? 'pause' : 'play'} onPress={() => setFollowing(!isFollowing)}>
          {t(isFollowing ? 'ui.log.hold' : 'ui.log.follow')}
        </Button>
        <CopyButton value={text} what={t('nodes.detail.log')} />
      </div>
      <ErrorNote error={log.error} className="px-4 pb-3" />
      {isFollowing ? null : <div className="border-t border-line bg-warn-soft px-4 py-1 text-small">{t('nodes.detail.logHeld')}</div>}
      <div className="border-t border-line">
        {log.lines === null && log.error === null ? (
          <div className="log px-4 py-3" style={{ height }}>
            <Skeleton width="60%" />
          </div>
        ) : (
          <LogView lines={lines} following={isFollowing} find={find} height={height} />
        )}
      </div>
    </Card>
  )
}
