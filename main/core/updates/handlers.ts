import { HearthError } from '#shared/api/errors.ts'
import type { RunningImage, ShownUpdate } from '#shared/api/update-requests.ts'
import { releaseOf } from '#shared/catalog/releases.ts'
import { isOpen, isSwapping, noWayBack, type UpdateRow } from '#shared/model/update.ts'
import type { Handlers } from '../dispatch.ts'
import { offerKey } from './memory.ts'
import { autoTime, tooOld, type Offer } from './offers.ts'
import type { UpdateBook, UpdateDeps } from './book.ts'
import { neededElsewhere, unusedImages } from './unused.ts'

const DAY_MS = 86_400_000
const MOST_SHOWN = 100

type Rows = Pick<
  Handlers,
  | 'updates.list'
  | 'updates.check'
  | 'updates.start'
  | 'updates.retry'
  | 'updates.postpone'
  | 'updates.skip'
  | 'updates.undo'
  | 'updates.removeUnused'
>

/** Rows of the request table about updates. */
export function updateHandlers(book: UpdateBook, deps: UpdateDeps): Rows {
  const { clock, settings, engine, activity } = deps
  const unused = async (): ReturnType<typeof unusedImages> =>
    unusedImages(engine, book, clock.now(), await neededElsewhere(deps.store, deps.network, clock.now()))
  const hourOf = deps.hourOf ?? ((ms: number) => new Date(ms).getHours())
  const isNewest = (row: UpdateRow): boolean =>
    book.rows().find((other) => other.image === row.image && other.stage === 'done')?.id === row.id
  const backOf = (row: UpdateRow): ReturnType<typeof noWayBack> =>
    noWayBack(row, {
      nowMs: clock.now(),
      newest: isNewest(row),
      upgradedSince: book
        .rows()
        .some(
          (other) => other.image === row.image && other.reason === 'upgrade' && other.stage === 'done' && other.stageAtMs > row.stageAtMs,
        ),
    })
  const shown = (row: UpdateRow): ShownUpdate => ({
    id: row.id,
    image: row.image,
    title: book.titleOf(row.image),
    nodes: book.nodesOf(row.image),
    reason: row.reason,
    plan: row.plan,
    fromVersion: row.fromVersion,
    toVersion: row.toVersion,
    toDigest: row.toPin?.split('@').at(-1) ?? row.digest ?? '',
    stage: row.stage,
    stageAtMs: row.stageAtMs,
    createdAtMs: row.createdAtMs,
    dueAtMs: row.dueAtMs,
    atOnce: row.atOnce,
    waits: book.waits(row.id),
    problem: row.problem,
    noWayBack: backOf(row) ?? null,
  })
  const shownOffer = (offer: Offer): NonNullable<RunningImage['offer']> => {
    const seenAtMs = book.memory().seen[offerKey(offer)] ?? clock.now()
    const auto = settings.get('updatesAuto')
    const byItself = auto === 'all' || (auto === 'security' && offer.release?.security === true)
    return {
      image: offer.image,
      toVersion: offer.toVersion,
      digest: offer.digest ?? '',
      reason: offer.reason,
      releasedAtMs: offer.release?.releasedAtMs ?? null,
      notesUrl: offer.release?.notesUrl ?? null,
      security: offer.release?.security ?? false,
      seenAtMs,
      autoAtMs:
        byItself && !offer.blocked ? autoTime(seenAtMs, settings.get('updatesDelayDays'), settings.get('updatesHour'), hourOf) : null,
      blocked: offer.blocked,
      canGoBack: offer.release?.plan === null || offer.reason === 'rebuild',
      skipped: book.memory().skipped.includes(offerKey(offer)),
    }
  }
  /** Rejects `update-unknown` for a row that is not, or not any more, as `is` says. */
  const changeIf = async (id: string, is: (row: UpdateRow) => boolean, make: (row: UpdateRow) => UpdateRow): Promise<void> => {
    if (!(await book.change(id, (row) => (is(row) ? make(row) : undefined)))) throw new HearthError('update-unknown')
  }
  /** The user may still decide about it. What the chain asks for is not theirs to put off. */
  const isWaiting = (row: UpdateRow): boolean => isOpen(row) && !isSwapping(row) && row.reason !== 'upgrade'
  /** Rejects `update-blocked` while another of its image is open; what the chain asks for goes on all the same. */
  const mustBeAlone = (row: UpdateRow): void => {
    const isBusy = row.reason !== 'upgrade' && book.rows().some((other) => other.image === row.image && isOpen(other))
    if (isBusy) throw new HearthError('update-blocked', { problem: 'busy' })
  }
  const offerOf = (image: string): Offer => {
    const offer = book.offers().find((candidate) => candidate.image === image)
    if (!offer) throw new HearthError('update-unknown')
    return offer
  }

  return {
    'updates.list': async () => {
      await book.look()
      const memory = book.memory()
      return {
        running: book.running().map((now) => {
          const release = releaseOf(now.reference)
          const offer = book.offers().find((candidate) => candidate.image === now.image)
          return {
            image: now.image,
            title: book.titleOf(now.image),
            nodes: book.nodesOf(now.image),
            reference: now.reference,
            version: now.version,
            digest: now.pin.split('@').at(-1) ?? '',
            sinceMs: book.rows().find((row) => row.image === now.image && row.toPin === now.pin)?.stageAtMs ?? null,
            releasedAtMs: release?.releasedAtMs ?? null,
            notesUrl: release?.notesUrl ?? null,
            offer: offer ? shownOffer(offer) : null,
          }
        }),
        open: book.rows().filter(isOpen).map(shown),
        history: book
          .rows()
          .filter((row) => !isOpen(row))
          .slice(0, MOST_SHOWN)
          .map(shown),
        lookedAtMs: memory.lookedAtMs,
        lookFailed: memory.lookFailed,
        // The list is worth reading without an engine too; taking images off needs one, and says so.
        unused: await unused().catch((error: unknown) => {
          if (error instanceof HearthError) return []
          throw error
        }),
        tooOld: tooOld(book.running(), book.upgrade()) ?? null,
      }
    },
    'updates.check': async () => {
      await book.look()
      await book.lookAtRegistry()
      await book.look()
      return {}
    },
    'updates.start': async ({ image, when }) => {
      const offer = offerOf(image)
      if (offer.blocked)
        throw new HearthError('update-blocked', { problem: offer.blocked.key === 'busy' ? 'busy' : 'newer-plan', ...offer.blocked.facts })
      const running = book.running().find((now) => now.image === image)
      const row = await book.add({
        image,
        reason: offer.reason,
        plan: null,
        fromReference: running?.reference ?? '',
        fromVersion: running?.version ?? '',
        toReference: offer.toReference,
        toVersion: offer.toVersion,
        fromPin: running?.pin ?? null,
        toPin: null,
        digest: offer.digest,
        stage: 'planned',
        dueAtMs: when === 'hour' ? book.nextAt(clock.now()) : clock.now(),
        atOnce: when === 'now',
      })
      activity('update-asked', { title: book.titleOf(image), to: offer.toVersion })
      book.wake()
      return { id: row.id }
    },
    'updates.retry': async ({ id }) => {
      // The tag may be another by now: it is looked up anew.
      await changeIf(
        id,
        (row) => row.stage === 'failed',
        (row) => {
          mustBeAlone(row)
          return { ...row, stage: 'planned', stageAtMs: clock.now(), toPin: null, digest: null, problem: null }
        },
      )
      book.wake()
      return {}
    },
    'updates.postpone': async ({ id, days }) => {
      const dueAtMs = days === 0 ? clock.now() : book.nextAt(clock.now() + days * DAY_MS)
      await changeIf(id, isWaiting, (row) => ({ ...row, dueAtMs, atOnce: days === 0 }))
      book.wake()
      return {}
    },
    'updates.skip': async ({ image, skipped }) => {
      const key = offerKey(offerOf(image))
      await book.remember((memory) => ({ skipped: [...memory.skipped.filter((other) => other !== key), ...(skipped ? [key] : [])] }))
      const row = book.rows().find((candidate) => candidate.image === image && isWaiting(candidate))
      if (skipped && row)
        await book.change(row.id, (now) => (isWaiting(now) ? { ...now, stage: 'skipped', stageAtMs: clock.now() } : undefined))
      await book.look()
      return {}
    },
    'updates.undo': async ({ id }) => {
      const row = book.rows().find((candidate) => candidate.id === id)
      if (!row) throw new HearthError('update-unknown')
      const problem = backOf(row)
      if (problem !== undefined) throw new HearthError('update-no-way-back', { problem })
      const back = await book.add({
        image: row.image,
        reason: 'undo',
        plan: null,
        fromReference: row.toReference,
        fromVersion: row.toVersion,
        toReference: row.fromReference,
        toVersion: row.fromVersion,
        fromPin: row.toPin,
        toPin: null,
        digest: row.fromPin?.split('@')[1] ?? null,
        stage: 'planned',
        dueAtMs: clock.now(),
        atOnce: true,
      })
      activity('update-undo', { title: book.titleOf(row.image), to: row.fromVersion })
      book.wake()
      return { id: back.id }
    },
    'updates.removeUnused': async () => {
      let removed = 0
      for (const image of await unused()) if (await engine.removeImage?.(image.pin)) removed += 1
      activity('images-removed', { count: String(removed) })
      await book.look()
      return { removed }
    },
  }
}
