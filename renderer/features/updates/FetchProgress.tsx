import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { bytes } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'

/** How far the image of this version is; nothing while none is fetched. */
export function FetchProgress({ version }: { version: string }): ReactNode {
  const t = useText()
  const layers = useAppState(
    (state) =>
      Object.values(state.tasks).find(
        (task) => task.kind === 'image-fetch' && task.status === 'running' && task.facts['version'] === version,
      )?.pulls[0]?.layers,
  )
  if (layers === undefined) return null
  const done = layers.reduce((sum, layer) => sum + layer.currentBytes, 0)
  const total = layers.reduce((sum, layer) => sum + layer.totalBytes, 0)
  const words = t('updates.open.progress', { done: bytes(done), total: bytes(total) })
  return (
    <div className="grid gap-1">
      <ProgressBar value={total === 0 ? 0 : done / total} label={words} />
      <span className="num text-small text-text-3">{words}</span>
    </div>
  )
}
