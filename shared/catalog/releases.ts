import { z } from 'zod'
import { POCKETD_IMAGE } from './images.ts'

/** What is known of a release of an image beyond its tag. */
export const releaseSchema = z.strictObject({
  /** The image's name without tag. */
  image: z.string(),
  version: z.string(),
  reference: z.string(),
  /** Day it came out, UTC; null where nobody says. */
  releasedAtMs: z.number().int().nullable(),
  /** Where its makers write what changed. Null: nowhere known. */
  notesUrl: z.url({ protocol: /^https$/ }).nullable(),
  /** Closes a hole: `updatesAuto` may take it alone. */
  security: z.boolean(),
  /** The upgrade that it belongs to; null: it may run at any height. */
  plan: z.string().nullable(),
  /** Height of that upgrade by network (onchain facts 1); networks that are not named learn it from the chain's own plan. */
  planHeights: z.record(z.string(), z.number().int().positive()),
})
export type Release = z.infer<typeof releaseSchema>

/** The image that upgrades of the chain replace. */
export const POCKETD = POCKETD_IMAGE.reference.replace(/:[^:/]*$/, '')
const pocketd = (version: string, fields: Pick<Release, 'releasedAtMs' | 'planHeights'>): Release => ({
  image: POCKETD,
  version,
  reference: `${POCKETD}:${version}`,
  notesUrl: `https://github.com/pokt-network/poktroll/releases/tag/v${version}`,
  security: false,
  plan: `v${version}`,
  ...fields,
})

/** Releases by image, oldest first. */
export const RELEASES: readonly Release[] = [pocketd('0.1.35', { releasedAtMs: null, planHeights: { mainnet: 883_667, beta: 553_663 } })]

/**
 * The release that an upgrade of the chain asks for. Plans are named after the release, and its image has the version as its tag (offchain facts 1.1, 1.7), so that a plan which is
 * younger than this table is found as well.
 * @returns undefined for a name that is no version
 */
export function releaseOfPlan(plan: string): Pick<Release, 'image' | 'version' | 'reference'> | undefined {
  const known = RELEASES.find((release) => release.plan === plan)
  if (known) return known
  const version = /^v?(\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[0-9A-Za-z.-]{1,30})?)$/.exec(plan)?.[1]
  return version === undefined ? undefined : { image: POCKETD, version, reference: `${POCKETD}:${version}` }
}

export const releaseOf = (reference: string): Release | undefined => RELEASES.find((release) => release.reference === reference)
