import { Fragment, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useAppState, useNow, useQuery, useRealNow } from '#renderer/bridge/hooks.ts'
import { age, bytes, shortDigest, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import { iconOfKind, troubleWords } from './node-words.ts'
import { NodeButtons } from './NodeButtons.tsx'

const COLUMNS = 9
/** While it is open, load is measured more often; said again before that ends. */
const LOOK_MS = 10_000

/** The Pocket parts first, then what is served from. */
export function NodesTable({ nodes, isLoading }: { nodes: NodeState[]; isLoading: boolean }): ReactNode {
  const t = useText()
  useQuery('nodes.look', {}, Math.floor(useRealNow(LOOK_MS) / LOOK_MS))
  const groups = [
    { key: 'pocket', title: t('nodes.list.groupPocket'), rows: nodes.filter((node) => node.kind !== 'backend') },
    { key: 'backends', title: t('nodes.list.groupBackends'), rows: nodes.filter((node) => node.kind === 'backend') },
  ].filter((group) => group.rows.length > 0)
  return (
    <Card title={t('nodes.list.title')}>
      <div className="mt-2">
        <Table
          caption={t('nodes.list.title')}
          columns={[
            { key: 'node', title: t('nodes.list.node') },
            { key: 'state', title: t('nodes.list.state') },
            { key: 'height', title: t('nodes.list.height'), right: true },
            { key: 'memory', title: t('nodes.list.memory'), right: true },
            { key: 'cpu', title: t('nodes.list.cpu'), right: true },
            { key: 'port', title: t('nodes.list.port') },
            { key: 'version', title: t('nodes.list.version') },
            { key: 'age', title: t('nodes.list.age'), right: true },
            { key: 'actions', title: t('nodes.list.actions'), right: true },
          ]}
        >
          {isLoading ? <SkeletonRows columns={COLUMNS} /> : null}
          {groups.map((group) => (
            <Fragment key={group.key}>
              <tr>
                <th scope="rowgroup" colSpan={COLUMNS} className="border-t border-line bg-sunken !py-1 text-text-2">
                  {group.title}
                </th>
              </tr>
              {group.rows.map((node) => (
                <Row key={node.id} node={node} />
              ))}
            </Fragment>
          ))}
        </Table>
      </div>
    </Card>
  )
}

function Row({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow(5_000)
  const nodes = useAppState((state) => state.nodes)
  const trouble = troubleWords(t, node, nodes)
  const none = t('ui.nothing')
  const isOld = node.seen === 'unknown'
  return (
    <tr className={`hover:bg-hover ${isOld ? 'text-text-2' : ''}`}>
      <td className="!h-[50px]">
        <a
          href={`#/nodes/${encodeURIComponent(node.id)}`}
          className="inline-flex items-center gap-2 rounded-[5px] align-middle font-medium hover:underline"
        >
          <Icon name={iconOfKind(node.kind)} size={14} className="text-text-2" />
          {node.title}
        </a>
      </td>
      <td className="wrap !py-1">
        <StatusChip status={nodeStatus(t, node)} />
        {trouble === null ? null : (
          <div className={`max-w-[230px] text-caption ${node.error === null ? 'text-text-3' : 'text-bad'}`}>{trouble}</div>
        )}
      </td>
      <td className="r">{node.height === null ? none : whole(node.height)}</td>
      <td className="r">
        <span className="block leading-4">{node.memoryBytes === null ? none : bytes(node.memoryBytes)}</span>
        {node.memoryBytes !== null && node.memoryLimitBytes !== null ? (
          <span className="block text-caption leading-[14px] text-text-3">
            {t('nodes.list.memoryOf', { limit: bytes(node.memoryLimitBytes) })}
          </span>
        ) : null}
      </td>
      <td className="r">{node.cpuPercent === null ? none : `${Math.round(node.cpuPercent)}\u00a0%`}</td>
      <td className="mono">{Object.values(node.ports).join(', ') || none}</td>
      <td>
        <span className="block leading-4">{node.version || none}</span>
        <span className="mono block text-caption leading-[14px] text-text-3" title={node.digest}>
          {shortDigest(node.digest)}
        </span>
      </td>
      <td className="r text-text-3">{node.atMs === 0 ? none : t('nodes.list.ageOf', { age: age(now - node.atMs) })}</td>
      <td className="r">
        {node.kind === 'keeper' ? (
          <span className="text-caption text-text-3">{t('nodes.list.withMiner')}</span>
        ) : (
          <NodeButtons node={node} compact />
        )}
      </td>
    </tr>
  )
}
