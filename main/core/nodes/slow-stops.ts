/** Nodes of the user's choice may write for minutes before they end; Hearth's own take no longer than this. */
const SLOW_SECONDS = 35

/** Stops that take so long that the other containers are looked after meanwhile. */
export interface SlowStops {
  /** @param graceSeconds what the container is given to end */
  isSlow(graceSeconds: number): boolean
  isUnderWay(nodeId: string): boolean
  /** Returns at once. @param stop what ends the container; told through `onEnd` how it went */
  begin(nodeId: string, stop: () => Promise<void>): void
}

/** @param onEnd told when a stop is over, with why it failed if it did */
export function createSlowStops(onEnd: (nodeId: string, error: unknown) => void): SlowStops {
  const underWay = new Set<string>()
  const end = (nodeId: string, error?: unknown): void => {
    underWay.delete(nodeId)
    onEnd(nodeId, error)
  }
  return {
    isSlow: (graceSeconds) => graceSeconds > SLOW_SECONDS,
    isUnderWay: (nodeId) => underWay.has(nodeId),
    begin(nodeId, stop) {
      underWay.add(nodeId)
      stop().then(
        () => end(nodeId),
        (error: unknown) => end(nodeId, error),
      )
    },
  }
}
