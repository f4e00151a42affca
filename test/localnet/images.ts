import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { POCKETD_VERSION } from './build-pocketd.ts'
import { docker, mustDocker, type Registry } from './engine.ts'
import { findProgram, projectRoot } from './paths.ts'
import { mustRun } from './process.ts'
import { tarStream, type TarEntry } from './tar.ts'

/**
 * A test image: made from programs of this machine, with the same user, paths and entry point as the
 * official image it stands for. `changes` are Dockerfile instructions.
 */
export type TestImage = { official: string; reference: string; entries: TarEntry[]; changes: string[] }

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const POCKET_USER = 1025

/** Busybox with all its applets, certificates, users and a writable /tmp: what a small distribution would bring. */
async function baseEntries(): Promise<TarEntry[]> {
  const busybox = findProgram('busybox', ['/bin', '/usr/bin'])
  if (busybox === undefined) throw new Error('there is no busybox')
  const applets = (await mustRun(busybox, ['--list'])).trim().split('\n')
  const folders = [
    'bin',
    'etc',
    'etc/ssl',
    'etc/ssl/certs',
    'lib64',
    'lib',
    'usr',
    'usr/bin',
    'usr/local',
    'usr/local/bin',
    'var',
    'home',
    'root',
  ]
  const entries: TarEntry[] = folders.map((path) => ({ kind: 'folder', path, mode: 0o755 }))
  entries.push({ kind: 'folder', path: 'tmp', mode: 0o1777 })
  entries.push({ kind: 'file', path: 'bin/busybox', mode: 0o755, source: busybox })
  for (const applet of applets) {
    if (applet !== 'busybox') entries.push({ kind: 'link', path: `bin/${applet}`, mode: 0o777, target: '/bin/busybox' })
  }
  entries.push({
    kind: 'text',
    path: 'etc/passwd',
    mode: 0o644,
    text: `root:x:0:0:root:/root:/bin/sh\nfoundry:x:1000:1000::/home/foundry:/bin/sh\npocket:x:${String(POCKET_USER)}:${String(POCKET_USER)}::/home/pocket:/sbin/nologin\nnobody:x:65534:65534::/:/sbin/nologin\n`,
  })
  entries.push({
    kind: 'text',
    path: 'etc/group',
    mode: 0o644,
    text: `root:x:0:\nfoundry:x:1000:\npocket:x:${String(POCKET_USER)}:\nnogroup:x:65534:\n`,
  })
  entries.push({ kind: 'text', path: 'etc/nsswitch.conf', mode: 0o644, text: 'hosts: files dns\n' })
  if (existsSync(CERTIFICATES)) entries.push({ kind: 'file', path: 'etc/ssl/certs/ca-certificates.crt', mode: 0o644, source: CERTIFICATES })
  return entries
}

/** The shared libraries of a dynamically linked program, at the paths where its loader looks for them. */
async function libraryEntries(program: string): Promise<TarEntry[]> {
  const listing = await mustRun('ldd', [program])
  const found = new Set<string>()
  for (const match of listing.matchAll(/(?:=>\s*)?(\/\S+)\s+\(0x/g)) {
    if (match[1] !== undefined) found.add(match[1])
  }
  const entries: TarEntry[] = []
  const folders = new Set<string>()
  for (const source of found) {
    const path = source.slice(1)
    const parts = path.split('/').slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth += 1) folders.add(parts.slice(0, depth).join('/'))
    entries.push({ kind: 'file', path, mode: 0o755, source })
  }
  return [...[...folders].map((path): TarEntry => ({ kind: 'folder', path, mode: 0o755 })), ...entries]
}

/** The image that stands for `ghcr.io/pokt-network/pocketd`. */
export async function pocketdImage(pocketd: string): Promise<TestImage> {
  return {
    official: `ghcr.io/pokt-network/pocketd:${POCKETD_VERSION}`,
    reference: `hearth-test/pocketd:${POCKETD_VERSION}`,
    entries: [
      ...(await baseEntries()),
      { kind: 'folder', path: 'home/pocket', mode: 0o755, uid: POCKET_USER, gid: POCKET_USER },
      { kind: 'file', path: 'bin/pocketd', mode: 0o755, source: pocketd },
    ],
    changes: [
      'USER pocket',
      'ENV HOME=/home/pocket',
      'ENV PATH=/usr/local/bin:/usr/bin:/bin',
      'WORKDIR /home/pocket',
      'ENTRYPOINT ["pocketd"]',
    ],
  }
}

/** The image that stands for `ghcr.io/foundry-rs/foundry`: anvil alone, from the npm package of the same release. */
export async function anvilImage(): Promise<TestImage> {
  const { program, version } = await anvilProgram()
  return {
    official: `ghcr.io/foundry-rs/foundry:v${version}`,
    reference: `hearth-test/anvil:${version}`,
    entries: [
      ...(await baseEntries()),
      { kind: 'folder', path: 'home/foundry', mode: 0o755, uid: 1000, gid: 1000 },
      ...(await libraryEntries(program)),
      { kind: 'file', path: 'usr/local/bin/anvil', mode: 0o755, source: program },
    ],
    changes: ['USER foundry', 'ENV HOME=/home/foundry', 'ENV PATH=/usr/local/bin:/usr/bin:/bin', 'ENTRYPOINT ["/bin/sh","-c"]'],
  }
}

/** The anvil program of the installed npm package, and its version. */
export async function anvilProgram(): Promise<{ program: string; version: string }> {
  const architecture = arch() === 'x64' ? 'amd64' : arch()
  const folder = join(projectRoot, 'node_modules', '@foundry-rs', `anvil-linux-${architecture}`)
  const program = join(folder, 'bin', 'anvil')
  if (!existsSync(program)) throw new Error(`npm installed no anvil for linux-${architecture}`)
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  return { program, version }
}

/** The image that stands for `caddy`: Debian's build of it, from its unpacked package. */
export async function caddyImage(packageFolder: string): Promise<TestImage> {
  const program = join(packageFolder, 'usr', 'bin', 'caddy')
  const version = /v?(\d+\.\d+\.\d+)/.exec(await mustRun(program, ['version']))?.[1]
  if (version === undefined) throw new Error('caddy does not tell its version')
  const folders = ['etc/caddy', 'srv', 'config', 'config/caddy', 'data', 'data/caddy']
  return {
    official: `docker.io/library/caddy:${version}`,
    reference: `hearth-test/caddy:${version}`,
    entries: [
      ...(await baseEntries()),
      ...folders.map((path): TarEntry => ({ kind: 'folder', path, mode: 0o755 })),
      ...(await libraryEntries(program)),
      { kind: 'text', path: 'etc/caddy/Caddyfile', mode: 0o644, text: ':80 {\n\trespond 404\n}\n' },
      // The official program carries it: it does not start where nothing may be added to no capabilities at all.
      { kind: 'file', path: 'usr/bin/caddy', mode: 0o755, source: program, capabilities: 'net-bind-service' },
    ],
    changes: [
      'ENV PATH=/usr/local/bin:/usr/bin:/bin',
      'ENV XDG_CONFIG_HOME=/config',
      'ENV XDG_DATA_HOME=/data',
      'WORKDIR /srv',
      'CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]',
    ],
  }
}

/** Changes when the recipe or the content of any file in it does; where the files lie does not matter. */
async function fingerprint(image: TestImage): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify({ ...image, entries: image.entries.map((entry) => ({ ...entry, source: undefined })) }))
  for (const entry of image.entries) {
    if (entry.kind !== 'file') continue
    for await (const chunk of createReadStream(entry.source, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  }
  return hash.digest('hex').slice(0, 32)
}

async function registryHas(registry: Registry, repository: string, tag: string): Promise<boolean> {
  const answer = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  })
  return answer.ok
}

/**
 * Makes the image in the engine at `socket` and pushes it to `registry`, each only where missing or old.
 * Returns the reference under which tests use it: the registry's, or the bare one when there is no registry.
 */
export async function ensureImage(
  socket: string,
  registry: Registry | undefined,
  image: TestImage,
  log: (line: string) => void,
): Promise<string> {
  const mark = await fingerprint(image)
  const present = await docker(socket, ['image', 'inspect', '--format', '{{index .Config.Labels "hearth-test.source"}}', image.reference])
  const fresh = present.code === 0 && present.stdout.trim() === mark
  if (!fresh) {
    log(`making image ${image.reference}`)
    // An import needs no builder, no base image and no build context: one layer from one stream.
    const changes = [...image.changes, `LABEL hearth-test.source=${mark}`].flatMap((change) => ['--change', change])
    await mustDocker(socket, ['import', ...changes, '-', image.reference], { input: tarStream(image.entries), timeoutMs: 300_000 })
  }
  if (registry === undefined) return image.reference
  const pushed = `${registry.host}/${image.reference}`
  const [repository = '', tag = ''] = image.reference.split(':')
  if (!fresh || !(await registryHas(registry, repository, tag))) {
    log(`pushing ${pushed}`)
    await mustDocker(socket, ['tag', image.reference, pushed])
    await mustDocker(socket, ['push', '--quiet', pushed], { timeoutMs: 300_000 })
  }
  return pushed
}
