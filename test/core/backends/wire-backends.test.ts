import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { CATALOG_FOLDER, signCatalog } from '#main/catalog.ts'
import { wireBackends } from '#main/core/backends/wire-backends.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'hearth-catalog-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a catalogue of somebody’s own with a high number does not make the shipped one look old', async () => {
  const settings = new Map<string, string>()
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null }),
    clock,
  )
  const life = async (from: string, catalogKey?: string): Promise<string[]> => {
    const log = createTestLog()
    const deps: Partial<Parameters<typeof wireBackends>[0]> = {
      network: 'local',
      catalogFile: (name) => new Uint8Array(readFileSync(join(from, name))),
      outside: { line: {} as never, secrets: {} as never, catalogKey },
      store: {
        setting: (key: string) => Promise.resolve(settings.get(key)),
        setSetting: (key: string, value: string) => Promise.resolve(void settings.set(key, value)),
      } as never,
      state,
      clock,
      log,
      installId: 'x',
    }
    await wireBackends(deps as Parameters<typeof wireBackends>[0]).load()
    return log.lines.map((line) => line.message)
  }
  cpSync(CATALOG_FOLDER, folder, { recursive: true })
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { serial: number }
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ ...index, serial: index.serial + 50 }))
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  signCatalog(folder, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), '2026-11-22')
  const own = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex')
  expect(await life(folder, own)).toEqual([])
  expect(await life(CATALOG_FOLDER)).toEqual([])
  // Of one key the older one is refused all the same.
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ ...index, serial: 1 }))
  signCatalog(folder, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), '2026-11-22')
  expect(await life(folder, own)).toEqual(['the catalogue of backends is not used'])
})
