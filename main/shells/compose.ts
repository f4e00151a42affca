import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { createNet } from '#main/adapters/system/net.ts'
import { createRehearsalKeys, createVault } from '#main/adapters/vault/index.ts'
import type { App } from '#main/core/app-shape.ts'
import { createApp } from '#main/core/app.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import type { Compose } from './compose-options.ts'
import { resourcesDir, version } from './locations.ts'

/** The only place where core and adapters meet. Rejects `store-newer`, `store-damaged`. */
export const compose: Compose = async (options): Promise<App> => {
  const { dataDir } = options
  const clock = systemClock
  const log = createLog(join(dataDir, 'logs', 'hearth.log'))
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock, log })
  const codec = createTxCodec()
  const installId = await installation(store)
  return createApp(
    {
      engine: createDockerEngine({
        ...(options.engineEndpoint === undefined ? {} : { endpoint: options.engineEndpoint }),
        installId,
        clock,
        log,
      }),
      connectChain,
      vault: await createVault({
        dataDir,
        clock,
        log,
        ...(options.spawnKeyProcess === undefined ? {} : { spawn: options.spawnKeyProcess }),
      }),
      rehearsal: await createRehearsalKeys({ dataDir, clock }),
      store,
      net: createNet(dataDir),
      clock,
      log,
      codec,
      template: (name) => readFileSync(join(resourcesDir(), 'templates', name), 'utf8'),
    },
    {
      version: version(),
      shell: options.shell,
      host: hostname(),
      installId,
      surfaceUrl: (token) => options.surfaceUrl(token),
      localRules: localChainRulesSchema.parse(options.localRules ?? {}),
      imageOverrides: options.imageOverrides ?? {},
      notice: null,
    },
  )
}

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
