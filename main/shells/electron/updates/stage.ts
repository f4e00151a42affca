import { createHash } from 'node:crypto'
import { compareVersions, type Feed, type FileKind, type ReleaseFile } from './feed.ts'

export const DAY_MS = 24 * 3_600_000

/** What this installation is told by the list of releases. */
export type Judgement =
  /** Nothing newer for it. `why` is for the log. */
  | { kind: 'nothing'; why: 'same' | 'withdrawn' | 'not-our-turn' | 'no-file' | 'old-list' }
  /** Newer, and to be fetched; put in from `fromMs` on. */
  | { kind: 'newer'; version: string; file: ReleaseFile; fromMs: number }

export interface StageInput {
  feed: Feed
  /** Version that runs. */
  current: string
  /** How this Hearth was installed; undefined from sources and where nobody can say. */
  kind: FileKind | undefined
  arch: string
  /** Random and lasting, made here and never sent: decides in which share of a release one is. */
  seed: string
  /** Highest sequence that was ever believed. */
  seenSequence: number
  /** When the version was first seen here. */
  firstSeenMs: number
  delayDays: number
}

/** Whether and when a release is for us. Never an older version, never one that was withdrawn, and not before the days that the user wants to wait. Pure. */
export function judgeFeed(input: StageInput): Judgement {
  const { feed, current, seenSequence } = input
  if (feed.sequence < seenSequence) return { kind: 'nothing', why: 'old-list' }
  if (compareVersions(feed.version, current) <= 0) return { kind: 'nothing', why: 'same' }
  if (feed.withdrawn.some((entry) => entry.version === feed.version)) return { kind: 'nothing', why: 'withdrawn' }
  const file = feed.files.find((candidate) => candidate.kind === input.kind && candidate.arch === input.arch)
  if (!file) return { kind: 'nothing', why: 'no-file' }
  if (shareOf(input.seed, feed.version) >= feed.stagingPercent) return { kind: 'nothing', why: 'not-our-turn' }
  return { kind: 'newer', version: feed.version, file, fromMs: input.firstSeenMs + input.delayDays * DAY_MS }
}

/** 0 to 99, another one for each version, so that nobody is always first. */
export function shareOf(seed: string, version: string): number {
  return createHash('sha256').update(`${seed} ${version}`).digest().readUInt32BE(0) % 100
}

/** Why the version that runs was withdrawn; undefined when it was not. */
export function withdrawnNote(feed: Feed, current: string): string | undefined {
  return feed.withdrawn.find((entry) => entry.version === current)?.note
}
