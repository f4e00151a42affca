import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** What each fuse must be; one that Electron adds has to be judged here. */
const FUSES = {
  runAsNode: 'false',
  enableCookieEncryption: 'true',
  enableNodeOptionsEnvironmentVariable: 'false',
  enableNodeCliInspectArguments: 'false',
  enableEmbeddedAsarIntegrityValidation: 'true',
  onlyLoadAppFromAsar: 'true',
  loadBrowserProcessSpecificV8Snapshot: 'false',
  grantFileProtocolExtraPrivileges: 'false',
  resetAdHocDarwinSignature: 'false',
}

test('S12: the packaged program names every fuse, each as it must be', async () => {
  const text = await readFile(new URL('../../../electron-builder.yml', import.meta.url), 'utf8')
  const block = /^electronFuses:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? ''
  const named = [...block.matchAll(/^ {2}(\w+): (\w+)$/gm)].map((match) => [match[1], match[2]])
  expect(Object.fromEntries(named)).toEqual(FUSES)
  // Said once: a second block further down would win.
  expect(text.match(/^electronFuses:/gm)).toHaveLength(1)
  expect(text).toMatch(/^asar: true$/m)
})
