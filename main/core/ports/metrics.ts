/**
 * What is measured all the time: figures by name and time, and lines of logs. Kept apart from money in a database of its own that may be lost: it is bounded, and after damage
 * it begins anew with a notice. Nothing here rejects for a full disk or a lost file; what could not be kept is missing.
 */

export interface SeriesPoint {
  /** Dotted, with what it belongs to: `node.pocket.memory-bytes`. At most 120 letters. */
  name: string
  atMs: number
  value: number
}

/** Width of a ring's places: each series is kept by the second for an hour, by the minute for a week and by the hour for three years. */
export type SeriesStep = 'second' | 'minute' | 'hour'

/** All points of one place of a ring. */
export interface SeriesBucket {
  /** Start of the second, minute or hour. */
  atMs: number
  count: number
  mean: number
  min: number
  max: number
  /** The newest value in it. */
  last: number
}

export interface LogLine {
  /** Whose log: a node's id, for instance. */
  source: string
  atMs: number
  stream: 'out' | 'err'
  text: string
}

export interface MetricsStore {
  /** Points older than what their ring holds are left out. */
  addPoints(points: SeriesPoint[]): Promise<void>
  /** Places from `fromMs` (with) to `toMs` (without), oldest first; one without points is not there. */
  series(query: { name: string; step: SeriesStep; fromMs: number; toMs: number }): Promise<SeriesBucket[]>
  /** Names that have points, in order. */
  seriesNames(): Promise<string[]>
  /** The newest 5,000 lines of each source are kept, each cut at 2,000 letters. */
  addLogLines(lines: LogLine[]): Promise<void>
  /** Newest first. `before` is the number of the last line of the page before. */
  logLines(query: { source: string; before?: number; limit: number }): Promise<(LogLine & { number: number })[]>
  close(): Promise<void>
}
