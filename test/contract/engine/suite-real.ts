import { release } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import Docker from 'dockerode'
import { createContainer } from '#main/adapters/docker/create-container.ts'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { docker, freePort, mustDocker } from '#test/localnet/engine.ts'
import { systemClock } from './docker-engine.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { sleep, until } from '#test/localnet/process.ts'
import { containerSpec, PATIENCE_MS, stageEngine, type EngineUnderTest } from './engine-under-test.ts'
import { byHandContract } from './suite-by-hand.ts'
import { twoNetworksContract } from './suite-networks.ts'

/** What only a real engine can show: what a container may do, whose files are whose, who ends whom. @param socketOf its socket file, for looking behind Hearth's back */
export function realEngineContract(engineName: string, makeEngine: () => Promise<EngineUnderTest>, socketOf: () => Promise<string>): void {
  describe(`real engine contract: ${engineName}`, () => {
    const stage = stageEngine(makeEngine)
    let socket: string
    beforeAll(async () => {
      socket = await socketOf()
    })
    const sh = async (container: string, script: string, user?: string): Promise<string> => {
      const result = await stage.engine.exec(container, ['sh', '-c', script], user === undefined ? {} : { user })
      expect(result.stderr).toBe('')
      return result.stdout.trim()
    }

    describe('hardening', () => {
      // SECURITY: S16 as the engine itself tells it.
      test('a container has no rights beyond its own: no capabilities, no new ones, no binds, no host name spaces, ports on loopback', async () => {
        const [network, other, volume] = [stage.nextName(), stage.nextName(), stage.nextName()]
        await stage.engine.ensureNetwork(network)
        await stage.engine.ensureNetwork(other, { internal: true })
        await stage.engine.ensureVolume(volume, { memory: true })
        const hostPort = await freePort()
        const container = await stage.running({
          user: '1025:1025',
          env: { HOME: '/tmp' },
          ports: [{ containerPort: 80, hostPort }],
          mounts: [{ kind: 'volume', volume, path: '/keys', readOnly: true }],
          networks: [
            { name: network, aliases: ['front'] },
            { name: other, aliases: ['back'] },
          ],
          readOnlyRoot: true,
          memoryBytes: 32 * 1024 * 1024,
        })
        const [info] = JSON.parse(await mustDocker(socket, ['inspect', container])) as [
          {
            Config: Record<string, unknown>
            HostConfig: Record<string, unknown>
            Mounts: unknown[]
            NetworkSettings: { Networks: Record<string, { Aliases: string[] }> }
          },
        ]
        expect(info.HostConfig).toMatchObject({
          Privileged: false,
          PublishAllPorts: false,
          ReadonlyRootfs: true,
          PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] },
          UsernsMode: '',
          Memory: 32 * 1024 * 1024,
          PidsLimit: 4096,
          RestartPolicy: { Name: 'no' },
        })
        expect(info.HostConfig['CapAdd'] ?? []).toEqual([])
        expect(info.HostConfig['SecurityOpt']).toContain('no-new-privileges')
        // Podman names its volumes here too; a path of the machine begins with a slash.
        expect(((info.HostConfig['Binds'] ?? []) as string[]).filter((bind) => bind.startsWith('/'))).toEqual([])
        expect(info.HostConfig['Devices'] ?? []).toEqual([])
        // Docker says nothing of a name space of its own, Podman says private.
        for (const space of ['PidMode', 'UTSMode', 'IpcMode', 'NetworkMode'])
          expect(info.HostConfig[space] ?? '', space).not.toMatch(/host|container|^ns/)
        expect(info.Mounts).toEqual([expect.objectContaining({ Type: 'volume', Name: volume, RW: false })])
        expect(Object.keys(info.NetworkSettings.Networks).toSorted()).toEqual([network, other].toSorted())
        expect(info.NetworkSettings.Networks[other]?.Aliases).toContain('back')
        const status = await sh(container, 'grep -E "^(CapEff|CapBnd|CapPrm|NoNewPrivs)" /proc/self/status | tr -s "\\t" " "')
        expect(status).toContain('CapEff: 0000000000000000')
        expect(status).toContain('CapBnd: 0000000000000000')
        expect(status).toContain('NoNewPrivs: 1')
        // Podman gives such a container a /tmp in memory.
        expect(await sh(container, 'grep " / " /proc/mounts | tail -n 1 | cut -d " " -f 4 | cut -d , -f 1')).toBe('ro')
        expect((await mustDocker(socket, ['port', container])).trim()).toBe(`80/tcp -> 127.0.0.1:${hostPort}`)
      })

      // SECURITY: S16 what the catalogue may add is a bound, not a right.
      test('a capability of the catalogue is in the bounds and in nothing else; any other that a spec names is left out', async () => {
        const allowed = 'NET_BIND_SERVICE'
        const container = await stage.running({ user: '1025:1025', capAdd: [allowed] })
        const status = await sh(container, 'grep -E "^(CapEff|CapBnd|CapPrm)" /proc/self/status | tr -s "\\t" " "')
        expect(status).toContain('CapBnd: 0000000000000400')
        // Podman hands it to the program at once, Docker to a program whose file asks for it; nothing else is to be had with either.
        expect(status).toMatch(/CapEff: 0000000000000[04]00/)
        expect(status).toMatch(/CapPrm: 0000000000000[04]00/)
        const other = await stage.running({ user: '1025:1025', capAdd: ['SYS_ADMIN' as typeof allowed] })
        expect(await sh(other, 'grep CapBnd /proc/self/status | tr -s "\\t" " "')).toBe('CapBnd: 0000000000000000')
      })

      test('a missing second network is joined by the next create', async () => {
        const [network, other] = [stage.nextName(), stage.nextName()]
        await stage.engine.ensureNetwork(network)
        await stage.engine.ensureNetwork(other)
        const spec = containerSpec(stage.under, stage.nextName(), {
          networks: [network, other].map((name) => ({ name, aliases: [`at-${name}`] })),
        })
        await stage.engine.create(spec)
        await mustDocker(socket, ['network', 'disconnect', '--force', other, spec.name])
        await stage.engine.create(spec)
        const joined = JSON.parse(
          await mustDocker(socket, ['inspect', '--format', '{{json .NetworkSettings.Networks}}', spec.name]),
        ) as Record<string, { Aliases: string[] }>
        expect(joined[network]?.Aliases).toContain(`at-${network}`)
        expect(joined[other]?.Aliases).toContain(`at-${other}`)
      })

      test('a one-shot as root can give a fresh volume to the user of a node, who then writes to it; that user and others can not', async () => {
        const volume = stage.nextName()
        await stage.engine.ensureVolume(volume, { memory: false })
        const mounts = [{ kind: 'volume' as const, volume, path: '/home/node' }]
        const init = await stage.running({
          user: '0:0',
          command: ['sh', '-c', 'chown -R 1025:1025 /home/node && chmod 700 /home/node && sleep 600'],
          mounts,
        })
        await expect.poll(() => sh(init, 'stat -c "%u:%g %a" /home/node'), { timeout: 10_000 }).toBe('1025:1025 700')
        const node = await stage.running({ user: '1025:1025', mounts })
        expect(await sh(node, 'echo mine > /home/node/file && cat /home/node/file')).toBe('mine')
        expect((await stage.engine.exec(node, ['chown', '7:7', '/home/node/file'])).exitCode).not.toBe(0)
        const stranger = await stage.running({ user: '1000:1000', mounts })
        expect((await stage.engine.exec(stranger, ['cat', '/home/node/file'])).exitCode).not.toBe(0)
      })

      // SECURITY: S18 between the look at it and the making of the container somebody may take a volume away: the engine then makes one itself.
      test('a volume that goes away while a container is made is never one of nobody on disk', async () => {
        const volume = stage.nextName()
        await stage.engine.ensureVolume(volume, { memory: true })
        interface Look {
          Labels: Record<string, string>
          Options: Record<string, string>
        }
        const look = async (): Promise<Look[]> => JSON.parse((await docker(socket, ['volume', 'inspect', volume])).stdout) as Look[]
        const install = (await look())[0]?.Labels['hearth.install'] ?? ''
        const api = new Docker({ socketPath: socket })
        const make = api.createContainer.bind(api)
        const rushed = async (options: Docker.ContainerCreateOptions): Promise<Docker.Container> => {
          await mustDocker(socket, ['volume', 'rm', volume])
          return make(options)
        }
        api.createContainer = rushed as typeof api.createContainer
        const spec = containerSpec(stage.under, stage.nextName(), { mounts: [{ kind: 'volume', volume, path: '/keys' }] })
        const isMade = await createContainer(api, spec, install).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'engine-failed' })
            return false
          },
        )
        expect((await stage.seen(spec.name)) !== undefined).toBe(isMade)
        const [after] = await look()
        if (isMade) expect(after).toMatchObject({ Labels: { 'hearth.install': install }, Options: { type: 'tmpfs' } })
        else expect(after).toBeUndefined()
        await stage.engine.ensureVolume(volume, { memory: true })
        await stage.engine.create(spec)
        expect((await stage.seen(spec.name))?.state).toBe('created')
      })

      twoNetworksContract(stage, () => socket)
      byHandContract(stage, () => socket)

      test("somebody else's volume and network are neither used nor removed", async () => {
        const name = stage.nextName()
        await mustDocker(socket, ['volume', 'create', name])
        await mustDocker(socket, ['network', 'create', name])
        try {
          expect((await rejection(stage.engine.ensureVolume(name, { memory: false }))).code).toBe('engine-failed')
          expect((await rejection(stage.engine.removeVolume(name))).code).toBe('engine-failed')
          expect((await rejection(stage.engine.ensureNetwork(name))).code).toBe('engine-failed')
          expect((await rejection(stage.engine.removeNetwork(name))).code).toBe('engine-failed')
          const spec = containerSpec(stage.under, stage.nextName(), { mounts: [{ kind: 'volume', volume: name, path: '/a' }] })
          expect((await rejection(stage.engine.create(spec))).code).toBe('engine-failed')
          expect((await docker(socket, ['volume', 'inspect', name])).code).toBe(0)
          expect((await docker(socket, ['network', 'inspect', name])).code).toBe(0)
        } finally {
          await docker(socket, ['volume', 'rm', name])
          await docker(socket, ['network', 'rm', name])
        }
      })
    })

    test('a memory volume is tmpfs, for the user of the nodes alone', async () => {
      const volume = stage.nextName()
      await stage.engine.ensureVolume(volume, { memory: true })
      const keeper = await stage.running({ user: '1025:1025', logDriver: 'none', mounts: [{ kind: 'volume', volume, path: '/keys' }] })
      expect(await sh(keeper, 'grep " /keys " /proc/mounts | cut -d " " -f 3')).toBe('tmpfs')
      expect(await sh(keeper, 'stat -c "%u:%g %a" /keys')).toBe('1025:1025 700')
      expect((await stage.engine.exec(keeper, ['sh', '-c', 'cat > /keys/k && chmod 600 /keys/k'], { stdin: 'secret' })).exitCode).toBe(0)
      const miner = await stage.running({ user: '1025:1025', mounts: [{ kind: 'volume', volume, path: '/keys', readOnly: true }] })
      expect(await sh(miner, 'cat /keys/k')).toBe('secret')
      const stranger = await stage.running({ user: '1000:1000', mounts: [{ kind: 'volume', volume, path: '/keys', readOnly: true }] })
      expect((await stage.engine.exec(stranger, ['cat', '/keys/k'])).exitCode).not.toBe(0)
    })

    test('a memory volume is never swapped out where the kernel can promise it, and belongs to whom it is made for', async () => {
      const volume = stage.nextName()
      await stage.engine.ensureVolume(volume, { memory: true, ownerId: 1000 })
      const holder = await stage.running({ user: '1000:1000', mounts: [{ kind: 'volume', volume, path: '/keys' }] })
      expect(await sh(holder, 'stat -c "%u:%g %a" /keys')).toBe('1000:1000 700')
      const options = await sh(holder, 'grep " /keys " /proc/mounts | cut -d " " -f 4')
      const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release()) ?? []
      const canPromise = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 4)
      expect(options.split(',').includes('noswap')).toBe(canPromise)
    })

    test("what an image's own test says is told", async () => {
      const name = stage.nextName()
      const labels = [`hearth.install=${stage.under.prefix}`, 'hearth.node=n', 'hearth.spec=s'].flatMap((label) => ['--label', label])
      await mustDocker(socket, [
        'create',
        '--name',
        name,
        ...labels,
        '--health-cmd',
        'true',
        '--health-interval',
        '1s',
        stage.under.image,
        'sleep',
        '600',
      ])
      await stage.engine.start(name)
      // Podman needs systemd to go on from here.
      expect(['starting', 'healthy']).toContain((await stage.seen(name))?.health)
      expect((await stage.seen(await stage.running()))?.health).toBeUndefined()
    })

    test('a written file has the owner and mode that were asked for', async () => {
      const container = await stage.running({ user: '1025:1025' })
      await stage.engine.writeFile(container, '/tmp/key', Buffer.from('x'), { mode: 0o400, uid: 1025, gid: 1026 })
      expect(await sh(container, 'stat -c "%u:%g %a" /tmp/key')).toBe('1025:1026 400')
      expect((await rejection(stage.engine.readFile(container, '/tmp'))).code).toBe('engine-failed')
    })

    test('exec runs as the user asked for', async () => {
      const container = await stage.running({ user: '1025:1025' })
      expect(await sh(container, 'id -u', '7:7')).toBe('7')
      expect(await sh(container, 'id -u')).toBe('1025')
    })

    test('a long wait for a silent program or for its end is not cut short by the limit of ordinary calls', async () => {
      const impatient = createDockerEngine({
        endpoint: `unix://${socket}`,
        installId: stage.under.prefix,
        clock: systemClock,
        log: createQuietLog(),
        callTimeoutMs: 2_000,
      })
      const container = await stage.running({ command: ['sh', '-c', 'trap "sleep 4; exit 5" TERM; while :; do sleep 0.1; done'] })
      expect(await impatient.exec(container, ['sh', '-c', 'sleep 4; echo done'])).toMatchObject({ exitCode: 0, stdout: 'done\n' })
      await impatient.stop(container, 30)
      expect((await stage.engine.list()).find((entry) => entry.name === container)?.exitCode).toBe(5)
    })

    test('stop lets a program end by itself within its grace and ends a stubborn one after it', async () => {
      // A signal that comes before its trap is set is lost.
      const polite = await stage.running({
        command: ['sh', '-c', 'trap "sleep 1; exit 5" TERM; touch /tmp/set; while :; do sleep 0.1; done'],
      })
      await until('the trap', PATIENCE_MS, async () => (await sh(polite, 'ls /tmp')).includes('set') || undefined)
      await stage.engine.stop(polite, 30)
      expect((await stage.engine.list()).find((entry) => entry.name === polite)?.exitCode).toBe(5)
      const stubborn = await stage.running({ command: ['sh', '-c', 'trap "" TERM; touch /tmp/set; while :; do sleep 0.1; done'] })
      await until('the trap', PATIENCE_MS, async () => (await sh(stubborn, 'ls /tmp')).includes('set') || undefined)
      const startedAtMs = Date.now()
      await stage.engine.stop(stubborn, 2)
      expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1_900)
      expect((await stage.engine.list()).find((entry) => entry.name === stubborn)?.exitCode).toBe(137)
    })

    test('a program that takes more memory than it may is killed', async () => {
      const container = await stage.running({ command: ['sh', '-c', 'tail -c 200000000 /dev/zero'], memoryBytes: 16 * 1024 * 1024 })
      expect((await stage.becomes(container, 'exited')).exitCode).toBe(137)
    })

    test('the load of a busy program is told at the first look and at each after it, of an idle one too', async () => {
      const busy = await stage.running({ command: ['sh', '-c', 'while :; do :; done'] })
      const idle = await stage.running()
      const loads: number[] = []
      for (let looks = 0; looks < 7; looks += 1) {
        loads.push((await stage.engine.stats(busy))?.cpuPercent ?? -1)
        const quiet = await stage.engine.stats(idle)
        expect(quiet?.cpuPercent).toBeGreaterThanOrEqual(0)
        expect(quiet?.cpuPercent).toBeLessThan(5)
        expect(quiet?.memoryLimitBytes).toBe(64 * 1024 * 1024)
        // Looked at each second, it is followed from the third look on.
        await sleep(1_000)
      }
      // One thread: never much more than one processor, and on a machine that is shared not always a whole one.
      for (const load of loads) {
        expect(load).toBeGreaterThan(10)
        expect(load).toBeLessThan(120)
      }
      await mustDocker(socket, ['restart', '--time', '1', busy])
      const anew = (await stage.engine.stats(busy))?.cpuPercent ?? -1
      expect(anew).toBeGreaterThan(10)
      expect(anew).toBeLessThan(120)
    })

    test('while events are heard, what others do to a container is in the next lists, though the list asks about what changed alone', async () => {
      const end = new AbortController()
      let resyncs = 0
      const following = stage.engine.follow(
        () => undefined,
        () => (resyncs += 1),
        end.signal,
      )
      await until('events', PATIENCE_MS, async () => resyncs > 0 || undefined)
      const network = stage.nextName()
      await stage.engine.ensureNetwork(network)
      const names = [await stage.running({ networks: [{ name: network, aliases: [] }] }), await stage.running(), await stage.running()]
      const [first = '', second = '', third = ''] = names
      // Past the first second of listening everything is known.
      const known = await until('all to be known', PATIENCE_MS, async () => {
        await sleep(1_200)
        const seen = await stage.engine.list()
        return names.every((name) => seen.some((each) => each.name === name && each.state === 'running')) ? seen : undefined
      })
      const startOf = (name: string, seen = known): number => seen.find((each) => each.name === name)?.startedAtMs ?? 0
      await mustDocker(socket, ['restart', '--time', '1', first])
      await until('another start', PATIENCE_MS, async () => startOf(first, await stage.engine.list()) > startOf(first) || undefined)
      await mustDocker(socket, ['kill', second])
      const killed = (await stage.engine.list()).find((each) => each.name === second)
      expect([killed?.state, killed?.exitCode]).toEqual(['exited', 137])
      await mustDocker(socket, ['rm', '--force', third])
      expect((await stage.engine.list()).some((each) => each.name === third)).toBe(false)
      await mustDocker(socket, ['network', 'disconnect', '--force', network, first])
      // One that hears no events asks about every container each time. What it says of a network that was taken away differs by engine.
      const asking = createDockerEngine({
        endpoint: `unix://${socket}`,
        installId: stage.under.prefix,
        clock: systemClock,
        log: createQuietLog(),
      })
      const agree = (): Promise<true> =>
        until('both to tell the same', PATIENCE_MS, async () => {
          const [one, other] = await Promise.all([stage.engine.list(), asking.list()])
          return isDeepStrictEqual(one, other) || undefined
        })
      await agree()
      await stage.engine.stop(first, 1)
      expect((await stage.seen(first))?.state).toBe('exited')
      await agree()
      end.abort()
      await following
    })

    test('two installations on one engine do not see each other', async () => {
      const container = await stage.running()
      const other = createDockerEngine({
        endpoint: `unix://${socket}`,
        installId: `${stage.under.prefix}-b`,
        clock: systemClock,
        log: createQuietLog(),
      })
      expect(await other.list()).toEqual([])
      expect((await rejection(other.stop(container, 1))).code).toBe('engine-failed')
      expect((await rejection(other.remove(container))).code).toBe('engine-failed')
      expect((await stage.engine.list()).find((entry) => entry.name === container)?.state).toBe('running')
    })
  })
}
