import { generateKeyPairSync, sign } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { CATALOG_FOLDER, signCatalog } from '#main/catalog.ts'
import { allowedCalls } from '#main/core/backends/allowed-calls.ts'
import { waysOf } from '#main/core/backends/backends-room.ts'
import { readCatalog, signedBytes } from '#main/core/backends/read-catalog.ts'

const reader =
  (folder: string) =>
  (name: string): Uint8Array =>
    new Uint8Array(readFileSync(join(folder, name)))
const FILES = ['index.json', 'index.sig', 'services.json', ...readdirSync(join(CATALOG_FOLDER, 'entries')).map((name) => `entries/${name}`)]
const made: string[] = []
/** A copy that may be changed. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-catalog-'))
  made.push(folder)
  cpSync(CATALOG_FOLDER, folder, { recursive: true })
  return folder
}
/** A key of tests, made anew each time. */
function testKey(): { pem: string; privateKey: ReturnType<typeof generateKeyPairSync>['privateKey'] } {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), privateKey: privateKey as never }
}
const edit = (folder: string, name: string, change: (value: Record<string, unknown>) => void): void => {
  const value = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
  change(value)
  writeFileSync(join(folder, name), JSON.stringify(value))
}
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('the catalogue that is shipped', () => {
  const catalog = readCatalog(reader(CATALOG_FOLDER), CATALOG_PUBLIC_KEY)

  it('is signed with the key that Hearth trusts, and whole', () => {
    expect(catalog.services.length).toBeGreaterThan(90)
    expect(catalog.entries.map((entry) => entry.id).toSorted()).toEqual([
      'akash-omnibus',
      'fuse-nethermind',
      'gnosis-nethermind-lighthouse',
      'ollama',
      'pocket-full',
    ])
  })
  it('has nothing beside what is signed', () => {
    expect(readdirSync(CATALOG_FOLDER).toSorted()).toEqual(['entries', 'index.json', 'index.sig', 'services.json'])
    expect(catalog.entries.length).toBe(readdirSync(join(CATALOG_FOLDER, 'entries')).length)
  })
  it.each(catalog.entries.map((entry) => [entry.id, entry] as const))('%s can be run, judged and paid', (_id, entry) => {
    // Each kind of relay of its services has an address, and every container belongs to one of them or to another container.
    for (const id of entry.serves) {
      const service = catalog.services.find((each) => each.id === id)
      expect(service, id).toBeDefined()
      expect(
        Object.keys(entry.endpoints).some((kind) => service?.rpcTypes.includes(kind as 'REST')),
        `${entry.id} and ${id}`,
      ).toBe(true)
    }
    for (const container of entry.containers) {
      expect(container.image.reference).not.toMatch(/:(latest|main|stable)$/)
      // Beyond loopback only with a reason, and what answers relays never.
      const answering = Object.values(entry.endpoints).map((url) => new URL(url).port)
      for (const port of container.ports) if (answering.includes(String(port.containerPort))) expect(port.beyondLoopback).toBeUndefined()
      // What programs with a database need to write it down.
      if (entry.snapshot.kind !== 'none' || entry.sync.kind !== 'answers') expect(container.stopGraceSeconds).toBeGreaterThanOrEqual(60)
      const flags = [...(container.entrypoint ?? []), ...container.command].join(' ')
      expect(flags).not.toMatch(/admin|personal|debug|rpc\.unsafe=true/i)
    }
    expect(entry.needs.memoryGb * 1024 ** 3).toBeGreaterThanOrEqual(entry.containers.reduce((sum, each) => sum + each.memoryBytes, 0))
  })
  it.each(catalog.services.map((service) => [service.id, service] as const))(
    '%s: the questions of the gateways can be asked, and are let through',
    (_id, service) => {
      const ways = waysOf(service)
      const { methods } = allowedCalls(service)
      for (const check of service.checks) {
        if (check.body !== '') expect(() => JSON.parse(check.body) as unknown).not.toThrow()
        const method = /"method":"(\w+)"/.exec(check.body)?.[1]
        if (check.rpcType === 'WEBSOCKET') expect(ways.websocket).toBe(true)
        else if (check.rpcType === 'REST') expect(ways.rest).toBe(true)
        else {
          expect(ways.http).toBe(true)
          expect(methods).toContain(method)
        }
      }
    },
  )
})

describe('a catalogue that was touched', () => {
  it.each(FILES)('is refused when one bit of %s is another', (name) => {
    const folder = copy()
    const bytes = readFileSync(join(folder, name))
    for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 2]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(join(folder, name), changed)
      expect(() => readCatalog(reader(folder), CATALOG_PUBLIC_KEY), `${name} at ${at}`).toThrow(/catalog-invalid/)
    }
  })
  it('is refused when a file is missing, when another key signed it, and when the signature is of something else', () => {
    const gone = copy()
    rmSync(join(gone, 'entries/ollama.json'))
    expect(() => readCatalog(reader(gone), CATALOG_PUBLIC_KEY)).toThrow(/entries\/ollama.json/)
    const other = copy()
    const { publicKeyHex } = signCatalog(other, testKey().pem, '2026-11-22')
    expect(() => readCatalog(reader(other), CATALOG_PUBLIC_KEY)).toThrow(/its signature is not ours/)
    expect(readCatalog(reader(other), publicKeyHex).entries).toHaveLength(5)
    const { pem, privateKey } = testKey()
    const bare = copy()
    const key = signCatalog(bare, pem, '2026-11-22').publicKeyHex
    // Without what goes before the index: a signature that the same key made for another purpose.
    writeFileSync(join(bare, 'index.sig'), sign(null, readFileSync(join(bare, 'index.json')), privateKey).toString('hex'))
    expect(() => readCatalog(reader(bare), key)).toThrow(/its signature is not ours/)
    expect(signedBytes(new Uint8Array([1])).length).toBeGreaterThan(1)
  })
  it('is refused when it is older than one that was used', () => {
    const { serial } = readCatalog(reader(CATALOG_FOLDER), CATALOG_PUBLIC_KEY)
    expect(() => readCatalog(reader(CATALOG_FOLDER), CATALOG_PUBLIC_KEY, serial + 1)).toThrow(/it is older/)
  })
})

describe('signing', () => {
  it('does not help an entry that does not fit: each mistake is named with its file', () => {
    const mistakes: [string, (value: Record<string, unknown>) => void, RegExp][] = [
      ['entries/fuse-nethermind.json', (value) => (value['serves'] = ['no-such-service']), /no known service/],
      ['entries/fuse-nethermind.json', (value) => (value['id'] = 'another'), /its name is not that of its entry/],
      ['entries/fuse-nethermind.json', (value) => (value['endpoints'] = { JSON_RPC: 'http://elsewhere:8545' }), /at no container of it/],
      ['entries/fuse-nethermind.json', (value) => (value['privileged'] = true), /its form is another/],
      [
        'entries/fuse-nethermind.json',
        (value) => (value['snapshot'] = { kind: 'file', url: 'http://a.example/x', sha256: '00', bytes: 1, into: 'data:' }),
        /its form is another/,
      ],
      [
        'entries/ollama.json',
        (value) => ((value['containers'] as { image: { reference: string } }[])[0]!.image.reference = 'docker.io/ollama/ollama:latest'),
        /moving tag/,
      ],
      ['entries/ollama.json', (value) => ((value['containers'] as { user?: string }[])[0]!.user = '0:0'), /its form is another/],
    ]
    for (const [name, change, said] of mistakes) {
      const folder = copy()
      edit(folder, name, change)
      const { publicKeyHex } = signCatalog(folder, testKey().pem, '2026-11-22')
      expect(() => readCatalog(reader(folder), publicKeyHex)).toThrow(said)
    }
  })
  it('counts on from the index before', () => {
    const folder = copy()
    const before = readCatalog(reader(CATALOG_FOLDER), CATALOG_PUBLIC_KEY).serial
    expect(signCatalog(folder, testKey().pem, '2026-11-22').index.serial).toBe(before + 1)
  })
})
