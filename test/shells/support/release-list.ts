import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { Feed } from '#main/shells/electron/updates/feed.ts'

/** A signed list of releases as a release makes it, with a key of the moment. */
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
export const PUBLIC = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
export const URL_OF = 'https://releases.example/hearth/'
export const IMAGE = Buffer.from('a new Hearth, as an AppImage')
export const sha512 = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex')
export const signed = (text: string): string => sign(null, Buffer.from(text), privateKey).toString('base64')

export const feed = (more: Partial<Feed> = {}): Feed => ({
  format: 1,
  sequence: 5,
  version: '0.2.0',
  publishedAtMs: 1,
  stagingPercent: 100,
  withdrawn: [],
  files: [
    { kind: 'AppImage', arch: 'x64', name: 'Hearth-0.2.0.AppImage', bytes: IMAGE.length, sha512: sha512(IMAGE) },
    { kind: 'deb', arch: 'x64', name: 'hearth_0.2.0_amd64.deb', bytes: IMAGE.length, sha512: sha512(IMAGE) },
  ],
  ...more,
})
