import { freePort } from '#test/localnet/engine.ts'
import { sleep } from '#test/localnet/process.ts'
import { AppEnded, startEngineApp, type EngineApp } from './engine-app.ts'
import { createEngineJudge, type EngineJudge, type Judgement } from './engine-judge.ts'
import { LIGHT_CATALOG, type EngineAnswer, type EngineQuestion, type EngineSetup } from './engine-world.ts'
import type { OwnEngine } from './own-engine.ts'

export interface EngineFigures {
  daemonRestarts: number
  appKills: number
  /** Of these, the ones that died at a step and not while nothing was to be done. */
  appKillsAtStep: number
  removedBehindItsBack: number
  /** Volumes on disk that were taken away by hand, and of how many of them was told. */
  volumesTaken: number
  volumesMissed: number
  notAsWanted: number
  duplicateContainers: number
  orphanVolumes: number
  keyBytesOnDisk: number
}

export const noFigures = (): EngineFigures => ({
  daemonRestarts: 0,
  appKills: 0,
  appKillsAtStep: 0,
  removedBehindItsBack: 0,
  volumesTaken: 0,
  volumesMissed: 0,
  notAsWanted: 0,
  duplicateContainers: 0,
  orphanVolumes: 0,
  keyBytesOnDisk: 0,
})

/** @returns the sum of each figure that any of them counted */
export function addFigures(all: readonly Partial<EngineFigures>[]): Partial<EngineFigures> {
  const sum: Partial<EngineFigures> = {}
  for (const each of all)
    for (const key of Object.keys(noFigures()) as (keyof EngineFigures)[])
      if (each[key] !== undefined) sum[key] = (sum[key] ?? 0) + each[key]
  return sum
}

/** For a machine that has other engines beside this one to care for. */
const SETTLE_MS = 180_000
const LOOK_MS = 60
/** Nothing left to do in so many rounds of the loop, one after the other: it has seen what was asked. */
const QUIET_ROUNDS = 2
/** An engine under load may fail a removal and do it all the same, or the next time. */
const REMOVAL_TRIES = 6
const REMOVAL_PAUSE_MS = 500
/** Every wish makes so many changes from where it begins (measured): a kill at one of them has to come. */
const SURE_STEPS = 2
const NODE_IDS = LIGHT_CATALOG.map((entry) => entry.nodeId)

type Wish = {
  what: string
  /** How many changes it takes, about: the later ones depend on what the engine has to do again. */
  depth: number
  /** Where it begins: without it a wish that is fulfilled already changes nothing. */
  from: EngineQuestion
  questions: () => Promise<EngineQuestion[]>
  byHand?: (judge: EngineJudge) => Promise<void>
}
const ask =
  (...questions: EngineQuestion[]) =>
  (): Promise<EngineQuestion[]> =>
    Promise.resolve(questions)

/** What is under way when the app dies. */
export const WISHES: readonly Wish[] = [
  { what: 'stop of a node', depth: 2, from: { ask: 'start', nodeId: 'backend' }, questions: ask({ ask: 'stop', nodeId: 'backend' }) },
  { what: 'start of a node', depth: 3, from: { ask: 'stop', nodeId: 'backend' }, questions: ask({ ask: 'start', nodeId: 'backend' }) },
  {
    what: 'another container for a node',
    depth: 6,
    from: { ask: 'start', nodeId: 'backend' },
    questions: async () => [{ ask: 'change-port', nodeId: 'backend', containerPort: 8545, hostPort: await freePort() }],
  },
  { what: 'restart of a node', depth: 4, from: { ask: 'start', nodeId: 'ingress' }, questions: ask({ ask: 'restart', nodeId: 'ingress' }) },
  { what: 'stop of the keeper', depth: 2, from: { ask: 'start', nodeId: 'keeper' }, questions: ask({ ask: 'stop', nodeId: 'keeper' }) },
  {
    what: 'start of the keeper and its key',
    depth: 3,
    from: { ask: 'stop', nodeId: 'keeper' },
    questions: ask({ ask: 'start', nodeId: 'keeper' }),
  },
  {
    what: 'a container made again',
    depth: 4,
    from: { ask: 'start', nodeId: 'backend' },
    questions: ask({ ask: 'start', nodeId: 'backend' }),
    byHand: (judge) => removeContainer(judge, 'backend'),
  },
  {
    what: 'everything made again',
    depth: 14,
    from: { ask: 'start', nodeId: 'backend' },
    questions: ask(...NODE_IDS.map((nodeId) => ({ ask: 'start' as const, nodeId }))),
    byHand: (judge) => removeAll(judge),
  },
]

/** Gone already, being removed, or taken into use by Hearth again before the hand was there. */
const REFUSALS: readonly unknown[] = [403, 404, 409]
const statusOf = (error: unknown): unknown => (error instanceof Error && 'statusCode' in error ? error.statusCode : undefined)
const gone = (error: unknown): void => {
  if (!REFUSALS.includes(statusOf(error))) throw error
}
const removeContainer = async (judge: EngineJudge, nodeId: string): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await judge.docker.getContainer(judge.container(nodeId)).remove({ force: true }).catch(gone)
      return
    } catch (error) {
      if (statusOf(error) !== 500 || tries === REMOVAL_TRIES) throw error
      await sleep(REMOVAL_PAUSE_MS)
    }
  }
}
/** Of what kind a volume is does not matter to who takes it away; only one on disk is missed. */
const ON_DISK = 'chain'
const taken = new WeakMap<EngineJudge, number>()
const removeVolume = async (judge: EngineJudge, volume: string): Promise<void> => {
  try {
    await judge.docker.getVolume(judge.container(volume)).remove()
    if (volume === ON_DISK) taken.set(judge, (taken.get(judge) ?? 0) + 1)
  } catch (error) {
    gone(error)
  }
}
const removeNetwork = async (judge: EngineJudge, network: string): Promise<void> => {
  for (const { Id, Name } of await judge.docker.listNetworks())
    if (Name === `${judge.container(network)}-net`) await judge.docker.getNetwork(Id).remove().catch(gone)
}
const removeAll = async (judge: EngineJudge): Promise<void> => {
  for (const nodeId of NODE_IDS) await removeContainer(judge, nodeId)
  for (const volume of [ON_DISK, 'keys']) await removeVolume(judge, volume)
  for (const network of ['front', 'backend']) await removeNetwork(judge, network)
}
const removeImageOf = async (judge: EngineJudge, nodeId: string): Promise<void> => {
  const { Image } = await judge.docker.getContainer(judge.container(nodeId)).inspect()
  await removeContainer(judge, nodeId)
  await judge.docker.getImage(Image).remove({ force: true }).catch(gone)
}

/** What somebody takes away by hand, and which nodes it takes with it. `stopped`: a node that is stopped before and started after it. */
export const REMOVALS: readonly {
  what: string
  nodes: string[]
  stopped?: string
  countsVolumes?: true
  byHand: (judge: EngineJudge) => Promise<void>
}[] = [
  { what: 'a container', nodes: ['backend'], byHand: (judge) => removeContainer(judge, 'backend') },
  { what: 'the keeper, and with it the key', nodes: ['keeper'], byHand: (judge) => removeContainer(judge, 'keeper') },
  {
    what: 'a volume with its container',
    nodes: ['backend'],
    countsVolumes: true,
    byHand: async (judge) => {
      await removeContainer(judge, 'backend')
      await removeVolume(judge, ON_DISK)
    },
  },
  {
    what: 'a volume with its container, while the node is stopped',
    nodes: ['backend'],
    stopped: 'backend',
    countsVolumes: true,
    byHand: async (judge) => {
      await removeContainer(judge, 'backend')
      await removeVolume(judge, ON_DISK)
    },
  },
  { what: 'the ingress', nodes: ['ingress'], byHand: (judge) => removeContainer(judge, 'ingress') },
  {
    what: 'a network with its containers',
    nodes: ['ingress'],
    byHand: async (judge) => {
      await removeContainer(judge, 'ingress')
      await removeNetwork(judge, 'front')
    },
  },
  {
    what: 'the network of a stopped container',
    nodes: ['backend'],
    byHand: async (judge) => {
      const container = judge.docker.getContainer(judge.container('backend'))
      await container.kill().catch(gone)
      const { NetworkSettings } = await container.inspect()
      for (const name of Object.keys(NetworkSettings.Networks))
        await judge.docker
          .getNetwork(name)
          .disconnect({ Container: judge.container('backend'), Force: true })
          .catch(gone)
      await removeNetwork(judge, 'backend')
    },
  },
  {
    what: 'the network that a stopped container was on',
    nodes: ['backend'],
    byHand: async (judge) => {
      await judge.docker.getContainer(judge.container('backend')).stop().catch(gone)
      await removeNetwork(judge, 'backend')
    },
  },
  { what: 'an image with its container', nodes: ['backend'], byHand: (judge) => removeImageOf(judge, 'backend') },
  { what: 'everything', nodes: NODE_IDS, countsVolumes: true, byHand: removeAll },
]

/** The loop that keeps containers as they are wanted, killed, with its engine restarted under it, and with what it made taken away. Counts what is not as wanted afterwards. */
export function createEngineRounds(parts: {
  setup: EngineSetup
  engine: OwnEngine
  report: (name: string, problem: string | undefined) => void
  figures: EngineFigures
  installs: readonly string[]
}) {
  const { setup, engine, report, figures } = parts
  const judge = createEngineJudge(setup, engine.folder, parts.installs)
  let app: EngineApp | undefined
  let starting: Promise<EngineApp> | undefined
  /** The one app of this installation, started where there is none: two on one data folder would be a fault of the test. */
  const running = async (): Promise<EngineApp> => {
    if (app?.isAlive() === true) return app
    starting ??= startEngineApp(setup)
      .then((started) => (app = started))
      .finally(() => (starting = undefined))
    return starting
  }

  const isAsWanted = (look: EngineAnswer): boolean =>
    look.engine === 'ready' &&
    look.nodes.every((node) => node.seen === node.wanted || (node.wanted === 'stopped' && node.seen === 'absent'))
  const isClean = (found: Judgement): boolean => Object.values(found).every((list) => (list as string[]).length === 0)
  /** Waits until the app says that all is as wanted and the engine says so too. @returns what is wrong in the end */
  const settled = async (): Promise<Judgement | string> => {
    const until = Date.now() + SETTLE_MS
    let last: Judgement | string = 'not looked at'
    while (Date.now() < until) {
      const look = await (await running()).look()
      last = `engine ${look.engine}; ${look.nodes.map((node) => `${node.id}:${node.wanted}/${node.seen} ${node.said}`).join(' ')}; ${look.notes.join(' | ')}`
      if (isAsWanted(look)) {
        last = await judge.judge(look)
        if (isClean(last)) return last
        // Key bytes on disk are not made good by waiting.
        if (last.keyBytesOnDisk.length > 0) return last
      }
      await sleep(LOOK_MS)
    }
    return last
  }
  /** Resolves when this app has nothing left to do, or did not get there in time; rejects when it dies before. It is not replaced by another. */
  const idle = async (one: EngineApp): Promise<void> => {
    const until = Date.now() + SETTLE_MS
    while (Date.now() < until) {
      const look = await one.look()
      if (isAsWanted(look)) {
        if (look.quietRounds >= QUIET_ROUNDS) return
        await one.ask({ ask: 'wake' })
      }
      await sleep(LOOK_MS)
    }
  }
  const putKeyOnDisk = async (): Promise<void> => {
    const container = judge.docker.getContainer(judge.container('backend'))
    const exec = await container.exec({ Cmd: ['sh', '-c', `echo ${setup.keyHex} > /tmp/found`], AttachStdout: true })
    for await (const _chunk of await exec.start({})) void _chunk
  }
  const count = (name: string, found: Judgement | string): void => {
    if (typeof found === 'string') {
      figures.notAsWanted += 1
      report(name, found)
      return
    }
    for (const key of ['notAsWanted', 'duplicateContainers', 'orphanVolumes', 'keyBytesOnDisk'] as const) figures[key] += found[key].length
    report(name, isClean(found) ? undefined : JSON.stringify(found))
  }

  return {
    judge,
    async begin(): Promise<void> {
      await running()
      count('engine: from nothing to what is wanted', await settled())
    },
    /** @param next number of the round to do next, of all who share it; undefined when there is none */
    async killApp(next: () => number | undefined): Promise<void> {
      for (let round = next(); round !== undefined; round = next()) {
        const wish = WISHES[round % WISHES.length]
        if (!wish) continue
        const turn = Math.floor(round / WISHES.length)
        const one = await running()
        const step = 1 + (Math.floor(turn / 2) % wish.depth)
        const when = turn % 2 === 0 ? 'before' : 'after'
        const name = `engine: app killed ${when} change ${step} of: ${wish.what} #${round + 1}`
        await one.ask(wish.from)
        const begun = await settled()
        if (typeof begun === 'string' || !isClean(begun)) {
          count(`${name}, before it`, begun)
          continue
        }
        // What the round before left to be done is not this one's.
        await idle(one)
        const takenBefore = taken.get(judge) ?? 0
        let isAtStep = true
        try {
          await one.ask({ ask: 'arm', count: step, when })
          await wish.byHand?.(judge)
          for (const question of await wish.questions()) await one.ask(question)
          await idle(one)
          isAtStep = !one.isAlive()
          if (!isAtStep) await one.kill()
        } catch (error) {
          if (!(error instanceof AppEnded)) throw error
        }
        await one.ended
        figures.appKills += 1
        if (isAtStep) figures.appKillsAtStep += 1
        else if (step <= SURE_STEPS) report(name, 'that change never came')
        count(isAtStep ? name : `${name} (killed when nothing was left to do)`, await settled())
        // Some of it may have been told by the life that ended.
        const { volumesMissed } = await (await running()).look()
        if (volumesMissed > (taken.get(judge) ?? 0) - takenBefore)
          report(`${name}: what is told of volumes`, 'one was told of that did not go')
      }
    },
    async removeBehind(rounds: number): Promise<void> {
      for (let round = 0; round < rounds; round += 1) {
        const removal = REMOVALS[round % REMOVALS.length]
        if (!removal) continue
        const one = await running()
        // A word of the user: what is taken away again and again would look like a crash loop.
        for (const nodeId of NODE_IDS) await one.ask({ ask: 'start', nodeId })
        if (removal.stopped !== undefined) await one.ask({ ask: 'stop', nodeId: removal.stopped })
        await settled()
        const [takenBefore, missedBefore] = [taken.get(judge) ?? 0, (await one.look()).volumesMissed]
        // What is taken in the very moment in which Hearth makes it is not missed: what went is counted while it stands still.
        if (removal.countsVolumes === true) await one.frozen(() => removal.byHand(judge))
        else await removal.byHand(judge)
        figures.removedBehindItsBack += 1
        if (removal.stopped !== undefined) await one.ask({ ask: 'start', nodeId: removal.stopped })
        const name = `engine: taken away by hand: ${removal.what} #${round + 1}`
        count(name, await settled())
        const [takenNow, missedNow] = [(taken.get(judge) ?? 0) - takenBefore, (await one.look()).volumesMissed - missedBefore]
        figures.volumesTaken += takenNow
        figures.volumesMissed += missedNow
        if (takenNow !== missedNow) report(`${name}: what is told of volumes`, `${takenNow} went, ${missedNow} were told of`)
      }
    },
    async restartDaemon(rounds: number): Promise<void> {
      for (let round = 0; round < rounds; round += 1) {
        const one = await running()
        const isHard = round % 2 === 1
        // Seldomer than a loop gives up: an engine that ends is no crash of its containers, and nobody says a word to them in between.
        const isAppKilled = round % 8 === 7
        if (round === 0) for (const nodeId of NODE_IDS) await one.ask({ ask: 'start', nodeId })
        if (round % 4 === 0) await one.ask({ ask: 'start', nodeId: 'ingress' })
        if (round % 4 === 3) await one.ask({ ask: 'stop', nodeId: 'ingress' })
        await settled()
        await engine.stop(isHard)
        if (isAppKilled) await one.kill()
        await engine.start()
        figures.daemonRestarts += 1
        count(`engine: daemon ${isHard ? 'killed' : 'restarted'}${isAppKilled ? ' and the app killed' : ''} #${round + 1}`, await settled())
      }
    },
    /** The search for keys finds one that lies on disk. */
    async checkSearch(): Promise<void> {
      // Which of the wishes came last to this installation is chance: its backend may be stopped.
      await (await running()).ask({ ask: 'start', nodeId: 'backend' })
      const begun = await settled()
      if (typeof begun === 'string' || !isClean(begun)) count('engine: the backend runs before the search', begun)
      else await putKeyOnDisk()
      report('engine: a key on disk would be found', judge.keysOnDisk().length > 0 ? undefined : 'it was not found')
    },
    async end(): Promise<void> {
      if (app?.isAlive() === true) await app.kill()
    },
  }
}
