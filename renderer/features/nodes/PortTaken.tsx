import type { ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** A port that another program holds: asks for the next free one and offers it. @param taken the port on this PC that is not free */
export function PortTaken({
  nodeId,
  containerPort,
  taken,
  onUse,
  isBusy,
}: {
  nodeId: string
  containerPort: number | undefined
  taken: string
  onUse: (hostPort: number) => void
  isBusy: boolean
}): ReactNode {
  const t = useText()
  const suggestion = useQuery('nodes.suggestPort', containerPort === undefined ? null : { nodeId, containerPort }, taken)
  const next = suggestion.loading ? undefined : suggestion.value?.hostPort
  return (
    <div role="alert">
      <Note tone="bad">
        <div className="font-medium">
          {next === undefined ? t('nodes.detail.portTakenLooking', { port: taken }) : t('nodes.detail.portTaken', { port: taken, next })}
        </div>
        <div className="mono mt-0.5 text-text-3">port-taken</div>
        {next === undefined ? null : (
          <div className="mt-2">
            <Button size="sm" kind="pri" onPress={() => onUse(next)} isBusy={isBusy}>
              {t('nodes.detail.usePort', { next })}
            </Button>
          </div>
        )}
        <ErrorNote error={suggestion.error} className="mt-2" />
      </Note>
    </div>
  )
}

/** A node that could not start because of its port: takes the free one and starts with it. */
export function NodePortTaken({ node }: { node: NodeState }): ReactNode {
  const change = useCall('nodes.changePort')
  const start = useCall('nodes.start')
  const taken = node.error?.detail['port'] ?? ''
  const containerPort = containerPortOf(node, taken)
  const use = (hostPort: number): void => {
    if (containerPort === undefined) return
    void change
      .run({ nodeId: node.id, containerPort, hostPort })
      .then((value) => (value === undefined ? undefined : start.run({ nodeId: node.id })))
  }
  return (
    <div className="mb-3.5">
      <PortTaken nodeId={node.id} containerPort={containerPort} taken={taken} onUse={use} isBusy={change.busy || start.busy} />
      <ErrorNote error={change.error ?? start.error} className="mt-2" />
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
