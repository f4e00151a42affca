/**
 * Reads the fuses of a packaged program back and holds them against electron-builder.yml: what counts is the artefact, not what was asked for (S12).
 *
 * node test/shells/read-fuses.ts <program> [electron-builder.yml]
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'

/** Bytes of the wire. */
const OFF = 0x30
const ON = 0x31

/** Names as electron-builder.yml has them. */
const FUSES: Record<string, FuseV1Options> = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
}

/** @param text of electron-builder.yml @returns the fuses that it sets */
export function wantedFuses(text: string): Map<string, boolean> {
  const block = /^electronFuses:\n((?:[ ]{2}.*\n)+)/m.exec(text)?.[1] ?? ''
  const found = new Map<string, boolean>()
  for (const [, name, value] of block.matchAll(/^ {2}(\w+): (true|false)$/gm))
    // Not a fuse: how the packager signs on macOS afterwards.
    if (name !== undefined && name !== 'resetAdHocDarwinSignature') found.set(name, value === 'true')
  return found
}

/** @returns one line per fuse that is not as wanted, not named, or gone from this Electron; none when all is well */
export async function wrongFuses(program: string, wanted: ReadonlyMap<string, boolean>): Promise<string[]> {
  const wire = await getCurrentFuseWire(program)
  const wrong: string[] = []
  for (const [name, fuse] of Object.entries(FUSES)) {
    const state = wire[fuse]
    const expected = wanted.get(name)
    if (expected === undefined) wrong.push(`${name} is not named`)
    else if (Number(state) !== (expected ? ON : OFF)) {
      const seen = Number(state) === ON ? 'on' : Number(state) === OFF ? 'off' : 'gone from this Electron'
      wrong.push(`${name} is ${seen}, wanted ${expected ? 'on' : 'off'}`)
    }
  }
  for (const name of wanted.keys()) if (FUSES[name] === undefined) wrong.push(`${name} is no fuse that this script knows`)
  return wrong
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [program, config = 'electron-builder.yml'] = process.argv.slice(2)
  if (program === undefined) throw new Error('name the program')
  const wanted = wantedFuses(readFileSync(config, 'utf8'))
  const wrong = await wrongFuses(program, wanted)
  for (const line of wrong) console.error(line)
  if (wrong.length === 0) console.log(`${String(wanted.size)} fuses are as electron-builder.yml has them`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
