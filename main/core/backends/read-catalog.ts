import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import {
  backendEntrySchema,
  catalogIndexSchema,
  servicesFileSchema,
  type BackendEntry,
  type CatalogIndex,
  type ServiceRecord,
} from '#shared/catalog/backends/schema.ts'

/** The catalogue of services and backends, as it was signed. */
export interface BackendCatalog {
  serial: number
  madeAt: string
  services: ServiceRecord[]
  entries: BackendEntry[]
}

export const CATALOG_INDEX = 'index.json'
export const CATALOG_SIGNATURE = 'index.sig'
/** Goes before the index in what is signed: the signature is of no use for anything else. */
export const SIGNED_PREFIX = 'hearth-catalogue-1\n'

/**
 * Reads the catalogue: signature over the index first, then each file against its digest, then its form.
 * Nothing of it is used before all of it is verified.
 * @param read bytes of a file of the catalogue; throws where there is none
 * @param publicKeyHex ed25519, 32 bytes
 * @param leastSerial an index older than this is refused: a newer one was used here before
 * @throws HearthError `catalog-invalid` with `reason` and `file`
 */
export function readCatalog(read: (name: string) => Uint8Array, publicKeyHex: string, leastSerial = 0): BackendCatalog {
  const index = verifiedIndex(read, publicKeyHex)
  if (index.serial < leastSerial) throw invalid(CATALOG_INDEX, `it is older (${index.serial}) than one that was used here (${leastSerial})`)
  const names = index.files.map((file) => file.name)
  if (new Set(names).size !== names.length) throw invalid(CATALOG_INDEX, 'it names a file twice')
  let services: ServiceRecord[] = []
  const entries: BackendEntry[] = []
  for (const file of index.files) {
    const bytes = take(read, file.name)
    if (bytes.length !== file.bytes || bytesToHex(sha256(bytes)) !== file.sha256) throw invalid(file.name, 'its digest is another')
    const value = parsed(file.name, bytes)
    if (file.name === 'services.json') services = formed(file.name, () => servicesFileSchema.parse(value).services)
    else entries.push(formed(file.name, () => backendEntrySchema.parse(value)))
  }
  if (services.length === 0) throw invalid('services.json', 'it is missing')
  for (const entry of entries) mustFit(entry, services, names)
  return { serial: index.serial, madeAt: index.madeAt, services, entries }
}

function verifiedIndex(read: (name: string) => Uint8Array, publicKeyHex: string): CatalogIndex {
  const bytes = take(read, CATALOG_INDEX)
  const signature = new TextDecoder().decode(take(read, CATALOG_SIGNATURE)).trim()
  let isGood = false
  try {
    isGood = ed25519.verify(hexToBytes(signature), signedBytes(bytes), hexToBytes(publicKeyHex), { zip215: false })
  } catch {
    // A text that is no signature is no signature.
  }
  if (!isGood) throw invalid(CATALOG_INDEX, 'its signature is not ours')
  return formed(CATALOG_INDEX, () => catalogIndexSchema.parse(parsed(CATALOG_INDEX, bytes)))
}

/** What the signature is over. */
export function signedBytes(index: Uint8Array): Uint8Array {
  const prefix = new TextEncoder().encode(SIGNED_PREFIX)
  const whole = new Uint8Array(prefix.length + index.length)
  whole.set(prefix)
  whole.set(index, prefix.length)
  return whole
}

/** What one schema alone cannot tell. */
function mustFit(entry: BackendEntry, services: readonly ServiceRecord[], names: readonly string[]): void {
  const file = `entries/${entry.id}.json`
  if (!names.includes(file)) throw invalid(file, 'its name is not that of its entry')
  const containers = entry.containers.map((container) => container.name)
  for (const id of entry.serves)
    if (!services.some((service) => service.id === id)) throw invalid(file, `it serves ${id}, which is no known service`)
  for (const container of entry.containers) {
    const unknown = container.dependsOn.find((name) => !containers.includes(name) || name === container.name)
    if (unknown !== undefined) throw invalid(file, `${container.name} waits for ${unknown}, which is not there`)
    if (/:(latest|main|stable|nightly|rc)$/.test(container.image.reference)) throw invalid(file, 'an image has a moving tag')
  }
  for (const url of [...Object.values(entry.endpoints), entry.sync.at]) {
    const { hostname, port } = new URL(url)
    const container = entry.containers.find((candidate) => candidate.name === hostname)
    if (!container?.ports.some((each) => String(each.containerPort) === port)) throw invalid(file, `${url} is at no container of it`)
  }
}

function take(read: (name: string) => Uint8Array, name: string): Uint8Array {
  try {
    return read(name)
  } catch (error) {
    throw invalid(name, 'it cannot be read', error)
  }
}

function parsed(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw invalid(name, 'it is no JSON', error)
  }
}

function formed<T>(name: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw invalid(name, `its form is another: ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 200) : ''}`, error)
  }
}

const invalid = (file: string, reason: string, cause?: unknown): HearthError =>
  new HearthError('catalog-invalid', { file, reason }, cause === undefined ? {} : { cause })
