import { join } from 'node:path'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { createNet } from '#main/adapters/system/net.ts'
import { createRehearsalKeys, createVault } from '#main/adapters/vault/index.ts'
import { KDF_BOUNDS } from '#main/adapters/vault/vault-format.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import { operatorKeyName } from '#main/core/keys/serving-keys.ts'
import { keepVolumes } from '#main/core/nodes/kept-volumes.ts'
import { createNodes } from '#main/core/nodes/nodes.ts'
import { ownNames } from '#main/core/nodes/own-names.ts'
import { INGRESS_TEMPLATE, renderIngressConfig } from '#main/core/nodes/ingress.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { resourcesDir } from '#main/shells/locations.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import { readFileSync } from 'node:fs'
import { LIGHT_CATALOG, type EngineAnswer, type EngineQuestion, type EngineSetup } from './engine-world.ts'
import { keysInProcess } from './keys-in-process.ts'

/**
 * The room that keeps containers as they are wanted, over the real engine, store and vault, in a process that can be killed at each of its steps: the n-th call that changes
 * something, before it is made or after. The chain and what reads it are left out, so that a life costs little. argv: the setup as JSON.
 */
const setup = JSON.parse(process.argv[2] ?? '') as EngineSetup
const PASSWORD = 'violet tractor seldom ink'
/** Waits of the loop, not those of the engine. */
const HASTE = 5
const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms / HASTE)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    }),
}
const notes: string[] = []
const log = {
  info: () => undefined,
  warn: (text: string, facts?: object) => void notes.push(`${text} ${JSON.stringify(facts ?? {})}`),
  error: (text: string, error: unknown) => {
    notes.push(`${text} ${String(error)}`)
    return 'ref'
  },
}

let armed: { left: number; when: 'before' | 'after' } | undefined
/** Looks that the loop began since something was changed or asked for: each round begins with one. */
let looks = 0
/** Counts a call that changes something, and dies at the one that was armed. */
async function changing<T>(run: () => Promise<T>): Promise<T> {
  looks = 0
  if (armed) armed.left -= 1
  const isThisOne = armed?.left === 0
  if (isThisOne && armed?.when === 'before') process.kill(process.pid, 'SIGKILL')
  try {
    return await run()
  } finally {
    looks = 0
    // Also one that the engine refused, as it does while somebody else removes the container.
    if (isThisOne) process.kill(process.pid, 'SIGKILL')
  }
}

const store = await openStore({ file: join(setup.dataDir, 'hearth.db'), clock, log })
const real = createDockerEngine({
  endpoint: `unix://${setup.socket}`,
  installId: setup.installId,
  clock: { ...clock, sleep: realSleep },
  log,
})
const counted: Engine = {
  ...real,
  list() {
    looks += 1
    return real.list()
  },
  ensureNetwork: (...args) => changing(() => real.ensureNetwork(...args)),
  ensureVolume: (...args) => changing(() => real.ensureVolume(...args)),
  create: (...args) => changing(() => real.create(...args)),
  start: (...args) => changing(() => real.start(...args)),
  stop: (...args) => changing(() => real.stop(...args)),
  remove: (...args) => changing(() => real.remove(...args)),
  writeFile: (...args) => changing(() => real.writeFile(...args)),
}
const kdf = { memoryKiB: KDF_BOUNDS.memoryKiB.min, passes: KDF_BOUNDS.passes.min, lanes: 1 as const }
const vault = await createVault({ dataDir: setup.dataDir, clock, log, kdf, spawn: keysInProcess })
if ((await vault.status()).kind === 'absent') await firstTime()
const operator = (await vault.keys())[0]

const state = createStatePublisher(
  initialState({ version: '1', shell: 'web', host: 'h', network: 'local', startedAtMs: Date.now(), notice: null }),
  clock,
)
let told = 0
const engine = keepVolumes(ownNames(counted, setup.installId), {
  network: 'local',
  installId: setup.installId,
  store,
  state,
  clock,
  log,
  activity: () => void (told += 1),
  place: () => vault.place(),
})
const nodes = createNodes({
  engine,
  store: { ...store, putNode: (row) => changing(() => store.putNode(row)) },
  net: createNet(setup.dataDir),
  state,
  tasks: createTasks(state, clock, log),
  clock,
  log,
  rehearsal: await createRehearsalKeys({ dataDir: setup.dataDir, clock }),
  heads: {} as Heads,
  installId: setup.installId,
  catalog: LIGHT_CATALOG,
  rules: localChainRulesSchema.parse({}),
  imageOverrides: setup.images,
  network: () => 'local',
  minerConfig: () => Promise.resolve(undefined),
  ingressConfig: () => renderIngressConfig(readFileSync(join(resourcesDir(), 'templates', INGRESS_TEMPLATE), 'utf8')),
  onChainReady: () => Promise.resolve(),
  onChainRemoved: () => Promise.resolve(),
  servingKeys: {
    async read() {
      const serving = operator && {
        address: operator.address,
        name: operatorKeyName(operator.address),
        key: operator,
        fenced: undefined,
        record: undefined,
        owes: [],
      }
      return Promise.resolve({ keys: serving ? [serving] : [], isKnown: true })
    },
  },
  async giveKeys(missing) {
    if ((await vault.status()).kind !== 'unlocked') await vault.unlockUnattended()
    for (const { key, name } of missing) {
      const target = await nodes.keeperTarget(name)
      if (!target || !key) return false
      await changing(() => vault.deliverKey(key.id, target))
    }
    return true
  },
})
// Without its driver it has nothing to do.
process.once('disconnect', () => process.exit(0))
void nodes.run(new AbortController().signal)

/** Vault, key and wishes of a new installation. */
async function firstTime(): Promise<void> {
  await vault.create(PASSWORD)
  const { token } = await vault.openNewKey({ name: 'operator', role: 'operator', network: 'local', mode: 'import' })
  const shown = new TextDecoder().decode((await vault.surface(token, 'GET', new Uint8Array())).page.html)
  const nonce = /name="nonce" value="([^"]+)"/.exec(shown)?.[1] ?? ''
  const form = new URLSearchParams({ nonce, action: 'import', secret: setup.keyHex }).toString()
  const { outcome } = await vault.surface(token, 'POST', new TextEncoder().encode(form))
  if (outcome?.kind !== 'key-made') throw new Error('no key was made')
  await vault.setUnlockMode('file', PASSWORD)
  for (const entry of LIGHT_CATALOG) {
    const reference = setup.images[entry.image.reference] ?? entry.image.reference
    // A round that took the image away has it back under its digest alone.
    if (!(await real.image(reference))) await real.pull(reference, () => undefined, new AbortController().signal)
    const image = await real.image(reference)
    if (!image) throw new Error(`no image ${reference}`)
    const pin = image.digest === undefined ? image.imageId : `${reference.replace(/:[^:/]*$/, '')}@${image.digest}`
    const ports = Object.fromEntries(
      entry.ports.map((port, index) => [String(port.containerPort), (setup.ports[entry.nodeId] ?? 0) + index]),
    )
    await store.putNode({
      id: entry.nodeId,
      network: 'local',
      wanted: 'running',
      wantedBy: 'user',
      imagePin: pin,
      ports,
      updatedAtMs: clock.now(),
    })
  }
}

async function answer(question: EngineQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'arm':
      armed = { left: question.count, when: question.when }
      return undefined
    case 'look': {
      const rows = await store.nodes('local')
      const shown = rows.map((row) => {
        const node = state.state.nodes[row.id]
        return {
          id: row.id,
          wanted: row.wanted,
          ports: row.ports,
          seen: node?.seen ?? 'unknown',
          said: JSON.stringify([node?.reason?.key ?? null, node?.error ?? null]),
        }
      })
      return {
        engine: state.state.engine.kind,
        // The round of the last look may not be over.
        quietRounds: Math.max(0, looks - 1),
        nodes: shown,
        notes: notes.slice(-5),
        volumesMissed: told,
        address: operator?.address,
      } satisfies EngineAnswer
    }
    case 'wake':
      nodes.wake()
      return undefined
    case 'start':
      return nodes.start(question.nodeId)
    case 'stop':
      return nodes.stop(question.nodeId)
    case 'restart':
      return nodes.restart(question.nodeId)
    case 'change-port':
      return nodes.changePort(question.nodeId, question.containerPort, question.hostPort)
    default:
      return assertNever(question)
  }
}

process.on('message', (message: EngineQuestion & { id: number }) => {
  const isWish = message.ask !== 'look' && message.ask !== 'wake'
  const answered = answer(message).finally(() => {
    // A round that was under way may not have seen it.
    if (isWish) looks = 0
  })
  answered.then(
    (value) => process.send?.({ id: message.id, value }),
    (error: unknown) => process.send?.({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
  )
})

process.send?.({ id: 0 })

function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
