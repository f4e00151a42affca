import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CATALOG_INDEX, CATALOG_SIGNATURE, readCatalog, signedBytes } from '#main/core/backends/read-catalog.ts'
import { catalogIndexSchema, type CatalogIndex } from '#shared/catalog/backends/schema.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'

/**
 * Signs the catalogue of backends, or checks it as Hearth does at its start (docs/catalogue.md).
 *
 * node main/catalog.ts sign --key <file> [--folder resources/catalog]     the private key: Ed25519 as PEM; or its place in HEARTH_CATALOG_KEY
 * node main/catalog.ts check [--folder resources/catalog]
 */
export const CATALOG_FOLDER = fileURLToPath(new URL('../resources/catalog', import.meta.url))

/** Every file that the index names, in one order. */
function fileNames(folder: string): string[] {
  const entries = readdirSync(join(folder, 'entries')).filter((name) => name.endsWith('.json'))
  return ['services.json', ...entries.toSorted().map((name) => `entries/${name}`)]
}

/**
 * Writes index and signature of a folder anew. The serial grows by one.
 * @param privateKeyPem Ed25519 @returns the public key that belongs to it, hex, and the index
 */
export function signCatalog(folder: string, privateKeyPem: string, today: string): { publicKeyHex: string; index: CatalogIndex } {
  const index: CatalogIndex = {
    format: 1,
    serial: lastSerial(folder) + 1,
    madeAt: today,
    files: fileNames(folder).map((name) => {
      const bytes = readFileSync(join(folder, name))
      return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    }),
  }
  const text = `${JSON.stringify(catalogIndexSchema.parse(index), null, 2)}\n`
  const key = createPrivateKey(privateKeyPem)
  const signature = sign(null, signedBytes(new TextEncoder().encode(text)), key).toString('hex')
  writeFileSync(join(folder, CATALOG_INDEX), text)
  writeFileSync(join(folder, CATALOG_SIGNATURE), `${signature}\n`)
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return { publicKeyHex: Buffer.from(x ?? '', 'base64url').toString('hex'), index }
}

function lastSerial(folder: string): number {
  try {
    return catalogIndexSchema.parse(JSON.parse(readFileSync(join(folder, CATALOG_INDEX), 'utf8'))).serial
  } catch {
    return 0
  }
}

function run(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, folder: { type: 'string', default: CATALOG_FOLDER } },
  })
  const [command] = positionals
  const { folder } = values
  if (command === 'sign') {
    const keyFile = values.key ?? process.env['HEARTH_CATALOG_KEY']
    if (keyFile === undefined) throw new Error('name the private key: --key <file>, or HEARTH_CATALOG_KEY')
    const { publicKeyHex, index } = signCatalog(folder, readFileSync(keyFile, 'utf8'), new Date().toISOString().slice(0, 10))
    console.log(`signed ${index.files.length} files, serial ${index.serial}`)
    if (publicKeyHex !== CATALOG_PUBLIC_KEY)
      console.log(`this is not the key that Hearth trusts: shared/catalog/backends/public-key.ts would have to say ${publicKeyHex}`)
    return
  }
  if (command !== 'check') throw new Error('say sign or check')
  const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(folder, name))), CATALOG_PUBLIC_KEY)
  console.log(
    JSON.stringify({ serial: catalog.serial, madeAt: catalog.madeAt, services: catalog.services.length, entries: catalog.entries.length }),
  )
}

if (import.meta.main) run()
