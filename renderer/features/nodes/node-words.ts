import type { AppState, NodeState } from '#shared/api/state.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { errorText } from '#renderer/text/errors.ts'
import { keyed, type Words } from '#renderer/text/text.ts'
import type { IconName } from '#renderer/ui/icons.tsx'

const ICONS: Record<NodeState['kind'], IconName> = {
  'chain-node': 'link',
  backend: 'boxes',
  keeper: 'key-round',
  'relay-miner': 'radio-tower',
  ingress: 'shield-check',
}

/** Icon of a kind of node. */
export const iconOfKind = (kind: NodeState['kind']): IconName => ICONS[kind]

/** Whether serving, or the chain itself, ends with this node: then stopping has a price that the session clock knows. */
export const endsServing = (kind: NodeState['kind']): boolean => kind === 'relay-miner' || kind === 'chain-node'

/** What a node waits for, with other nodes called by their titles; null when it waits for nothing. */
export function reasonWords(t: Words, node: NodeState, nodes: AppState['nodes']): string | null {
  if (node.reason === null) return null
  const other = node.reason.facts['nodeId']
  const facts = other === undefined ? node.reason.facts : { ...node.reason.facts, nodeId: nodes[other]?.title ?? other }
  return keyed(t, 'reasons', facts['cause'] === 'memory' ? `${node.reason.key}-memory` : node.reason.key, facts)
}

/** Why it is not well, in one sentence: what failed before what is waited for. */
export function troubleWords(t: Words, node: NodeState, nodes: AppState['nodes']): string | null {
  return node.error === null ? reasonWords(t, node, nodes) : errorText(t, node.error).text
}

/** What a port of a container is for, and its number inside. */
export function portWords(t: Words, node: NodeState, containerPort: number): string {
  const name = CATALOG.find((entry) => entry.id === node.catalogId)?.ports.find((port) => port.containerPort === containerPort)?.name
  return name === 'rpc' || name === 'rest' || name === 'relays' || name === 'metrics'
    ? t('nodes.detail.portInside', { name: t(`nodes.portName.${name}`), inside: containerPort })
    : t('nodes.detail.portInsideOnly', { inside: containerPort })
}
