import { createHash, createPrivateKey, sign } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { feedSchema, type FileKind, type ReleaseFile } from './shells/electron/updates/feed.ts'

/**
 * What a release puts beside its installers: SHA256SUMS for people, and the signed list that an installed Hearth reads.
 *
 * node main/release.ts --folder <installers> --version 1.2.3 --sequence 7 [--staging 10] [--withdrawn withdrawn.json] [--published-ms N]
 *
 * The list is signed when HEARTH_UPDATE_KEY holds an Ed25519 private key as PEM; without one there is no list, and nobody updates by itself.
 */
const KINDS: readonly [RegExp, FileKind][] = [
  [/\.AppImage$/, 'AppImage'],
  [/\.deb$/, 'deb'],
  [/\.dmg$/, 'dmg'],
  [/\.exe$/, 'nsis'],
]
export const SUMS = 'SHA256SUMS'
export const LIST = 'hearth-releases.json'

/** Kind and machine of an installer by its name as electron-builder.yml writes it; undefined for everything else. */
export function installerOf(name: string): { kind: FileKind; arch: 'x64' | 'arm64' } | undefined {
  const kind = KINDS.find(([ending]) => ending.test(name))?.[1]
  if (kind === undefined) return undefined
  return { kind, arch: /(^|[-_])(arm64|aarch64)[._-]/.test(name) ? 'arm64' : 'x64' }
}

async function sumOf(path: string, algorithm: 'sha256' | 'sha512'): Promise<string> {
  const sum = createHash(algorithm)
  for await (const chunk of createReadStream(path)) sum.update(chunk as Uint8Array)
  return sum.digest('hex')
}

export interface ReleaseNotes {
  version: string
  sequence: number
  stagingPercent: number
  withdrawn: { version: string; note: string }[]
  publishedAtMs: number
}

/**
 * Writes the sums of all files of the folder, and the list with its signature when there is a key.
 * @param keyPem Ed25519 private key @returns names of what was written. Throws for a folder without installers and for notes that no Hearth would believe
 */
export async function writeRelease(folder: string, notes: ReleaseNotes, keyPem: string | undefined): Promise<string[]> {
  const own = new Set([SUMS, LIST, `${LIST}.sig`])
  const names = (await readdir(folder)).filter((name) => !own.has(name) && !name.startsWith('.')).sort()
  const files: ReleaseFile[] = []
  for (const name of names) {
    const installer = installerOf(name)
    const path = join(folder, name)
    if (installer) files.push({ ...installer, name, bytes: (await stat(path)).size, sha512: await sumOf(path, 'sha512') })
  }
  if (files.length === 0) throw new Error(`no installer in ${folder}`)
  const written: string[] = []
  if (keyPem !== undefined && keyPem !== '') {
    const text = `${JSON.stringify(feedSchema.parse({ format: 1, ...notes, files }), null, 1)}\n`
    await writeFile(join(folder, LIST), text)
    await writeFile(join(folder, `${LIST}.sig`), `${sign(null, Buffer.from(text), createPrivateKey(keyPem)).toString('base64')}\n`)
    written.push(LIST, `${LIST}.sig`)
  }
  const lines: string[] = []
  for (const name of [...names, ...written].sort()) lines.push(`${await sumOf(join(folder, name), 'sha256')}  ${name}`)
  await writeFile(join(folder, SUMS), `${lines.join('\n')}\n`)
  return [...written, SUMS]
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      version: { type: 'string' },
      sequence: { type: 'string' },
      staging: { type: 'string', default: '100' },
      withdrawn: { type: 'string' },
      'published-ms': { type: 'string' },
    },
  })
  const { folder, version, sequence } = values
  if (folder === undefined || version === undefined || sequence === undefined)
    throw new Error('--folder, --version and --sequence are needed')
  const withdrawn =
    values.withdrawn === undefined ? [] : (JSON.parse(await readFile(values.withdrawn, 'utf8')) as ReleaseNotes['withdrawn'])
  const written = await writeRelease(
    folder,
    {
      version,
      sequence: Number(sequence),
      stagingPercent: Number(values.staging),
      withdrawn,
      publishedAtMs: Number(values['published-ms'] ?? Date.now()),
    },
    process.env['HEARTH_UPDATE_KEY'],
  )
  process.stdout.write(`${written.join('\n')}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
