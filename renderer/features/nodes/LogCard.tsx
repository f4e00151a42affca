import { useCallback, useMemo, useState, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import type { LogLevel } from '#shared/model/log-level.ts'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { LogView } from '#renderer/ui/LogView.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { createLogSearch, type LogLines } from './log-lines.ts'
import { ExplainedLine } from './ExplainedLine.tsx'
import { LogCopy, LogSave } from './LogOut.tsx'
import { useLog } from './use-log.ts'

/** The log, or why there is none. @param full with everything to search it, for a page of its own */
export function LogCard({ node, height, full = false }: { node: NodeState; height: number | string; full?: boolean }): ReactNode {
  const t = useText()
  const none = node.kind === 'keeper' ? t('nodes.detail.logKeeper') : node.seen === 'absent' ? t('nodes.detail.logAbsent') : null
  if (none === null) return <Log key={node.id} node={node} height={height} full={full} />
  return (
    <Card title={t('nodes.detail.log')} padded>
      <p className="text-text-2">{none}</p>
    </Card>
  )
}

/** The chosen line takes its room from the lines, so that nothing under the log moves. */
const EXPLAINED_PX = 132
const LEVELS = ['debug', 'warn', 'error'] as const satisfies LogLevel[]

/** Follow or hold, find, filter, jump, explain, copy, save. */
function Log({ node, height, full }: { node: NodeState; height: number | string; full: boolean }): ReactNode {
  const t = useText()
  const [isFollowing, setFollowing] = useState(true)
  const [find, setFind] = useState('')
  const [from, setFrom] = useState<LogLevel>('debug')
  const [chosen, setChosen] = useState<number | null>(null)
  const [goTo, setGoTo] = useState<{ number: number } | null>(null)
  const [search] = useState(createLogSearch)
  const log = useLog(node.id, isFollowing)
  const { readOlder } = log
  const lines = useMemo<LogLines>(() => log.held?.lines ?? [], [log.held])
  const needle = find.trim().toLowerCase()
  const found = useMemo(() => search(lines, { needle, from }), [search, lines, needle, from])
  const line = chosen === null ? undefined : found.find((candidate) => candidate.number === chosen)
  const px = typeof height === 'number' ? `${height}px` : height
  const isFiltered = needle !== '' || from !== 'debug'

  /** All that can be had, so that what is sought is found wherever it stands; or until a line is older than `untilMs`. */
  const readBack = useCallback(
    async (untilMs: number): Promise<LogLines> => {
      let held = await readOlder()
      for (;;) {
        const first = held?.lines[0]
        if (!held || !first) return []
        if (!held.older || first.timeMs <= untilMs) return held.lines
        const next = await readOlder()
        // It failed, which the note above the lines says, or there is no room for more.
        if (!next || next.lines[0]?.number === first.number) return held.lines
        held = next
      }
    },
    [readOlder],
  )
  const jump = async (ms: number): Promise<void> => {
    setFollowing(false)
    const all = await readBack(ms)
    const target = all.find((candidate) => candidate.timeMs >= ms) ?? all.at(-1)
    if (!target) return
    setChosen(target.number)
    setGoTo({ number: target.number })
  }
  const choose = (number: number): void => {
    // Who reads a line does not want it to move away.
    setFollowing(false)
    setChosen(number)
  }
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-center gap-2 px-4 pt-2.5 pb-2.5">
        <h2 className="h2">{t('nodes.detail.log')}</h2>
        <span className="flex-1" />
        <span className="text-small text-text-3 num" role="status">
          {isFiltered
            ? t('ui.log.found', { count: found.length })
            : full && lines.length > 0
              ? t(isFollowing ? 'nodes.log.followingOf' : 'nodes.log.heldOf', { lines: whole(lines.length) })
              : t(isFollowing ? 'ui.log.following' : 'ui.log.held')}
        </span>
        {full ? (
          <span className="seg" role="group" aria-label={t('nodes.log.levels')}>
            {LEVELS.map((level) => (
              <button key={level} type="button" aria-pressed={from === level} onClick={() => setFrom(level)}>
                {t(`nodes.log.level.${level}`)}
              </button>
            ))}
          </span>
        ) : null}
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
        {full ? <JumpTo onJump={(ms) => void jump(ms)} /> : null}
        <Button
          kind="ghost"
          size="sm"
          icon={isFollowing ? 'pause' : 'play'}
          onPress={() => {
            setFollowing(!isFollowing)
            if (!isFollowing) setChosen(null)
          }}
        >
          {t(isFollowing ? 'ui.log.hold' : 'ui.log.follow')}
        </Button>
        <LogCopy lines={found} />
        {full ? <LogSave lines={found} nodeId={node.id} /> : null}
      </div>
      <ErrorNote error={log.error} className="px-4 pb-3" />
      {isFollowing ? null : <div className="border-t border-line bg-warn-soft px-4 py-1 text-small">{t('nodes.detail.logHeld')}</div>}
      {isFiltered && log.held?.older === true ? (
        <div className="flex items-center gap-2 border-t border-line px-4 py-1 text-small text-text-2 num">
          {t('nodes.log.searched', { lines: whole(lines.length) })}
          <Button kind="ghost" size="sm" isBusy={log.isGoingBack} onPress={() => void readBack(-Infinity)}>
            {t('nodes.log.searchAll')}
          </Button>
        </div>
      ) : null}
      <div className="border-t border-line">
        {log.held === null && log.error === null ? (
          <div className="log px-4 py-3" style={{ height }}>
            <Skeleton width="60%" />
          </div>
        ) : (
          <LogView
            lines={found}
            following={isFollowing}
            needle={needle}
            height={line ? `calc(${px} - ${EXPLAINED_PX}px)` : height}
            chosen={chosen}
            onChoose={choose}
            goTo={goTo}
            {...(log.held === null ? {} : { gaps: log.held.gaps })}
            onHold={() => setFollowing(false)}
            {...(isFollowing ? {} : { onNearTop: () => void readOlder() })}
          />
        )}
      </div>
      {line ? <ExplainedLine line={line} height={EXPLAINED_PX} onClose={() => setChosen(null)} /> : null}
    </Card>
  )
}

/** Date and time of this PC's clock; Enter goes there. */
function JumpTo({ onJump }: { onJump: (ms: number) => void }): ReactNode {
  const t = useText()
  const [text, setText] = useState('')
  const ms = Date.parse(text)
  return (
    <form
      className="flex items-center gap-1"
      onSubmit={(event) => {
        event.preventDefault()
        if (!Number.isNaN(ms)) onJump(ms)
      }}
    >
      <div className="field-box !h-7">
        <input
          type="datetime-local"
          step={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-label={t('nodes.log.jumpLabel')}
          className="text-small"
        />
      </div>
      <Button kind="ghost" size="sm" type="submit" isDisabled={Number.isNaN(ms)}>
        {t('nodes.log.jump')}
      </Button>
    </form>
  )
}
