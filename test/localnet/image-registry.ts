import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arch } from 'node:os'
import { gzipSync } from 'node:zlib'
import { findProgram } from '#test/localnet/paths.ts'
import { mustRun } from '#test/localnet/process.ts'
import { tarStream, type TarEntry } from '#test/localnet/tar.ts'

/** How the registry treats the next answers: honestly, with the larger layer in drops, or silent from the first word on. */
export type RegistryMood = 'honest' | 'slow' | 'silent'

export interface ImageRegistry {
  /** Reference of the one image that it has: a shell with the usual small programs, in two layers. */
  image: string
  /** Digest of that image's manifest. */
  digest: string
  /** A reference that it does not have. */
  unknownImage: string
  mood: RegistryMood
  close(): Promise<void>
}

const DROP_BYTES = 32 * 1024
const DROP_PAUSE_MS = 40

interface Blob {
  digest: string
  content: Buffer
}

const blob = (content: Buffer): Blob => ({ digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, content })

async function tar(entries: TarEntry[]): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of tarStream(entries)) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

async function shellEntries(): Promise<TarEntry[]> {
  const busybox = findProgram('busybox', ['/bin', '/usr/bin'])
  if (busybox === undefined) throw new Error('there is no busybox')
  const applets = (await mustRun(busybox, ['--list'])).trim().split('\n')
  return [
    { kind: 'folder', path: 'bin', mode: 0o755 },
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, source: busybox },
    ...applets
      .filter((name) => name !== 'busybox')
      .map((name): TarEntry => ({ kind: 'link', path: `bin/${name}`, mode: 0o777, target: '/bin/busybox' })),
  ]
}

/**
 * A registry on loopback with one image that no other test has: each has its own random bytes in both layers, so that a pull fetches them
 * whatever else lies on the engine, and nobody is disturbed when it is removed. The engine takes plain HTTP from 127.0.0.0/8.
 */
export async function startImageRegistry(): Promise<ImageRegistry> {
  const salt = randomBytes(12).toString('hex')
  const layers = [
    await tar([...(await shellEntries()), { kind: 'text', path: 'salt', mode: 0o644, text: salt }]),
    await tar([{ kind: 'text', path: 'filler', mode: 0o644, text: randomBytes(512 * 1024).toString('base64') }]),
  ]
  const packed = layers.map((layer) => blob(gzipSync(layer, { level: 1 })))
  const config = blob(
    Buffer.from(
      JSON.stringify({
        architecture: arch() === 'x64' ? 'amd64' : arch(),
        os: 'linux',
        config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] },
        rootfs: { type: 'layers', diff_ids: layers.map((layer) => blob(layer).digest) },
        history: layers.map(() => ({ created: '2024-01-01T00:00:00Z' })),
      }),
    ),
  )
  const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = blob(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.content.length, digest: config.digest },
        layers: packed.map((layer) => ({
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          size: layer.content.length,
          digest: layer.digest,
        })),
      }),
    ),
  )
  const blobs = new Map([config, ...packed].map((entry) => [entry.digest, entry.content]))

  let mood: RegistryMood = 'honest'
  const stuck = new Set<ServerResponse>()
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (mood === 'silent') return
    const path = (request.url ?? '').split('?')[0] ?? ''
    const last = path.slice(path.lastIndexOf('/') + 1)
    const isManifest = path.includes('/hearth-ctr/box/manifests/') && (last === '1' || last === manifest.digest)
    const content = path.includes('/blobs/') ? blobs.get(last) : isManifest ? manifest.content : undefined
    if (path === '/v2/') return void response.end('{}')
    if (content === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }))
    }
    response.writeHead(200, {
      'content-type': isManifest ? MANIFEST : 'application/octet-stream',
      'content-length': content.length,
      'docker-content-digest': isManifest ? manifest.digest : last,
    })
    if (request.method === 'HEAD') return void response.end()
    if (mood === 'slow' && last === packed[0]?.digest) void drip(response, content)
    else response.end(content)
  }
  const drip = async (response: ServerResponse, content: Buffer): Promise<void> => {
    for (let at = 0; at < content.length && !response.destroyed; at += DROP_BYTES) {
      if (mood === 'silent') {
        stuck.add(response)
        return
      }
      response.write(content.subarray(at, at + DROP_BYTES))
      await new Promise((resolve) => {
        setTimeout(resolve, DROP_PAUSE_MS)
      })
    }
    response.end()
  }

  const server = createServer(answer)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const registry: ImageRegistry = {
    image: `${host}/hearth-ctr/box:1`,
    digest: manifest.digest,
    unknownImage: `${host}/hearth-ctr/nothing:1`,
    get mood() {
      return mood
    },
    set mood(wanted) {
      mood = wanted
      // Docker 20.10 goes on with a stalled layer for whoever asks next, until the line to the registry breaks.
      if (wanted !== 'silent') for (const response of stuck) response.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return registry
}
