import { join } from 'node:path'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { BackendSecrets, EndpointSecret } from '#main/core/ports/backend-line.ts'
import { prepareSecretFolder, readSecretFile, secretFolder, writeSecretFile } from './vault-file.ts'

export const BACKEND_SECRETS_FILE = 'backends.json'

const text = z.string().max(5_000)
const fileSchema = z.strictObject({
  version: z.literal(1),
  endpoints: z.record(
    z.string(),
    z.strictObject({
      paths: z.strictObject({ http: text, rest: text, websocket: text }),
      credential: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('none') }),
        z.strictObject({ kind: z.literal('basic'), username: text, password: text }),
        z.strictObject({ kind: z.literal('bearer'), token: text }),
        z.strictObject({ kind: z.literal('header'), name: text, value: text }),
      ]),
    }),
  ),
})

/**
 * Credentials of attached endpoints, beside the vault. Not sealed by its password: relays must go on after a reboot at night, and none of them moves money.
 * SECURITY: S19 the file is 0600 in the 0700 folder. Rejects `store-damaged` for an unreadable file, which is left as it is; `disk-full`.
 */
export async function createBackendSecrets(dataDir: string): Promise<BackendSecrets> {
  await prepareSecretFolder(dataDir)
  const path = join(secretFolder(dataDir), BACKEND_SECRETS_FILE)
  let known: Map<string, EndpointSecret> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }
  const load = async (): Promise<Map<string, EndpointSecret>> => {
    if (known) return known
    const bytes = await readSecretFile(path)
    known = bytes ? readEndpoints(bytes) : new Map<string, EndpointSecret>()
    return known
  }
  const save = async (next: Map<string, EndpointSecret>): Promise<void> => {
    await writeSecretFile(path, new TextEncoder().encode(`${JSON.stringify({ version: 1, endpoints: Object.fromEntries(next) })}\n`))
    known = next
  }
  return {
    get: (id) => inTurn(async () => (await load()).get(id)),
    put: (id, secret) => inTurn(async () => save(new Map(await load()).set(id, structuredClone(secret)))),
    remove: (id) =>
      inTurn(async () => {
        const next = new Map(await load())
        if (next.delete(id)) await save(next)
      }),
  }
}

function readEndpoints(bytes: Uint8Array): Map<string, EndpointSecret> {
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).endpoints))
  } catch (error) {
    // No cause and no words of the parser: they would quote what is in it.
    throw new HearthError('store-damaged', { file: BACKEND_SECRETS_FILE, kind: error instanceof SyntaxError ? 'json' : 'form' })
  }
}
