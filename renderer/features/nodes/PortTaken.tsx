import type { ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** A port that another program holds: offers the next free one, and starts with it. */
export function PortTaken({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const taken = node.error?.detail['port'] ?? ''
  const containerPort = containerPortOf(node, taken)
  const suggestion = useQuery('nodes.suggestPort', containerPort === undefined ? null : { nodeId: node.id, containerPort }, taken)
  const change = useCall('nodes.changePort')
  const start = useCall('nodes.start')
  const next = suggestion.value?.hostPort
  const use = (): void => {
    if (next === undefined || containerPort === undefined) return
    void change.run({ nodeId: node.id, containerPort, hostPort: next }).then((value) => (value === undefined ? undefined : start.run({ nodeId: node.id })))
  }
  return (
    <div role="alert" className="mb-3.5">
      <Note tone="bad">
        <div className="font-semibold">{next === undefined ? t('nodes.detail.portTakenLooking', { port: taken }) : t('nodes.detail.portTaken', { port: taken, next })}</div>
        <div className="mono mt-0.5 text-text-3">port-taken</div>
        {next === undefined ? null : (
          <div className="mt-2">
            <Button size="sm" kind="pri" onPress={use} isBusy={change.busy || start.busy}>
              {t('nodes.detail.usePort', { next })}
            </Button>
          </div>
        )}
        <ErrorNote error={suggestion.error ?? change.error ?? start.error} className="mt-2" />
      </Note>
    </div>
  )
}

/** Which of the container's ports was to be at the taken one; the error may name it, else the table of ports does. */
export function containerPortOf(node: Pick<NodeState, 'ports' | 'error'>, taken: string): number | undefined {
  const told = Number(node.error?.detail['containerPort'] ?? '')
  if (Number.isInteger(told) && told > 0) return told
  const entries = Object.entries(node.ports)
  const found = entries.find(([, host]) => String(host) === taken) ?? (entries.length === 1 ? entries[0] : undefined)
  return found === undefined ? undefined : Number(found[0])
}
