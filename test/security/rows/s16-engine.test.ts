import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeDocker, engineSocket } from '#test/contract/engine/docker-engine.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { stageEngine, containerSpec } from '#test/contract/engine/engine-under-test.ts'
import { freePort, mustDocker } from '#test/localnet/engine.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { shapeOf, type Shape } from '../fuzz/sample.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'

interface Inspected {
  HostConfig: {
    Binds: string[] | null
    Privileged: boolean
    CapDrop: string[]
    CapAdd: string[] | null
    NetworkMode: string
    PidMode: string
    IpcMode: string
    SecurityOpt: string[]
    PortBindings: Record<string, { HostIp: string }[]>
    Devices: unknown[] | null
  }
  Mounts: { Type: string; Name: string; Destination: string }[]
}

describe('S16: what a container may do, as the engine itself tells it', () => {
  const on = stageEngine(makeDocker)

  test('no bind of a folder, no rights, no share of the host, ports on loopback only', async () => {
    const [network, volume] = [on.nextName(), on.nextName()]
    await on.engine.ensureNetwork(network)
    await on.engine.ensureVolume(volume, { memory: false })
    const container = await on.running({
      user: '1025:1025',
      ports: [{ containerPort: 80, hostPort: await freePort() }],
      mounts: [{ kind: 'volume', volume, path: '/kept' }],
      networks: [{ name: network, aliases: [] }],
    })
    const [info] = JSON.parse(await mustDocker(await engineSocket(), ['inspect', container])) as [Inspected]
    const { HostConfig: host } = info
    expect([host.Privileged, host.Binds ?? [], host.Devices ?? []]).toEqual([false, [], []])
    expect([host.CapDrop, host.CapAdd ?? [], host.SecurityOpt]).toEqual([['ALL'], [], ['no-new-privileges']])
    expect([host.NetworkMode, host.PidMode, host.IpcMode]).toEqual([network, '', 'private'])
    expect(info.Mounts.map((mount) => [mount.Type, mount.Name, mount.Destination])).toEqual([['volume', volume, '/kept']])
    expect(Object.values(host.PortBindings).flatMap((ports) => ports.map((port) => port.HostIp))).toEqual(['127.0.0.1'])
  })

  test('what is not ours is left alone, also where it has the name that Hearth wants', async () => {
    const name = on.nextName()
    await on.under.makeForeign(name)
    expect((await rejection(on.engine.create(containerSpec(on.under, name)))).code).toBe('engine-failed')
    expect((await rejection(on.engine.remove(name))).code).toBe('engine-failed')
  })
})

describe('S16: who reaches the engine', () => {
  test('the docker adapter alone, and the key process for one exec', async () => {
    const main = join(projectRoot, 'main')
    const files = (await readdir(main, { recursive: true })).filter((name) => name.endsWith('.ts'))
    const found: string[] = []
    for (const name of files) {
      const text = await readFile(join(main, name), 'utf8')
      if (/from 'dockerode'|socketPath\s*:/.test(text)) found.push(name.replaceAll('\\', '/'))
    }
    expect(found.filter((name) => !name.startsWith('adapters/docker/'))).toEqual(['adapters/vault/exec-stdin.ts'])
  })

  test('no request has a word for a bind, a mount, a right or the network of the host', () => {
    const words = (shape: Shape): string[] => [
      ...Object.entries(shape.properties ?? {}).flatMap(([key, inner]) => [key, ...words(inner)]),
      ...(shape.items ? words(shape.items) : []),
      ...[...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].flatMap(words),
    ]
    const hostile =
      /^(?:bind|mount|volume|privileged|cap(?:add|drop)|image|command|cmd|entrypoint|env|user$|device|networkMode|hostConfig)/i
    const found = (Object.keys(requests) as RequestName[]).flatMap((name) =>
      words(shapeOf(name))
        .filter((word) => hostile.test(word))
        .map((word) => `${name} ${word}`),
    )
    // These name an image of the catalogue that an update was offered for; another is refused (test/core/updates).
    expect(found).toEqual(['updates.start image', 'updates.skip image'])
    // The walk itself works.
    expect(words(shapeOf('tx.prepare'))).toEqual(expect.arrayContaining(['kind', 'services', 'revShare', 'percent']))
  })
})
