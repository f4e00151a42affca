import type { ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { bytes, shortDigest } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'
import { ChangePort } from './ChangePort.tsx'
import { portWords } from './node-words.ts'

/** What it is made of, as it runs. */
export function ContainerCard({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const wanted =
    node.wanted === 'running'
      ? 'nodes.detail.wantedRunning'
      : node.wantedBy === 'user'
        ? 'nodes.detail.wantedStopped'
        : 'nodes.detail.wantedStoppedUs'
  const ports = Object.entries(node.ports)
  return (
    <Card title={t('nodes.detail.container')} padded>
      <p className="mb-3 text-small text-text-2">{t(`nodes.kindText.${node.kind}`)}</p>
      <Facts
        rows={[
          [t('nodes.detail.wanted'), t(wanted)],
          [t('nodes.detail.version'), node.version || t('ui.nothing')],
          [
            t('nodes.detail.image'),
            <span key="image" className="mono break-all">
              {node.image || t('ui.nothing')}
            </span>,
          ],
          [t('nodes.detail.digest'), <Digest key="digest" value={node.digest} />],
        ]}
      />
      <div className="mt-3 border-t border-line pt-3">
        <h3 className="mb-1 text-small font-medium">{t('nodes.detail.ports')}</h3>
        {ports.length === 0 ? <div className="text-small text-text-3">{t('nodes.detail.noPorts')}</div> : null}
        {ports.map(([inside, host]) => (
          <div key={inside} className="flex items-center gap-2">
            <span className="min-w-0 flex-1">
              <span className="mono">{t('nodes.detail.port', { host })}</span>
              <span className="block text-caption text-text-3">{portWords(t, node, Number(inside))}</span>
            </span>
            <ChangePort node={node} containerPort={Number(inside)} hostPort={host} />
          </div>
        ))}
      </div>
      {node.memoryBytes === null || node.memoryLimitBytes === null || node.memoryLimitBytes === 0 ? null : (
        <div className="mt-3 border-t border-line pt-3">
          <div className="mb-1.5 flex justify-between text-small text-text-2 num">
            <span>{t('nodes.detail.memory')}</span>
            <span>
              {bytes(node.memoryBytes)} {t('nodes.detail.memorySub', { limit: bytes(node.memoryLimitBytes) })}
            </span>
          </div>
          <ProgressBar value={node.memoryBytes / node.memoryLimitBytes} label={t('nodes.detail.memory')} color="var(--s2)" />
        </div>
      )}
    </Card>
  )
}

function Digest({ value }: { value: string }): ReactNode {
  const t = useText()
  if (value === '') return t('ui.nothing')
  return (
    <span className="inline-flex items-center">
      <span className="mono" title={value}>
        {shortDigest(value)}
      </span>
      <CopyButton value={value} what={t('nodes.detail.digest')} />
    </span>
  )
}
