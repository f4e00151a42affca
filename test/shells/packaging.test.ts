import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CREDENTIAL_NAME } from '#main/adapters/vault/unlock-key-file.ts'
import { readWebOptions } from '#main/shells/web/options.ts'
import { findProgram } from '#test/localnet/paths.ts'

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const unit = read('packaging/systemd/hearth.service')
const values = (key: string): string[] => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value ?? '')
/** Options that follow the entry in a command line. */
const optionsOf = (words: string[]): string[] => words.slice(words.findIndex((word) => word.endsWith('dist/main/web.js')) + 1)

describe('the systemd unit', () => {
  test('starts Hearth with options that it knows, and without the inspector’s signal', () => {
    const [start = ''] = values('ExecStart')
    const [environment = ''] = values('Environment')
    const given = /^"HEARTH_OPTIONS=(.*)"$/.exec(environment)?.[1] ?? ''
    const words = start.replace('$HEARTH_OPTIONS', given).replace('${STATE_DIRECTORY}', '/var/lib/hearth').split(' ')
    expect(words).toContain('--disable-sigusr1')
    expect(readWebOptions(optionsOf(words))).toMatchObject({ dataDir: '/var/lib/hearth', bind: '127.0.0.1', open: false, port: 8080 })
  })

  test('hands the unlock credential over under the name that the vault looks for', () => {
    expect(values('LoadCredential')).toEqual([CREDENTIAL_NAME])
  })

  test('gives Hearth longer to end than Hearth gives itself, keeps memory off the disk and takes away what is not needed', () => {
    expect(Number(values('TimeoutStopSec')[0])).toBeGreaterThan(15)
    expect([values('LimitCORE'), values('MemorySwapMax'), values('UMask'), values('StateDirectoryMode')]).toEqual([
      ['0'],
      ['0'],
      ['0077'],
      ['0700'],
    ])
    for (const key of ['NoNewPrivileges', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'RestrictSUIDSGID', 'RestrictNamespaces'])
      expect([key, values(key)]).toEqual([key, ['yes']])
    expect([values('ProtectSystem'), values('CapabilityBoundingSet')]).toEqual([['strict'], ['']])
    // The engine of JavaScript cannot run under it.
    expect(values('MemoryDenyWriteExecute')).toEqual([])
  })

  test('is one that systemd takes without a word, where systemd is', () => {
    const program = findProgram('systemd-analyze')
    const folder = mkdtempSync(join(tmpdir(), 'hearth-unit-'))
    try {
      const file = join(folder, 'hearth.service')
      writeFileSync(file, unit.replace('/usr/bin/node', process.execPath).replace('file:///opt/hearth/docs/headless.md', 'file:///'))
      if (program === undefined) return
      const verified = spawnSync(program, ['verify', file], { encoding: 'utf8' })
      expect([verified.status, verified.stdout + verified.stderr]).toEqual([0, ''])
      const judged = spawnSync(program, ['security', '--offline=yes', '--threshold=20', file], { encoding: 'utf8' })
      expect([judged.status, judged.stdout]).toEqual([0, expect.stringMatching(/Overall exposure level for hearth\.service: [01]\.\d OK/)])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the image', () => {
  const dockerfile = read('packaging/docker/Dockerfile')
  const listOf = (instruction: string): string[] =>
    JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? '[]') as string[]

  test('runs as nobody in particular, in the exec form, with options that Hearth knows', () => {
    expect(dockerfile.match(/^USER .*/gm)).toEqual(['USER 10001:10001'])
    const entry = listOf('ENTRYPOINT')
    expect(entry.slice(0, 2)).toEqual(['node', '--disable-sigusr1'])
    expect(readWebOptions([...optionsOf(entry), ...listOf('CMD')])).toMatchObject({
      dataDir: '/data',
      bind: '0.0.0.0',
      tls: { kind: 'own' },
      port: 8443,
      confirmPort: 8444,
    })
  })

  test('is made of what the context lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--chown=\S+ )?(.*) \S+$/gm)].flatMap(([, names]) => (names ?? '').split(' '))
    expect(copied.length).toBeGreaterThan(6)
    expect(copied.filter((name) => !allowed.includes(name))).toEqual([])
  })
})

test('the guide names only options that exist', () => {
  const guide = read('docs/headless.md')
  const known = new Set(read('main/shells/web/options.ts').match(/--[a-z][a-z-]+/g))
  const ours = [
    '--bind',
    '--tls-self',
    '--tls-cert',
    '--tls-key',
    '--name',
    '--confirm-name',
    '--behind-proxy',
    '--reset-sign-in',
    '--port',
    '--confirm-port',
  ]
  expect(ours.filter((option) => !known.has(option) || !guide.includes(option))).toEqual([])
  const lines = guide.split('\n').filter((line) => /--(bind|behind-proxy) /.test(line) && line.startsWith('--'))
  expect(lines).toHaveLength(1)
  for (const line of lines) expect(() => readWebOptions(line.split(' '))).not.toThrow()
})
