import type { Danger } from '#shared/model/danger.ts'

/** @param facts upokt as they stand, all others as text */
export function danger(key: Danger['key'], level: Danger['level'], facts: Record<string, string | bigint>): Danger {
  return { key, level, facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])) }
}

/** UTC ms of a height as text; '' = not known. */
export function timeText(situation: { timeOf(height: number): number | undefined }, height: number): string {
  const ms = situation.timeOf(height)
  return ms === undefined ? '' : String(Math.round(ms))
}
