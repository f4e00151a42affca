import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Docker from 'dockerode'
import { findCanaries, keyCanary, type Canary } from '#test/fakes/spellings.ts'
import { LIGHT_CATALOG, type EngineAnswer, type EngineSetup } from './engine-world.ts'

const SEARCH_TRIES = 5
const KEYRING = '/keys/keyring-test'

/** What was found to be otherwise than it should, by the figure it counts for. */
export interface Judgement {
  notAsWanted: string[]
  duplicateContainers: string[]
  orphanVolumes: string[]
  keyBytesOnDisk: string[]
}

export interface EngineJudge {
  docker: Docker
  /** @param answer what the app says of itself; undefined when it is not to be asked */
  judge(answer: EngineAnswer): Promise<Judgement>
  /** Containers, volumes and networks of this installation by node or name. */
  container(nodeId: string): string
  /** @returns where key material lies on disk */
  keysOnDisk(): string[]
}

/** Looks at the engine itself, past the app, and at the disk. @param root folder of the engine @param installs all installations that use it */
export function createEngineJudge(setup: EngineSetup, root: string, installs: readonly string[]): EngineJudge {
  const docker = new Docker({ socketPath: setup.socket })
  const name = (part: string): string => `hearth-${setup.installId}-${part}`
  const label = [`hearth.install=${setup.installId}`]
  const canaries: Canary[] = [keyCanary('the operator key', Buffer.from(setup.keyHex, 'hex'))]
  /** Files older than this came with the images. */
  const mark = join(setup.dataDir, '..', 'mark')
  if (!existsSync(mark)) writeFileSync(mark, '')

  const readKeyFile = async (): Promise<string> => {
    const exec = await docker.getContainer(name('keeper')).exec({ Cmd: ['sh', '-c', `cat ${KEYRING}/operator-*.info`], AttachStdout: true })
    const stream = await exec.start({})
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('latin1')
  }
  /** Files on the disk itself: what is mounted below (memory volumes, running containers' views) is elsewhere. */
  const keysOnDisk = (): string[] => {
    // Others are at work on this engine: what goes while it is listed is no error.
    const list = (folder: string, more: string[]): string[] => {
      for (let tries = 1; ; tries += 1) {
        const listed = spawnSync('find', [folder, '-ignore_readdir_race', '-xdev', '-type', 'f', ...more, '-print0'], {
          maxBuffer: 64 * 1024 * 1024,
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: 'C' },
        })
        const problems = (listed.stderr ?? '').split('\n').filter((line) => line !== '' && !line.endsWith('No such file or directory'))
        if (!listed.error && problems.length === 0) return listed.stdout.split('\0').filter((path) => path !== '')
        // What was mounted or taken away just then is not so the next time.
        if (tries === SEARCH_TRIES)
          throw new Error(`the disk could not be searched: ${listed.error?.message ?? problems.join('; ')}`, { cause: listed.error })
      }
    }
    const device = statSync(join(root, 'data')).dev
    const volumes = list(join(root, 'data', 'volumes'), [])
    const files = [...list(join(root, 'data'), ['-newer', mark]), ...volumes, ...list(join(root, 'exec'), []), ...list(setup.dataDir, [])]
    const found: string[] = []
    for (const path of new Set(files)) {
      try {
        if (statSync(path).dev !== device && !path.startsWith(setup.dataDir)) continue
        found.push(...findCanaries(path, readFileSync(path), canaries))
      } catch {
        // A file of a container that has just gone.
      }
    }
    return found
  }

  return {
    docker,
    container: name,
    keysOnDisk,
    async judge(answer) {
      const judgement: Judgement = { notAsWanted: [], duplicateContainers: [], orphanVolumes: [], keyBytesOnDisk: [] }
      const containers = await docker.listContainers({ all: true, filters: { label } })
      for (const { id, wanted, seen, said } of answer.nodes) {
        const own = containers.filter((container) => container.Labels['hearth.node'] === id)
        if (own.length > 1) judgement.duplicateContainers.push(`${id} ${own.length} times`)
        const isUp = own.some((container) => container.State === 'running')
        if (isUp !== (wanted === 'running') || seen !== wanted)
          if (!(wanted === 'stopped' && !isUp && seen === 'absent'))
            judgement.notAsWanted.push(
              `${id} wanted ${wanted}, is ${own.map((one) => one.State).join() || 'absent'}, shown as ${seen} ${said}`,
            )
      }
      // On this engine nothing is anybody else's: what is there beyond what is wanted is left over.
      const all = await docker.listContainers({ all: true })
      for (const other of all)
        if (!installs.includes(other.Labels['hearth.install'] ?? ''))
          judgement.duplicateContainers.push(`a stranger: ${other.Names.join()}`)
      const volumeNames = LIGHT_CATALOG.flatMap((entry) => entry.volumes.map((volume) => volume.name))
      const wantedVolumes = new Set(installs.flatMap((install) => volumeNames.map((volume) => `hearth-${install}-${volume}`)))
      const { Volumes } = await docker.listVolumes()
      for (const volume of Volumes ?? []) if (!wantedVolumes.has(volume.Name)) judgement.orphanVolumes.push(volume.Name)
      const networks = (await docker.listNetworks()).map((network) => network.Name).filter((one) => one.startsWith('hearth-'))
      if (new Set(networks).size !== networks.length) judgement.duplicateContainers.push(`networks ${networks.join()}`)

      const isKeeperUp = answer.nodes.some((node) => node.id === 'keeper' && node.seen === 'running')
      if (isKeeperUp) {
        // It may end between the look and the question.
        const sealed = await readKeyFile().catch((error: unknown) => String(error))
        const body = /[A-Za-z0-9_.-]{200,}/.exec(sealed)?.[0]
        if (body === undefined) judgement.notAsWanted.push(`the keeper has no key: ${sealed.slice(0, 100)}`)
        // The keyring's own file is made anew with each handing over; its middle is enough to know it.
        else canaries.splice(1, canaries.length, { what: 'the keyring of the keeper', forms: [Buffer.from(body.slice(-150, -20))] })
      }
      judgement.keyBytesOnDisk.push(...keysOnDisk())
      return judgement
    },
  }
}
