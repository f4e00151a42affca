import { describe, expect, test } from 'vitest'
import { installStep, nextStep } from '#main/core/engine/next-step.ts'
import type { EngineHost, FoundEngine } from '#main/core/ports/engine-finder.ts'
import type { EngineProbe, UnreadyEngine } from '#main/core/ports/engine.ts'
import { ENGINE_PRODUCTS, type EngineProduct } from '#shared/model/engines.ts'

const GIGABYTE = 1024 ** 3
const linux: EngineHost = {
  platform: 'linux',
  distributions: ['ubuntu', 'debian'],
  starter: 'systemd',
  programs: ['podman'],
  passedOver: [],
}
const mac: EngineHost = { platform: 'darwin', distributions: [], starter: 'none', programs: [], passedOver: [] }
const windows: EngineHost = { platform: 'win32', distributions: [], starter: 'none', programs: ['winget'], passedOver: [] }

const ready = (fields: Partial<Extract<EngineProbe, { kind: 'ready' }>> = {}): EngineProbe => ({
  kind: 'ready',
  name: 'Docker',
  version: '29.1.2',
  apiVersion: '1.52',
  os: 'linux',
  arch: 'x86_64',
  memoryBytes: 32 * GIGABYTE,
  cpus: 8,
  endpoint: 'unix:///e',
  clockOffsetMs: 20,
  ...fields,
})
const found = (product: EngineProduct, probe: EngineProbe | UnreadyEngine, freeBytes?: number): FoundEngine => ({
  product,
  endpoint: 'unix:///e',
  probe: typeof probe === 'string' ? { kind: probe, endpoint: 'unix:///e', detail: 'said' } : probe,
  freeBytes,
})

describe('nextStep', () => {
  test('a healthy engine asks for nothing, known room or not', () => {
    expect(nextStep(found('docker-engine', ready()), linux)).toBeUndefined()
    expect(nextStep(found('docker-engine', ready(), 200 * GIGABYTE), linux)).toBeUndefined()
  })

  test('little room and a wrong clock are told of an engine that answers, the clock first', () => {
    expect(nextStep(found('docker-engine', ready(), GIGABYTE), linux)).toEqual({
      key: 'free-disk',
      command: 'docker system prune',
      runs: false,
    })
    expect(nextStep(found('podman', ready(), GIGABYTE), linux)?.command).toBe('podman system prune')
    for (const clockOffsetMs of [-95_000, 95_000]) {
      expect(nextStep(found('colima', ready({ clockOffsetMs }), 1), mac)).toMatchObject({
        key: 'set-clock',
        command: 'colima restart',
        runs: true,
      })
      expect(nextStep(found('docker-desktop', ready({ clockOffsetMs })), windows)).toEqual({
        key: 'set-clock',
        command: 'wsl --shutdown',
        runs: false,
      })
      expect(nextStep(found('docker-desktop', ready({ clockOffsetMs })), mac)).toEqual({ key: 'set-clock', command: '', runs: false })
      expect(nextStep(found('docker-engine', ready({ clockOffsetMs })), linux)?.command).toBe('sudo timedatectl set-ntp true')
    }
    expect(nextStep(found('colima', ready({ clockOffsetMs: 10_000 })), mac)).toBeUndefined()
  })

  test.each([
    ['docker-engine', linux, 'sudo systemctl enable --now docker', false],
    ['docker-engine', { ...linux, starter: 'openrc' }, 'sudo rc-service docker start', false],
    ['docker-engine', { ...linux, starter: 'none' }, 'sudo service docker start', false],
    ['docker-rootless', linux, 'systemctl --user start docker', true],
    ['docker-desktop', linux, 'systemctl --user start docker-desktop', true],
    ['docker-desktop', mac, 'open -a Docker', true],
    ['docker-desktop', windows, 'cmd /c start "" "C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe"', true],
    ['colima', mac, 'colima start', true],
    ['orbstack', mac, 'open -a OrbStack', true],
    ['rancher-desktop', mac, 'open -a "Rancher Desktop"', true],
    ['rancher-desktop', windows, 'rdctl start', true],
    ['podman-machine', windows, 'podman machine start', true],
    ['podman-rootless', linux, 'systemctl --user enable --now podman.socket', true],
    ['podman', linux, 'sudo systemctl enable --now podman.socket', false],
    ['other', mac, '', false],
  ] as const)('%s that is not started', (product, host, command, runs) => {
    expect(nextStep(found(product, 'not-started'), host as EngineHost)).toMatchObject({ key: 'start', command, runs })
  })

  test("without permission: the group, and for the machine's Podman one of the user's own", () => {
    expect(nextStep(found('docker-engine', 'no-permission'), linux)).toEqual({
      key: 'add-group',
      command: 'sudo usermod -aG docker $USER',
      runs: false,
    })
    expect(nextStep(found('podman', 'no-permission'), linux)).toMatchObject({ key: 'start-rootless', runs: true })
    expect(nextStep(found('docker-desktop', 'no-permission'), mac)).toEqual({ key: 'add-group', command: '', runs: false })
  })

  test('the other troubles have each their own step', () => {
    expect(nextStep(found('docker-engine', 'too-old'), linux)).toEqual({
      key: 'update',
      command: 'sudo apt update && sudo apt install --only-upgrade docker.io',
      runs: false,
    })
    expect(nextStep(found('podman-rootless', 'too-old'), linux)?.command).toBe('sudo apt update && sudo apt install --only-upgrade podman')
    expect(nextStep(found('docker-desktop', 'too-old'), mac)).toEqual({ key: 'update', command: '', runs: false })
    expect(nextStep(found('docker-desktop', 'windows-containers'), windows)).toMatchObject({ key: 'linux-containers', runs: true })
    expect(nextStep(found('docker-engine', 'wrong-architecture'), linux)).toEqual({ key: 'other-processor', command: '', runs: false })
    expect(nextStep(found('docker-engine', 'failed'), linux)).toEqual({
      key: 'restart',
      command: 'sudo systemctl restart docker',
      runs: false,
    })
    expect(nextStep(found('podman-machine', 'failed'), mac)).toMatchObject({
      command: 'podman machine stop && podman machine start',
      runs: true,
    })
    expect(nextStep(found('docker-engine', 'absent'), linux)?.key).toBe('install')
  })

  test('every engine in every trouble on every system has one step, and none that asks for more rights is ever run', () => {
    const kinds: UnreadyEngine[] = [
      'absent',
      'not-started',
      'no-permission',
      'too-old',
      'wrong-architecture',
      'windows-containers',
      'failed',
    ]
    for (const product of ENGINE_PRODUCTS)
      for (const host of [linux, mac, windows, { ...linux, distributions: [] }, { ...mac, platform: 'other' as const }])
        for (const kind of kinds) {
          const step = nextStep(found(product, kind), host)
          expect(step, `${product} ${kind} ${host.platform}`).toBeDefined()
          if (!step) continue
          expect(step.runs).toBe(step.programs !== undefined)
          if (step.runs) expect(step.command).not.toMatch(/\b(sudo|su|pkexec|doas|runas)\b|[|;`$]/)
        }
  })
})

describe('installStep', () => {
  test.each([
    [['debian'], 'sudo apt install docker.io'],
    [['linuxmint', 'ubuntu', 'debian'], 'sudo apt install docker.io'],
    [['fedora'], 'sudo dnf install moby-engine && sudo systemctl enable --now docker'],
    [['rocky', 'rhel', 'centos', 'fedora'], 'sudo dnf install podman && systemctl --user enable --now podman.socket'],
    [['manjaro', 'arch'], 'sudo pacman -S docker && sudo systemctl enable --now docker'],
    [['opensuse', 'suse'], 'sudo zypper install docker && sudo systemctl enable --now docker'],
    [['alpine'], 'sudo apk add docker && sudo rc-update add docker && sudo rc-service docker start'],
    [['unheard-of'], ''],
  ])('%s', (distributions, command) => {
    expect(installStep({ ...linux, distributions })).toEqual({ key: 'install', command, runs: false })
  })

  test("a Mac with Homebrew can be helped without root, Windows' installer asks by itself", () => {
    expect(installStep({ ...mac, programs: ['brew'] })).toMatchObject({
      runs: true,
      programs: [
        ['brew', 'install', 'colima', 'docker'],
        ['colima', 'start', '--cpu', '4', '--memory', '8', '--disk', '200'],
      ],
    })
    expect(installStep(mac)).toEqual({ key: 'install', command: '', runs: false })
    expect(installStep(windows)).toEqual({ key: 'install', command: 'winget install -e --id Docker.DockerDesktop', runs: false })
    expect(installStep({ ...windows, programs: [] }).command).toBe('')
  })
})
