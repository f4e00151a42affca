import type { ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { bytes, clockTime, shortDigest, whole } from '#renderer/text/format.ts'
import { keyed, useText, type Words } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import type { Tone } from '#renderer/ui/tone.ts'
import { Verdict } from '#renderer/ui/Verdict.tsx'

const ORDER: NodeState['kind'][] = ['relay-miner', 'keeper', 'chain-node', 'backend']

/** What runs on this PC, the Pocket parts first. */
export function Nodes(): ReactNode {
  const t = useText()
  const nodes = useAppState((state) => Object.values(state.nodes).sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)))
  const verdict = listVerdict(t, nodes)
  const seenAtMs = Math.max(0, ...nodes.map((node) => node.atMs))
  return (
    <>
      <Verdict tone={verdict.tone} icon={verdict.icon} title={verdict.title} text={nodes.length === 0 ? t('nodes.list.empty') : t('nodes.verdict.text', { time: clockTime(seenAtMs, true) })}>
        {nodes.length === 0 ? (
          <LinkButton href="#/start" kind="pri">
            {t('nodes.list.start')}
          </LinkButton>
        ) : null}
      </Verdict>
      <Card title={t('nodes.list.title')}>
        <div className="mt-2">
          <Table
            caption={t('nodes.list.title')}
            columns={[
              { key: 'node', title: t('nodes.list.node') },
              { key: 'state', title: t('nodes.list.state') },
              { key: 'height', title: t('nodes.list.height'), right: true },
              { key: 'cpu', title: t('nodes.list.cpu'), right: true },
              { key: 'memory', title: t('nodes.list.memory'), right: true },
              { key: 'port', title: t('nodes.list.port') },
              { key: 'version', title: t('nodes.list.version') },
            ]}
            {...(nodes.length === 0 ? { empty: t('nodes.list.empty') } : {})}
          >
            {nodes.map((node) => (
              <tr key={node.id} className="hover:bg-hover">
                <td className="!h-[46px]">
                  <a href={`#/nodes/${encodeURIComponent(node.id)}`} className="font-medium">
                    {node.title}
                  </a>
                  <div className="text-caption text-text-3">{t(`nodes.kindText.${node.kind}`)}</div>
                </td>
                <td>
                  <StatusChip status={nodeStatus(t, node)} />
                  {node.reason === null ? null : <div className="text-caption text-text-3">{keyed(t, 'reasons', node.reason.key, node.reason.facts)}</div>}
                </td>
                <td className="r">{node.height === null ? '–' : whole(node.height)}</td>
                <td className="r">{node.cpuPercent === null ? '–' : `${Math.round(node.cpuPercent)} %`}</td>
                <td className="r">{node.memoryBytes === null ? '–' : bytes(node.memoryBytes)}</td>
                <td className="mono">{Object.values(node.ports).join(', ') || '–'}</td>
                <td>
                  <span className="block leading-4">{node.version || '–'}</span>
                  <span className="mono block text-caption leading-[14px] text-text-3">{shortDigest(node.digest)}</span>
                </td>
              </tr>
            ))}
          </Table>
        </div>
      </Card>
      {nodes.some((node) => node.seen === 'failing' && node.lastLines.length > 0) ? <FailingLines nodes={nodes} /> : null}
    </>
  )
}

/** The last words of what fails, without a click. */
function FailingLines({ nodes }: { nodes: NodeState[] }): ReactNode {
  const t = useText()
  return nodes
    .filter((node) => node.seen === 'failing' && node.lastLines.length > 0)
    .map((node) => (
      <Card key={node.id} title={node.title} aside={t('nodes.detail.says')} className="mt-3.5">
        <div className="log mono mt-2 rounded-b-card border-t border-line px-4 py-2 text-text-2">
          {node.lastLines.map((line) => (
            <div key={line} className="truncate">
              {line}
            </div>
          ))}
        </div>
      </Card>
    ))
}

function listVerdict(t: Words, nodes: NodeState[]): { tone: Tone; icon: IconName; title: string } {
  const running = nodes.filter((node) => node.seen === 'running').length
  const failing = nodes.filter((node) => node.seen === 'failing')
  if (nodes.length === 0) return { tone: 'idle', icon: 'boxes', title: t('nodes.verdict.none') }
  if (failing[0]) return { tone: 'bad', icon: 'circle-x', title: t('nodes.verdict.failing', { count: failing.length, title: failing[0].title }) }
  if (running === nodes.length) return { tone: 'ok', icon: 'check', title: t('nodes.verdict.all', { count: running }) }
  if (running === 0 && nodes.every((node) => node.wanted === 'stopped')) return { tone: 'idle', icon: 'circle-pause', title: t('nodes.verdict.stopped') }
  return { tone: 'info', icon: 'boxes', title: t('nodes.verdict.some', { running, all: nodes.length }) }
}

/** For other files of this feature. */
export const iconOfKind = (kind: NodeState['kind']): IconName => ({ 'chain-node': 'link', backend: 'boxes', keeper: 'key-round', 'relay-miner': 'radio-tower' })[kind] as IconName
