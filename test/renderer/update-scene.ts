import type { UpdatesAnswer } from '#shared/api/update-requests.ts'
import { repositoryOf } from '#shared/model/update.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'

const DAY = 86_400_000
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const POCKETD = repositoryOf(POCKETD_IMAGE.reference)

type Update = UpdatesAnswer['open'][number]
const base = (now: number): Update => ({
  id: 'u1',
  image: POCKETD,
  title: 'Pocket node',
  nodes: ['pocket', 'keeper', 'miner'],
  reason: 'upgrade',
  plan: { name: 'v0.1.36', height: 4_830 },
  fromVersion: '0.1.35',
  toVersion: '0.1.36',
  toDigest: digest('d'),
  stage: 'fetched',
  stageAtMs: now - 7_200_000,
  createdAtMs: now - 7_300_000,
  dueAtMs: 0,
  atOnce: true,
  waits: 'height',
  problem: null,
  noWayBack: 'migrated',
})

/** An upgrade ahead, one update that waits, one that is offered, a history with a roll-back, and old images. */
export function updateList(now: number): UpdatesAnswer {
  const update = base(now)
  return {
    running: [
      {
        image: POCKETD,
        title: 'Pocket node',
        nodes: ['pocket', 'keeper', 'miner'],
        reference: POCKETD_IMAGE.reference,
        version: '0.1.35',
        digest: digest('a'),
        sinceMs: now - 12 * DAY,
        releasedAtMs: null,
        notesUrl: 'https://github.com/pokt-network/poktroll/releases/tag/v0.1.35',
        offer: null,
      },
      {
        image: 'ghcr.io/foundry-rs/foundry',
        title: 'Test backend',
        nodes: ['backend'],
        reference: 'ghcr.io/foundry-rs/foundry:v1.7.1',
        version: '1.7.1',
        digest: digest('b'),
        sinceMs: now - 12 * DAY,
        releasedAtMs: null,
        notesUrl: null,
        offer: {
          image: 'ghcr.io/foundry-rs/foundry',
          toVersion: '1.8.0',
          digest: digest('e'),
          reason: 'release',
          releasedAtMs: now - 4 * DAY,
          notesUrl: 'https://github.com/foundry-rs/foundry/releases/tag/v1.8.0',
          security: true,
          seenAtMs: now - 2 * DAY,
          autoAtMs: now + DAY,
          blocked: null,
          canGoBack: true,
          skipped: false,
        },
      },
      {
        image: 'docker.io/library/caddy',
        title: 'Ingress',
        nodes: ['ingress'],
        reference: 'docker.io/library/caddy:2.6.2',
        version: '2.6.2',
        digest: digest('c'),
        sinceMs: now - 5 * DAY,
        releasedAtMs: null,
        notesUrl: null,
        offer: null,
      },
    ],
    open: [
      update,
      {
        ...update,
        id: 'u2',
        image: 'docker.io/library/caddy',
        title: 'Ingress',
        nodes: ['ingress'],
        reason: 'rebuild',
        plan: null,
        fromVersion: '2.6.2',
        toVersion: '2.6.2',
        waits: 'quiet',
        noWayBack: 'not-done',
      },
    ],
    history: [
      {
        ...update,
        id: 'u3',
        image: 'docker.io/library/caddy',
        title: 'Ingress',
        reason: 'release',
        plan: null,
        fromVersion: '2.6.1',
        toVersion: '2.6.2',
        stage: 'done',
        stageAtMs: now - 5 * DAY,
        waits: null,
        noWayBack: null,
      },
      {
        ...update,
        id: 'u4',
        image: 'ghcr.io/foundry-rs/foundry',
        title: 'Test backend',
        reason: 'rebuild',
        plan: null,
        fromVersion: '1.7.1',
        toVersion: '1.7.1',
        stage: 'rolled-back',
        stageAtMs: now - 6 * DAY,
        waits: null,
        noWayBack: 'not-done',
        problem: { key: 'no-answer', facts: {} },
      },
      {
        ...update,
        id: 'u5',
        reason: 'first',
        plan: null,
        fromVersion: '',
        toVersion: '0.1.35',
        stage: 'done',
        stageAtMs: now - 12 * DAY,
        waits: null,
        noWayBack: 'not-done',
      },
    ],
    lookedAtMs: now - 3_600_000,
    lookFailed: false,
    unused: [{ pin: `docker.io/library/caddy@${digest('f')}`, version: '2.6.0', sizeBytes: 45_400_000 }],
    tooOld: null,
  }
}

/** Nothing runs yet. */
export const noUpdates: UpdatesAnswer = {
  running: [],
  open: [],
  history: [],
  lookedAtMs: null,
  lookFailed: false,
  unused: [],
  tooOld: null,
}
