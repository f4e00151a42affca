import { useEffect, useState, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useQuery } from '#renderer/bridge/hooks.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { LogView } from '#renderer/ui/LogView.tsx'

const TAIL = 500
const EVERY_MS = 1_500

/** The log: follow or hold, find, copy. */
export function LogCard({ node, height }: { node: NodeState; height: number | string }): ReactNode {
  const t = useText()
  const [isFollowing, setFollowing] = useState(true)
  const [find, setFind] = useState('')
  const [turn, setTurn] = useState(0)
  const log = useQuery('nodes.logs', node.seen === 'absent' ? null : { nodeId: node.id, tail: TAIL }, turn)
  const isAbsent = node.seen === 'absent'
  useEffect(() => {
    if (!isFollowing || isAbsent) return undefined
    const timer = setInterval(() => setTurn((before) => before + 1), EVERY_MS)
    return () => clearInterval(timer)
  }, [isFollowing, isAbsent])
  const lines = log.value?.lines ?? []
  const needle = find.trim().toLowerCase()
  const found = needle === '' ? 0 : lines.filter((line) => line.text.toLowerCase().includes(needle)).length
  const text = lines.map((line) => `${clockTime(line.timeMs, true)} ${line.text}`).join('\n')
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-center gap-2 px-4 pt-2.5 pb-2.5">
        <h2 className="h2">{t('nodes.detail.log')}</h2>
        <span className="flex-1" />
        {needle === '' ? <span className="text-small text-text-3">{t(isFollowing ? 'ui.log.following' : 'ui.log.held')}</span> : <span className="text-small text-text-3 num">{t('ui.log.found', { count: found })}</span>}
        <div className="field-box !h-7 w-[170px]">
          <Icon name="search" size={14} className="text-text-3" />
          <input value={find} onChange={(event) => setFind(event.target.value)} aria-label={t('ui.log.find')} placeholder={t('ui.log.find')} className="text-small" />
        </div>
        <Button kind="ghost" size="sm" icon={isFollowing ? 'pause' : 'play'} onPress={() => setFollowing(!isFollowing)}>
          {t(isFollowing ? 'ui.log.hold' : 'ui.log.follow')}
        </Button>
        <CopyButton value={text} what={t('nodes.detail.log')} />
      </div>
      {log.error === null ? null : <ErrorNote error={log.error} className="px-4 pb-3" />}
      <div className="border-t border-line">
        <LogView lines={lines} following={isFollowing} find={find} height={height} />
      </div>
    </Card>
  )
}
