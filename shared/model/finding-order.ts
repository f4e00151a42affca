/** A finding as far as its place among others goes. */
interface Placed {
  level: 'bad' | 'warn' | 'info'
  sinceMs: number
}

const RANK = { bad: 0, warn: 1, info: 2 } as const

/** For sorting: the worst first, the oldest first among equals. */
export const worstFirst = (one: Placed, other: Placed): number => RANK[one.level] - RANK[other.level] || one.sinceMs - other.sinceMs

/** Findings about this PC rather than a network: told once, however many networks have them. */
export const OF_THIS_PC: ReadonlySet<string> = new Set(['engine-gone', 'engine-clock', 'disk-full', 'drill-due'])
