import { describe, expect, test } from 'vitest'
import type { ContainerAnswer, StatsAnswer } from '#main/adapters/docker/answers.ts'
import { containerOptions } from '#main/adapters/docker/container-options.ts'
import { containerStats, seenContainer } from '#main/adapters/docker/seen-container.ts'
import type { ContainerSpec } from '#main/core/ports/engine.ts'

const spec: ContainerSpec = {
  name: 'hearth-a-pocket',
  nodeId: 'pocket',
  image: 'sha256:00',
  command: ['start'],
  ports: [{ containerPort: 26657, hostPort: 40001 }],
  mounts: [{ kind: 'volume', volume: 'v', path: '/home' }],
  networks: [{ name: 'n', aliases: ['pocket'] }],
  restart: 'unless-stopped',
  memoryBytes: 1000,
  stopGraceSeconds: 35,
  logDriver: 'none',
  specHash: 'h',
}

describe('containerOptions', () => {
  test('labels say whose it is and where it belongs, and nothing else', () => {
    expect(containerOptions({ ...spec, env: { SECRET: 'x' } }, 'install').Labels).toEqual({
      'hearth.install': 'install',
      'hearth.node': 'pocket',
      'hearth.spec': 'h',
      'hearth.networks': 'n',
    })
    const networks = [...spec.networks, { name: 'm', aliases: ['pocket'] }]
    expect(containerOptions({ ...spec, networks }, 'install').Labels).toMatchObject({ 'hearth.networks': 'n,m' })
  })

  test('only who asks for root by name may change owners', () => {
    const added = (user: string | undefined) => containerOptions(user === undefined ? spec : { ...spec, user }, 'i').HostConfig?.CapAdd
    for (const user of ['0', '0:0', 'root', 'root:root']) expect(added(user)).toContain('CHOWN')
    for (const user of [undefined, '1025:1025', '1025:0', '10', 'pocket:root', '']) expect(added(user)).toEqual([])
    expect(added('root')).not.toContain('SYS_ADMIN')
  })

  test('a capability of the catalogue is added, any other is left out: SECURITY: S16', () => {
    const added = (capAdd: string[]) => containerOptions({ ...spec, capAdd: capAdd as 'NET_BIND_SERVICE'[] }, 'i').HostConfig
    expect(added(['NET_BIND_SERVICE'])).toMatchObject({ CapDrop: ['ALL'], CapAdd: ['NET_BIND_SERVICE'] })
    expect(added(['SYS_ADMIN', 'NET_BIND_SERVICE', 'ALL'])).toMatchObject({ CapAdd: ['NET_BIND_SERVICE'] })
  })

  test('ports go to loopback, swap is no way around the memory limit', () => {
    const { HostConfig } = containerOptions(spec, 'i')
    expect(HostConfig?.PortBindings).toEqual({ '26657/tcp': [{ HostIp: '127.0.0.1', HostPort: '40001' }] })
    expect(HostConfig).toMatchObject({
      Memory: 1000,
      MemorySwap: 1000,
      LogConfig: { Type: 'none' },
      RestartPolicy: { Name: 'unless-stopped' },
    })
    expect(containerOptions({ ...spec, networks: [] }, 'i').HostConfig?.NetworkMode).toBe('none')
  })
})

describe('seenContainer', () => {
  test('says what the test of the image found, where there is one', () => {
    const health = (found: object | undefined) => seenContainer(inspected({ Status: 'running', Health: found })).health
    expect([{ Status: 'starting' }, { Status: 'healthy' }, { Status: 'unhealthy' }].map(health)).toEqual([
      'starting',
      'healthy',
      'unhealthy',
    ])
    // Podman's and Docker's words for none.
    expect([{ Status: '' }, { Status: 'none' }, undefined].map(health)).toEqual([undefined, undefined, undefined])
  })

  test("Podman's moments between two states, and a word that nobody knows", () => {
    const state = (Status: string) => seenContainer(inspected({ Status })).state
    expect(['configured', 'initialized', 'stopping', 'stopped', 'what'].map(state)).toEqual([
      'created',
      'created',
      'running',
      'exited',
      'dead',
    ])
  })

  const inspected = (state: object): ContainerAnswer =>
    ({
      Id: 'c1',
      Name: '/hearth-a-pocket',
      Image: 'sha256:00',
      RestartCount: 2,
      Config: { Labels: { 'hearth.node': 'pocket', 'hearth.spec': 'h' } },
      State: { OOMKilled: false, ExitCode: 0, StartedAt: '0001-01-01T00:00:00Z', FinishedAt: '0001-01-01T00:00:00Z', ...state },
    }) as unknown as ContainerAnswer

  test('a container whose network was taken from it is not as it was made, whatever its label says', () => {
    const hash = (mode: string | null, networks: object | null) =>
      seenContainer({
        ...inspected({ Status: 'running' }),
        HostConfig: { NetworkMode: mode },
        NetworkSettings: { Networks: networks },
      } as ContainerAnswer).specHash
    expect(hash('hearth-a-net', { 'hearth-a-net': {} })).toBe('h')
    expect([hash('hearth-a-net', { other: {} }), hash('hearth-a-net', {}), hash('hearth-a-net', null)]).toEqual(['', '', ''])
    // Made for two, where the engine names one alone as its own, or none.
    const twice = (mode: string, networks: Record<string, unknown>) => {
      const seen = inspected({ Status: 'running' })
      const labels = { ...seen.Config.Labels, 'hearth.networks': 'hearth-a-net,hearth-b-net' }
      return seenContainer({
        ...seen,
        Config: { Labels: labels },
        HostConfig: { NetworkMode: mode },
        NetworkSettings: { Networks: networks },
      }).specHash
    }
    for (const mode of ['hearth-a-net', 'bridge']) {
      expect(twice(mode, { 'hearth-a-net': {}, 'hearth-b-net': {} })).toBe('h')
      expect(twice(mode, { 'hearth-a-net': {} })).toBe('')
      expect(twice(mode, { 'hearth-b-net': {} })).toBe('')
    }
    // Without a network of its own, and as Podman tells it.
    expect([hash('none', {}), hash('bridge', {}), hash(null, null), hash('slirp4netns:x', {})]).toEqual(['h', 'h', 'h', 'h'])
  })

  test('year 1 is never; an exit code is told only of what has ended', () => {
    expect(seenContainer(inspected({ Status: 'created' }))).toMatchObject({
      name: 'hearth-a-pocket',
      nodeId: 'pocket',
      exitCode: undefined,
      startedAtMs: undefined,
      finishedAtMs: undefined,
      restartCount: 2,
    })
    const startedAt = { StartedAt: '2024-05-01T10:00:00.5Z' }
    expect(seenContainer(inspected({ Status: 'running', ...startedAt }))).toMatchObject({
      exitCode: undefined,
      startedAtMs: Date.parse(startedAt.StartedAt),
    })
    expect(seenContainer(inspected({ Status: 'exited', ExitCode: 0 })).exitCode).toBe(0)
    expect(seenContainer(inspected({ Status: 'restarting', ExitCode: 7, Running: true })).exitCode).toBe(7)
    expect(seenContainer(inspected({ Status: 'unheard-of' })).state).toBe('dead')
  })
})

describe('containerStats', () => {
  const sample = (memory: object, cpu = { now: 300, before: 100 }): StatsAnswer =>
    ({
      memory_stats: memory,
      cpu_stats: { cpu_usage: { total_usage: cpu.now }, system_cpu_usage: 2_000, online_cpus: 4 },
      precpu_stats: { cpu_usage: { total_usage: cpu.before }, system_cpu_usage: 1_000 },
    }) as unknown as StatsAnswer

  test('load counts all processors, memory leaves out what the kernel can give back (cgroup v2 and v1)', () => {
    expect(containerStats(sample({ usage: 900, limit: 1_000, stats: { inactive_file: 300 } }))).toEqual({
      cpuPercent: 80,
      memoryBytes: 600,
      memoryLimitBytes: 1_000,
    })
    expect(containerStats(sample({ usage: 900, limit: 1_000, stats: { total_inactive_file: 400 } }))?.memoryBytes).toBe(500)
    expect(containerStats(sample({ usage: 10, limit: 1_000, stats: { inactive_file: 30 } }))?.memoryBytes).toBe(0)
  })

  test('a counter that was set back is no load, and no sample is no answer', () => {
    expect(containerStats(sample({ usage: 9, limit: 10 }, { now: 1, before: 500 }))?.cpuPercent).toBe(0)
    expect(containerStats(sample({}))).toBeUndefined()
  })
})
