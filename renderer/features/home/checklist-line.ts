import type { TextKey } from '#renderer/text/text.ts'

/** The one action of a line. `go` leads to a page, and brings the supplier into view that it is about, where that is told; the others do something here. */
export type LineAction =
  | { kind: 'go'; href: string; text: TextKey; supplier?: string | undefined }
  | { kind: 'start-chain'; text: TextKey }
  | { kind: 'make-key'; role: 'owner' | 'operator'; text: TextKey }
  | { kind: 'start-node'; nodeId: string; text: TextKey }
  | { kind: 'check-engine'; text: TextKey }

export interface Line {
  id: string
  title: TextKey
  /** `busy`: under way by itself; `bad`: was or should be there and is broken. */
  state: 'done' | 'open' | 'busy' | 'bad'
  text: TextKey
  facts: Record<string, string | number>
  /** Only while not done. */
  action: LineAction | null
}
