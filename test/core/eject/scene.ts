import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import type { GatedEndpoint } from '#main/core/backends/gate-config.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'

/** A reader of YAML that has nothing to do with what wrote it; it comes without types. */
export const { load: loadYaml } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown }

export const shippedCatalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY, 0)

/** An attached endpoint with a secret in each of its parts. */
export function gated(serviceId: string, change: Partial<GatedEndpoint> = {}): GatedEndpoint {
  const service = shippedCatalog.services.find((each) => each.id === serviceId)
  if (!service) throw new Error(`no service ${serviceId}`)
  return {
    service,
    part: 'ab'.repeat(16),
    origins: { http: 'https://node.example.org:8545', rest: '', websocket: '' },
    secret: { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' } },
    ...change,
  }
}
