import type { ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { bytes, shortDigest } from '#renderer/text/format.ts'
import { keyed, useText, type Words } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { largestUnderWay, pullBytes, type Pull } from './pulls.ts'

const DONE = 'color-mix(in oklab, var(--ok-fill) 75%, var(--surface))'

/** Images while they come, then the containers made of them. @param idle what stands there before */
export function Containers({ task, idle }: { task: TaskState | undefined; idle: string }): ReactNode {
  const t = useText()
  const nodes = useAppState((state) => Object.values(state.nodes))
  const pulls = task?.pulls ?? []
  const wide = largestUnderWay(pulls)
  return (
    <Card title={t('home.start.containers')}>
      <div className="lines mt-2.5">
        {pulls.map((pull) => (
          <div key={pull.reference} className="!py-[11px]">
            <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3">
              <div className="flex min-w-0 items-baseline gap-2">
                <span className="font-medium whitespace-nowrap">{pull.title}</span>
                <span className="truncate text-small text-text-3">{pull.reference}</span>
              </div>
              <StatusChip status={pullStatus(t, pull)} />
            </div>
            {pull === wide ? <Layers pull={pull} /> : pull.layers.length > 0 && pull.status !== 'waiting' ? <Segments pull={pull} /> : null}
          </div>
        ))}
        {nodes.map((node) => (
          <div key={node.id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3 !py-[11px]">
            <div className="flex min-w-0 items-baseline gap-2">
              <a className="font-medium whitespace-nowrap hover:underline" href={`#/nodes/${encodeURIComponent(node.id)}`}>
                {node.title}
              </a>
              <span className="truncate text-small text-text-3">
                {node.reason
                  ? keyed(t, 'reasons', node.reason.key, node.reason.facts)
                  : [node.version, shortDigest(node.digest)].filter(Boolean).join(' · ')}
              </span>
            </div>
            <StatusChip status={nodeStatus(t, node)} />
          </div>
        ))}
        {pulls.length + nodes.length === 0 ? <p className="text-text-2">{idle}</p> : null}
      </div>
    </Card>
  )
}

function pullStatus(t: Words, pull: Pull): Status {
  const { current, total } = pullBytes(pull)
  const isUnpacking = pull.layers.length > 0 && pull.layers.every((layer) => layer.status === 'unpacking' || layer.status === 'ready')
  switch (pull.status) {
    case 'waiting':
      return { tone: 'idle', icon: 'circle-dashed', word: t('home.start.waits') }
    case 'ready':
      return {
        tone: 'ok',
        icon: 'circle-check',
        word: total > 0 ? t('home.start.ready', { total: bytes(total) }) : t('home.start.readyShort'),
      }
    case 'failed':
      return { tone: 'bad', icon: 'circle-x', word: t('home.start.failedPull') }
    case 'fetching':
      return isUnpacking
        ? { tone: 'info', icon: 'archive', word: t('home.start.unpacking', { total: bytes(total) }) }
        : { tone: 'info', icon: 'arrow-down-to-line', word: t('home.start.fetching', { current: bytes(current), total: bytes(total) }) }
  }
}

/** One row per layer, only for the image that is under way and largest. */
function Layers({ pull }: { pull: Pull }): ReactNode {
  const t = useText()
  const tone = { waiting: 'text-text-3', fetching: 'text-info', unpacking: 'text-info', ready: 'text-ok' }
  return (
    <ol className="mt-[9px] list-none rounded-[8px] bg-sunken py-[5px] num" aria-label={t('home.start.layers', { title: pull.title })}>
      {pull.layers.map((layer, index) => (
        <li
          key={layer.id}
          className="grid h-6 grid-cols-[24px_112px_minmax(0,1fr)_136px_76px] items-center gap-2.5 px-3 text-small max-[640px]:grid-cols-[14px_minmax(0,1fr)_auto_auto]"
        >
          <span className="text-text-3">{index + 1}</span>
          <span className="mono truncate text-text-2 max-[640px]:hidden">{shortDigest(layer.id)}</span>
          <ProgressBar
            value={layer.totalBytes === 0 ? (layer.status === 'ready' ? 1 : 0) : layer.currentBytes / layer.totalBytes}
            label={shortDigest(layer.id)}
            {...(layer.status === 'ready' || layer.status === 'unpacking' ? { color: DONE } : {})}
          />
          <span className="text-right text-text-2">
            {layer.totalBytes === 0
              ? ''
              : layer.currentBytes >= layer.totalBytes
                ? bytes(layer.totalBytes)
                : t('home.start.layerOf', { current: bytes(layer.currentBytes), total: bytes(layer.totalBytes) })}
          </span>
          <span className={tone[layer.status]}>{t(`home.start.layer.${layer.status}`)}</span>
        </li>
      ))}
    </ol>
  )
}

/** One bar, segments as wide as their bytes. */
function Segments({ pull }: { pull: Pull }): ReactNode {
  const { current, total } = pullBytes(pull)
  return (
    <div
      className="mt-2 flex h-[7px] gap-0.5"
      role="progressbar"
      aria-label={pull.title}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={total === 0 ? 0 : Math.round((100 * current) / total)}
    >
      {pull.layers.map((layer) => {
        const share = layer.totalBytes === 0 ? 1 : Math.min(1, layer.currentBytes / layer.totalBytes)
        return (
          <i
            key={layer.id}
            className="relative min-w-[5px] overflow-hidden rounded-[2.5px] bg-idle-soft"
            style={{ flex: Math.max(1, layer.totalBytes) }}
          >
            <b
              className="absolute inset-y-0 left-0"
              style={{ width: `${share * 100}%`, background: share === 1 ? DONE : 'var(--info-fill)' }}
            />
          </i>
        )
      })}
    </div>
  )
}
