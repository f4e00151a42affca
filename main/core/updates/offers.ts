import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { releaseOf, RELEASES, type Release } from '#shared/catalog/releases.ts'
import { compareVersions, repositoryOf, type UpdateRow } from '#shared/model/update.ts'

/** What the containers of one image run. */
export interface Running {
  image: string
  reference: string
  version: string
  pin: string
}

/** Something newer than what runs. */
export interface Offer {
  image: string
  reason: 'release' | 'rebuild'
  toReference: string
  toVersion: string
  /** As the registry tells it; null where it was not asked. */
  digest: string | null
  release: Release | undefined
  /** It may not be taken now. */
  blocked: { key: 'before-height' | 'no-plan' | 'after-upgrade' | 'busy'; facts: Record<string, string> } | null
}

/** How far the chain is, for releases that belong to an upgrade. */
export interface UpgradeFacts {
  network: string
  height: number
  /** The chain's own next plan. */
  plan: { name: string; height: number } | null
  /** Upgrades that Hearth has carried out here. */
  done: readonly { name: string; height: number }[]
}

/** What runs, by image: the newest update that was done or begun with, else what the catalogue said when the containers were made. */
export function runningOf(entries: readonly CatalogEntry[], pins: ReadonlyMap<string, string>, rows: readonly UpdateRow[]): Running[] {
  const byImage = new Map<string, Running>()
  for (const entry of entries) {
    const image = repositoryOf(entry.image.reference)
    const pin = pins.get(entry.nodeId)
    // A keeper may lag behind: what it runs has done its work.
    if (pin === undefined || byImage.has(image) || entry.kind === 'keeper') continue
    const told = rows.find((row) => row.image === image && row.toPin === pin && row.stage !== 'skipped')
    const before = rows.find((row) => row.image === image && row.fromPin === pin)
    byImage.set(image, {
      image,
      pin,
      reference: told?.toReference ?? before?.fromReference ?? entry.image.reference,
      version: told?.toVersion ?? before?.fromVersion ?? entry.image.version,
    })
  }
  return [...byImage.values()]
}

/**
 * What is newer than what runs. Pure. Never past an upgrade: a release that belongs to one is offered only where that upgrade has happened, and carried out by it otherwise.
 * @param digests of tags as registries told them last, by the catalogue's reference
 */
export function offersOf(
  entries: readonly CatalogEntry[],
  running: readonly Running[],
  digests: Readonly<Record<string, string>>,
  upgrade: UpgradeFacts,
): Offer[] {
  return running.flatMap((now) => {
    const entry = entries.find((candidate) => repositoryOf(candidate.image.reference) === now.image)
    if (!entry) return []
    if (entry.image.reference !== now.reference && compareVersions(entry.image.version, now.version) > 0) {
      const release = releaseOf(entry.image.reference)
      const offer: Offer = {
        image: now.image,
        reason: 'release',
        toReference: entry.image.reference,
        toVersion: entry.image.version,
        digest: digests[entry.image.reference] ?? null,
        release,
        blocked: release ? blockedBy(release, upgrade) : null,
      }
      return [offer]
    }
    const digest = digests[now.reference]
    const known = now.pin.split('@')[1]
    // A content id tells nothing of a registry's digest.
    if (digest === undefined || known === undefined || digest === known) return []
    const offer: Offer = {
      image: now.image,
      reason: 'rebuild',
      toReference: now.reference,
      toVersion: now.version,
      digest,
      release: releaseOf(now.reference),
      blocked: null,
    }
    return [offer]
  })
}

function blockedBy(release: Release, upgrade: UpgradeFacts): Offer['blocked'] {
  if (release.plan === null || upgrade.done.some((done) => done.name === release.plan)) return null
  const height = release.planHeights[upgrade.network] ?? (upgrade.plan?.name === release.plan ? upgrade.plan.height : undefined)
  if (height === undefined) return { key: 'no-plan', facts: { plan: release.plan } }
  return upgrade.height > height ? null : { key: 'before-height', facts: { plan: release.plan, height: String(height) } }
}

/**
 * Whether the chain is past an upgrade that what runs does not know.
 * @returns the version that is needed, and from which height on
 */
export function tooOld(
  running: readonly Running[],
  upgrade: UpgradeFacts,
  releases: readonly Release[] = RELEASES,
): { version: string; needed: string; height: number } | undefined {
  const past = [
    ...releases.flatMap((release) => {
      const height = release.planHeights[upgrade.network]
      return height === undefined || release.plan === null ? [] : [{ image: release.image, name: release.plan, height }]
    }),
    ...upgrade.done.map((done) => ({ image: releases.find((release) => release.plan !== null)?.image ?? '', ...done })),
  ]
    .filter((each) => upgrade.height > each.height)
    .sort((a, b) => b.height - a.height)
  for (const each of past) {
    const now = running.find((candidate) => candidate.image === each.image)
    if (now && compareVersions(now.version, each.name) < 0)
      return { version: now.version, needed: each.name.replace(/^v/, ''), height: each.height }
  }
  return undefined
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/**
 * When an update is taken by itself: so many days after it was first seen, at the chosen hour.
 * @param hourOf hour of the day, 0 to 23, where the user lives
 */
export function autoTime(seenAtMs: number, delayDays: number, hour: number, hourOf: (ms: number) => number): number {
  return nextHour(seenAtMs + delayDays * DAY_MS, hour, hourOf)
}

/** The first time from `fromMs` on at which that hour begins, or `fromMs` itself within it. */
export function nextHour(fromMs: number, hour: number, hourOf: (ms: number) => number): number {
  if (hourOf(fromMs) === hour) return fromMs
  const start = fromMs - (fromMs % HOUR_MS)
  for (let hours = 1; hours <= 25; hours += 1) if (hourOf(start + hours * HOUR_MS) === hour) return start + hours * HOUR_MS
  return start
}
