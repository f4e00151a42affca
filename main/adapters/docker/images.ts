import type Docker from 'dockerode'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import { answer } from './answers.ts'
import { engineError, statusOf, textOf } from './errors.ts'
import { mustBeReference } from './owned.ts'

const distributionSchema = z.looseObject({ Descriptor: z.looseObject({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }) })
const NOT_FOUND = 404
const IN_USE = 409

/**
 * What a tag is in its registry now. Nothing is fetched.
 * Rejects `image-unavailable` with the registry's words. @returns undefined from an engine that has no such question (Podman)
 */
export async function offeredDigest(api: Docker, reference: string): Promise<string | undefined> {
  mustBeReference(reference)
  try {
    const found: unknown = await api.getImage(reference).distribution()
    return answer(distributionSchema, found, 'distribution').Descriptor.digest
  } catch (error) {
    // Podman knows no such place; Docker says why in words.
    if (statusOf(error) === NOT_FOUND && !/manifest|denied|unknown/i.test(textOf(error))) return undefined
    const known = engineError(error)
    throw known.code === 'engine-failed' || known.code === 'image-unavailable'
      ? new HearthError('image-unavailable', { reference, reason: textOf(error).slice(0, 300) }, { cause: error })
      : known
  }
}

/** Takes an image off the engine, unless a container is made of it. @returns whether it is gone */
export async function removeImage(api: Docker, reference: string): Promise<boolean> {
  mustBeReference(reference)
  try {
    // Never by force: what a container is made of, whoever's it is, stays.
    await api.getImage(reference).remove({ force: false, noprune: false })
    return true
  } catch (error) {
    const status = statusOf(error)
    if (status === NOT_FOUND || status === IN_USE) return false
    throw error
  }
}
