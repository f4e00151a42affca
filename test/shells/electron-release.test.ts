import { createHash, generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installerOf, writeRelease, type ReleaseNotes } from '#main/release.ts'
import { readFeed } from '#main/shells/electron/updates/feed.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { electronProgram, judgeReport, smoke } from './electron-smoke.ts'
import { wantedFuses, wrongFuses } from './read-fuses.ts'

/** The packager's own reader of YAML: what it reads is what counts. */
const { load } = createRequire(createRequire(import.meta.url).resolve('electron-builder'))('js-yaml') as { load: (text: string) => unknown }
const text = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
interface Packaging {
  artifactName: string
  icon: string
  linux: { target: string[] }
  mac: { target: string[]; entitlements: string }
  win: { target: string[] }
  nsis: { deleteAppDataOnUninstall: boolean }
  protocols: { name: string; schemes: string[] }[]
  publish: null
}
const config = load(text('electron-builder.yml')) as Packaging
interface Step {
  uses?: string
  run?: string
  if?: string
  env?: Record<string, string>
  with?: Record<string, string>
}
interface Workflow {
  on: Record<string, unknown>
  permissions: Record<string, string>
  jobs: Record<
    string,
    {
      needs?: string
      if?: string
      environment?: string
      permissions?: Record<string, string>
      steps: Step[]
      strategy?: { matrix: { include: Record<string, string>[] } }
    }
  >
}
const workflows = ['release', 'release-list'] as const
const workflow = (name: (typeof workflows)[number]): Workflow => load(text(`.github/workflows/${name}.yml`)) as Workflow

describe('electron-builder.yml', () => {
  test('makes AppImage, deb, dmg and nsis, in names that the list of releases understands', () => {
    expect([config.linux.target, config.mac.target, config.win.target]).toEqual([['AppImage', 'deb'], ['dmg'], ['nsis']])
    const name = (os: string, arch: string, ext: string): string =>
      config.artifactName.replace('${version}', '0.1.0').replace('${os}', os).replace('${arch}', arch).replace('${ext}', ext)
    expect(
      [name('linux', 'x86_64', 'AppImage'), name('linux', 'amd64', 'deb'), name('mac', 'arm64', 'dmg'), name('win', 'x64', 'exe')].map(
        installerOf,
      ),
    ).toEqual([
      { kind: 'AppImage', arch: 'x64' },
      { kind: 'deb', arch: 'x64' },
      { kind: 'dmg', arch: 'arm64' },
      { kind: 'nsis', arch: 'x64' },
    ])
    expect(installerOf('hearth-sbom.cdx.json')).toBeUndefined()
  })
  test('names files that are there, takes the scheme of links, and leaves the data of the user', () => {
    expect(existsSync(join(projectRoot, 'resources', config.icon))).toBe(true)
    expect(text(config.mac.entitlements)).toContain('com.apple.security.cs.allow-jit')
    expect(text(config.mac.entitlements).match(/<key>/g)).toHaveLength(1)
    expect(config.protocols[0]).toEqual({ name: 'Hearth', schemes: ['hearth'] })
    expect(config.nsis.deleteAppDataOnUninstall).toBe(false)
    expect(config.publish).toBeNull()
  })
})

describe('S12: fuses are read back', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-fuses-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  /** A program with a wire as Electron's has one. */
  const program = async (wire: string): Promise<string> => {
    const path = join(folder, 'hearth')
    const head = Buffer.concat([Buffer.alloc(64, 7), Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')])
    await writeFile(path, Buffer.concat([head, Buffer.from([1, wire.length]), Buffer.from(wire), Buffer.alloc(64, 7)]))
    return path
  }
  const wanted = wantedFuses(text('electron-builder.yml'))

  test('as they are asked for: well', async () => {
    expect(wanted.size).toBe(8)
    expect(await wrongFuses(await program('01001100'), wanted)).toEqual([])
  })
  test.each([
    ['11001100', 'runAsNode is on, wanted off'],
    ['01001000', 'onlyLoadAppFromAsar is off, wanted on'],
    ['0100r100', 'enableEmbeddedAsarIntegrityValidation is gone from this Electron, wanted on'],
    ['0100110', 'grantFileProtocolExtraPrivileges is gone from this Electron, wanted off'],
  ])('%s: %s', async (wire, line) => {
    expect(await wrongFuses(await program(wire), wanted)).toEqual([line])
  })
  test('a fuse that is not named, or is none, is told', async () => {
    const path = await program('01001100')
    expect(await wrongFuses(path, new Map([...wanted].filter(([name]) => name !== 'runAsNode')))).toEqual(['runAsNode is not named'])
    expect(await wrongFuses(path, new Map([...wanted, ['burnTheHouse', false]]))).toEqual([
      'burnTheHouse is no fuse that this script knows',
    ])
  })
  test('a file that is no Electron is none', async () => {
    await writeFile(join(folder, 'x'), 'nothing')
    await expect(wrongFuses(join(folder, 'x'), wanted)).rejects.toThrow(/sentinel/)
  })
})

describe('the release workflow', () => {
  const release = workflow('release')
  const steps = (job: string): Step[] => release.jobs[job]?.steps ?? []
  const runs = (job: string): string =>
    steps(job)
      .flatMap((step) => step.run ?? [])
      .join('\n')

  test.each(workflows)('%s: every action by its commit, nothing more allowed than said, no secret in a command', (name) => {
    const { permissions, jobs } = workflow(name)
    expect(permissions).toEqual({ contents: 'read' })
    for (const [id, job] of Object.entries(jobs)) {
      for (const step of job.steps) {
        if (step.uses !== undefined) expect(step.uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/)
        if (step.uses?.startsWith('actions/checkout')) expect(String(step.with?.['persist-credentials'])).toBe('false')
        // What others may write (inputs, tags, secrets) comes by the environment, never into the text of a command.
        expect(step.run ?? '', id).not.toMatch(/\$\{\{ *(secrets|inputs|github\.(ref|head|event)|vars)/)
      }
    }
  })
  test('builds on three systems, reads the fuses of each, and installs and starts what it made', () => {
    const matrix = release.jobs['build']?.strategy?.matrix.include ?? []
    expect(matrix.map((entry) => [entry['os'], entry['arch']])).toEqual([
      ['linux', 'x64'],
      ['mac', 'arm64'],
      ['win', 'x64'],
    ])
    const all = runs('build')
    expect(all).toContain('npx electron-builder --${{ matrix.os }} --${{ matrix.arch }} --publish never')
    expect(all).toContain('node test/shells/read-fuses.ts "${{ matrix.unpacked }}"')
    const smokes = steps('build').filter((step) => step.run?.includes('--smoke'))
    expect(smokes.map((step) => step.if)).toEqual(["matrix.os == 'linux'", "matrix.os == 'mac'", "matrix.os == 'win'"])
    for (const kind of ['appimage', 'deb', 'dmg', 'nsis']) expect(all).toContain(`--smoke-report=smoke-${kind}.json`)
    // The sandbox is what is looked at: no step may take it away.
    expect(text('.github/workflows/release.yml')).not.toMatch(/no-sandbox|DISABLE_SANDBOX/)
    expect(all).toMatch(/sandboxedPage.*keyProcess/)
    expect(steps('build').findIndex((step) => step.uses?.includes('upload-artifact'))).toBe(steps('build').length - 1)
  })
  test('a certificate that is not given is not asked for', () => {
    const step = steps('build').find((each) => each.run?.includes('npx electron-builder'))
    expect(Object.keys(step?.env ?? {})).toEqual([
      'CSC_LINK',
      'CSC_KEY_PASSWORD',
      'APPLE_ID',
      'APPLE_APP_SPECIFIC_PASSWORD',
      'APPLE_TEAM_ID',
    ])
    for (const name of Object.keys(step?.env ?? {})) expect(step?.run).toContain(name)
    expect(step?.run).toContain('unset "$name"')
  })
  test('the release has sums, parts, proof and the signed list, and ends in a draft', () => {
    expect(release.jobs['release']?.needs).toBe('build')
    expect(release.jobs['release']?.if).toBe("startsWith(github.ref, 'refs/tags/v')")
    expect(release.jobs['release']?.permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' })
    expect(release.jobs['release']?.environment).toBe('release')
    const all = runs('release')
    expect(all).toContain('npm sbom --omit dev --sbom-format cyclonedx')
    expect(all).toContain('node main/release.ts --folder release')
    expect(all).toContain('--draft')
    expect(
      steps('release').some(
        (step) => step.uses?.startsWith('actions/attest-build-provenance@') && step.with?.['subject-path'] === 'release/*',
      ),
    ).toBe(true)
    // The key is there for one step of one job, and for the other workflow's.
    const holders = Object.values(release.jobs).flatMap((job) =>
      job.steps.filter((step) => JSON.stringify(step).includes('HEARTH_UPDATE_KEY')),
    )
    expect(holders).toHaveLength(1)
    expect(holders[0]?.run).toContain('main/release.ts')
  })
  test('every program that a step names is in the tree, and every option is one that Hearth knows', () => {
    const named = new Set(
      [
        ...`${text('.github/workflows/release.yml')}${text('.github/workflows/release-list.yml')}`.matchAll(
          /\bnode ((?:main|test)\/[\w./-]+\.ts)/g,
        ),
      ].map((match) => match[1] ?? ''),
    )
    expect([...named].sort()).toEqual(['main/release.ts', 'test/shells/read-fuses.ts'])
    for (const path of named) expect(existsSync(join(projectRoot, path)), path).toBe(true)
    const options = text('main/shells/electron/start-options.ts')
    for (const option of ['smoke', 'smoke-report']) expect(options).toMatch(new RegExp(`['\\s]${option}'?: \\{ type:`))
  })
})

describe('what a release puts beside its installers', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-release-'))
    await writeFile(join(folder, 'Hearth-0.2.0-linux-x86_64.AppImage'), 'an image')
    await writeFile(join(folder, 'Hearth-0.2.0-mac-arm64.dmg'), 'a dmg')
    await writeFile(join(folder, 'hearth-sbom.cdx.json'), '{}')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const notes = (more: Partial<ReleaseNotes> = {}): ReleaseNotes => ({
    version: '0.2.0',
    sequence: 7,
    stagingPercent: 10,
    withdrawn: [],
    publishedAtMs: 1,
    ...more,
  })

  test('a list that an installed Hearth believes, and sums of everything', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (let times = 0; times < 2; times += 1) await writeRelease(folder, notes(), pem)
    const list = await readFile(join(folder, 'hearth-releases.json'))
    const signature = await readFile(join(folder, 'hearth-releases.json.sig'), 'latin1')
    const read = readFeed(list, signature, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'))
    expect(read).toMatchObject({
      version: '0.2.0',
      stagingPercent: 10,
      files: [
        { kind: 'AppImage', bytes: 8 },
        { kind: 'dmg', arch: 'arm64' },
      ],
    })
    const sums = (await readFile(join(folder, 'SHA256SUMS'), 'utf8')).trim().split('\n')
    expect(sums.map((line) => line.split('  ')[1] ?? '').sort()).toEqual(
      (await readdir(folder)).filter((name) => name !== 'SHA256SUMS').sort(),
    )
    for (const line of sums) {
      const [sum, name] = line.split('  ')
      expect(sum).toBe(
        createHash('sha256')
          .update(await readFile(join(folder, name ?? '')))
          .digest('hex'),
      )
    }
  })
  test('without a key there are sums and no list', async () => {
    expect(await writeRelease(folder, notes(), '')).toEqual(['SHA256SUMS'])
    expect(await readdir(folder)).not.toContain('hearth-releases.json')
  })
  test('a release without installers, or with notes that no Hearth would believe, fails', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const bad of [{ version: '0.2' }, { sequence: 0 }, { stagingPercent: 400 }, { sequence: Number.NaN }])
      await expect(writeRelease(folder, notes(bad), pem)).rejects.toThrow()
    for (const name of await readdir(folder)) await rm(join(folder, name))
    await expect(writeRelease(folder, notes(), pem)).rejects.toThrow(/no installer/)
  })
})

describe('the smoke test of the real window', () => {
  const whole = { smoke: 'ok', core: true, sandboxedPage: true, keyProcess: true }
  test('only a whole report and a clean end are well', () => {
    expect(judgeReport(JSON.stringify(whole), 0).kind).toBe('ok')
    for (const name of Object.keys(whole))
      expect([name, judgeReport(JSON.stringify({ ...whole, [name]: false }), 0).kind]).toEqual([name, 'failed'])
    expect(judgeReport(JSON.stringify(whole), 1).kind).toBe('failed')
    expect(judgeReport(undefined, 0).kind).toBe('failed')
    expect(judgeReport('nonsense', 0).kind).toBe('failed')
  })
  test('a program that writes no report has failed, and is not waited for', async () => {
    expect(await smoke(process.execPath, true)).toEqual({ kind: 'failed', text: expect.stringMatching(/^no report, exit code [1-9]/) })
  })
  test('a packages’ folder without the program has none', () => {
    expect(electronProgram(join(projectRoot, 'test'))).toBeUndefined()
  })
})
