import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import type { EngineChoice } from '#main/adapters/docker/connection.ts'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { createEngineFinder } from '#main/adapters/docker/finder.ts'
import { openMetrics } from '#main/adapters/sqlite/open-metrics.ts'
import { metricsLater } from '#main/adapters/sqlite/open-metrics-later.ts'
import { openStoreCured } from '#main/adapters/sqlite/open-or-cure.ts'
import { openRecords } from '#main/adapters/sqlite/open-records.ts'
import { startRefusal } from '#main/adapters/sqlite/start-refusal.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { createPractice, PracticeFile } from '#main/adapters/practice/machine.ts'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import { createEjectFolder } from '#main/adapters/system/eject-folder.ts'
import { createHttpsPost } from '#main/adapters/system/https-post.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { createBackendLine } from '#main/adapters/system/backend-line.ts'
import { createNet } from '#main/adapters/system/net.ts'
import { createSnapshots } from '#main/adapters/system/snapshots.ts'
import { reach } from '#main/adapters/system/reach.ts'
import { createBackendSecrets } from '#main/adapters/vault/backend-secrets.ts'
import { createRehearsalKeys, createVault } from '#main/adapters/vault/index.ts'
import type { App } from '#main/core/app-shape.ts'
import { whyUnreachable } from '#shared/model/reachable-address.ts'
import { createApp } from '#main/core/app.ts'
import { openProofs } from '#main/core/engine/open-work.ts'
import { wantedRunning } from '#main/core/engine/wanted-running.ts'
import type { Store } from '#main/core/ports/store.ts'
import { readSetting } from '#main/core/settings/stored.ts'
import { SETTINGS } from '#shared/settings/table.ts'
import { BUNDLE_CATALOG, CATALOG } from '#shared/catalog/index.ts'
import { containersMark, NETWORKS, networkOf } from '#shared/networks/index.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import type { Compose } from './compose-options.ts'
import { storeFile } from './data-dir.ts'
import { resourcesDir, version } from './locations.ts'

/** A start waits for one thread of the store. */
const READER_AFTER_MS = 500

/** The only place where core and adapters meet. Rejects with a sentence when the store cannot be opened or cured. */
export const compose: Compose = async (options): Promise<App> => {
  const { dataDir } = options
  const clock = systemClock
  const log = createLog(join(dataDir, 'logs', 'hearth.log'))
  const storeOptions = { file: storeFile(dataDir), clock, log }
  const opening = openStoreCured({ ...storeOptions, readerAfterMs: READER_AFTER_MS }).catch((error: unknown) => {
    throw startRefusal(error)
  })
  // While the store is looked at in its own thread.
  const beside = Promise.all([createBackendSecrets(dataDir), createRehearsalKeys({ dataDir, clock })])
  beside.catch(() => undefined)
  const { store, notice } = await opening
  const [backendSecrets, rehearsal] = await beside
  const installId = await installation(store)
  const metrics = metricsLater(async () => (await openMetrics({ file: join(dataDir, 'metrics.db'), log })).metrics)
  const rules = localChainRulesSchema.parse(options.localRules ?? {})
  // What was said at the start of the program counts before what the user chose.
  const given = options.engineEndpoint === '' ? undefined : options.engineEndpoint
  return createApp(
    {
      vault: await createVault({
        dataDir,
        clock,
        log,
        ...(options.spawnKeyProcess === undefined ? {} : { spawn: options.spawnKeyProcess }),
        ...(options.keychain === undefined ? {} : { keychain: options.keychain }),
        credentialsDir: process.env['CREDENTIALS_DIRECTORY'],
        ticketMs: async () => ((await readSetting(store, 'confirmMinutes')) ?? SETTINGS.confirmMinutes.standard) * 60_000,
      }),
      rehearsal,
      store,
      records: openRecords({ ...storeOptions, metricsFile: join(dataDir, 'metrics.db') }),
      metrics,
      clock,
      log,
      template: (name) => readFileSync(join(resourcesDir(), 'templates', name), 'utf8'),
      catalogFile: (name) => new Uint8Array(readFileSync(join(options.catalog?.folder ?? join(resourcesDir(), 'catalog'), name))),
      ejectFolder: createEjectFolder(dataDir),
      https: createHttpsPost(),
      engines: createEngineFinder({ given, clock }),
      world: async (network) =>
        network === 'practice'
          ? practice({ file: practiceFile(dataDir), installId, clock, log, codec: createTxCodec(networkOf(network).addressPrefix) })
          : {
              engine: createDockerEngine({
                ...(given === undefined ? {} : { endpoint: given }),
                choice: engineChoice(store, installId),
                installId: containersMark(installId, network),
                clock,
                log,
              }),
              connectChain,
              net: createNet(dataDir),
              reach,
              outside: {
                line: createBackendLine(whyUnreachable),
                secrets: backendSecrets,
                snapshots: createSnapshots(join(dataDir, 'snapshots')),
                catalogKey: options.catalog?.publicKey,
              },
              clock,
              codec: createTxCodec(networkOf(network).addressPrefix),
              catalog: networkOf(network).madeHere ? CATALOG : BUNDLE_CATALOG,
              rules,
              // SECURITY: S16 said at the start of the program alone: what runs gets the operator key, so no request of a page may choose it.
              imageOverrides: options.imageOverrides ?? {},
              ...(options.minerHostTimes && { minerHostTimes: options.minerHostTimes }),
            },
    },
    {
      version: version(),
      shell: options.shell,
      host: hostname(),
      installId,
      surfaceUrl: (token) => options.surfaceUrl(token),
      notice,
      roomsLater: options.shell === 'web',
    },
  )
}

/** What the user chose, asked each time, and the engine that holds this installation's containers. */
function engineChoice(store: Pick<Store, 'setting' | 'setSetting' | 'nodes' | 'claims'>, installId: string): EngineChoice {
  return {
    holdsProofs: async () => (await openProofs(store, systemClock.now())).length > 0,
    marks: [...new Set(NETWORKS.map((network) => containersMark(installId, network.id)))],
    chosen: async () => (await readSetting(store, 'engineEndpoint')) ?? '',
    used: { get: () => store.setting(ENGINE_USED), set: (endpoint) => store.setSetting(ENGINE_USED, endpoint) },
    wantsRunning: async () => (await wantedRunning(store)).length > 0,
  }
}
const ENGINE_USED = 'engine-used'

/** Loaded when it is chosen: a chain, an engine and a network are a large part of Hearth. */
async function practice(parts: Parameters<typeof createPractice>[0]): ReturnType<typeof createPractice> {
  const machine = await import('#main/adapters/practice/machine.ts')
  return machine.createPractice(parts)
}

/** Practice in one file of the data folder; it holds no secret but play keys, and is 0600 all the same. */
function practiceFile(dataDir: string): PracticeFile {
  const path = join(dataDir, 'practice.json')
  return {
    read: () => readFile(path, 'utf8').catch((error: unknown) => (isAbsent(error) ? undefined : Promise.reject(error))),
    write: (text) => writeFileAtomic(path, text),
    setAside: () => rename(path, `${path}.unreadable`),
  }
}

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** A short random name of this installation: it marks our containers, so that two installations on one engine never touch each other's. */
async function installation(store: {
  setting(key: string): Promise<string | undefined>
  setSetting(key: string, value: string): Promise<void>
}): Promise<string> {
  const known = await store.setting('install-id')
  if (known !== undefined) return known
  const fresh = randomBytes(4).toString('hex')
  await store.setSetting('install-id', fresh)
  return fresh
}
