import type { App } from '#main/core/app-shape.ts'
import { compose } from '#main/shells/compose.ts'
import type { ComposeOptions } from '#main/shells/compose-options.ts'
import { applyPatch, type Snapshot } from '#shared/api/patches.ts'
import type { RequestInput, RequestName, RequestOutput } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { readMachine } from './prepare.ts'
import { sleep } from './process.ts'

/** What is waited for comes, but this machine may have other things to do: only what never comes takes so long. */
const WAIT_MS = 180_000

export const PASSWORD = 'violet tractor seldom ink'

/** Fast rules: sessions of four half-second blocks, paid two seconds after. */
export const FAST_RULES = { blockMs: 500, blocksPerSession: 4, grace: 0, claimOpen: 1, claimClose: 1, proofOpen: 0, proofClose: 1 }

/** A block of Practice in 0.6 s. */
const PRACTICE_SPEED = 10

/** The whole app in this process, driven as its page drives it: requests, state by patches, pages of the confirm surface. */
export interface Driver {
  app: App
  readonly state: AppState
  call<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  /** Waits until the state, as a page would have it, satisfies `done`. */
  until(what: string, done: (state: AppState) => boolean, timeoutMs?: number): Promise<AppState>
  /** Writes the words down and types them back. @returns address of the new key, and its play-money words as they were shown */
  makeKey(name: string, role: 'owner' | 'operator'): Promise<{ id: string; address: string; words: string }>
  /** Reads the sheet, signs it with the password, and waits for its block. @returns text of the sheet */
  sign(wish: RequestInput<'tx.prepare'>): Promise<{ intentId: string; sheet: string }>
  stop(): Promise<void>
}

/** @param dataDir a folder of its own, 0700 @param rules of the local chain @param images by the catalogue's names, those of this machine unless told @param more a keychain, where the test has one */
export async function startDriver(
  dataDir: string,
  rules: Record<string, unknown> = FAST_RULES,
  images?: Record<string, string>,
  more: Pick<ComposeOptions, 'keychain' | 'catalog' | 'minerHostTimes'> = {},
): Promise<Driver> {
  const machine = readMachine()
  if (machine.engineSocket === null) throw new Error('this machine has no engine')
  return drive(
    await compose({
      dataDir,
      shell: 'web',
      surfaceUrl: (token) => token,
      engineEndpoint: `unix://${machine.engineSocket}`,
      imageOverrides: images ?? machine.images,
      localRules: rules,
      ...more,
    }),
  )
}

/** The same on a machine without a container engine, where there is Practice. */
export async function startPracticeDriver(dataDir: string): Promise<Driver> {
  return drive(await compose({ dataDir, shell: 'web', surfaceUrl: (token) => token, engineEndpoint: `unix://${dataDir}/no-engine.sock` }))
}

async function drive(app: App): Promise<Driver> {
  const result = await app.call('state.get', {})
  if (!result.ok) throw new Error('no state')
  let snapshot = result.value as Snapshot
  let stale = false
  app.subscribe((patch) => {
    const next = applyPatch(snapshot, patch)
    if (next === 'gap') stale = true
    else snapshot = next
  })
  const surface = async (token: string, form?: Record<string, string>): Promise<string> => {
    const body = form === undefined ? new Uint8Array() : new TextEncoder().encode(new URLSearchParams(form).toString())
    const page = await app.surface(token, form === undefined ? 'GET' : 'POST', body)
    return new TextDecoder().decode(page.html)
  }
  const nonceOf = (html: string): string => {
    const nonce = /name="nonce" value="([^"]+)"/.exec(html)?.[1]
    if (nonce === undefined) throw new Error(`no form: ${plain(html)}`)
    return nonce
  }
  const driver: Driver = {
    app,
    get state() {
      return snapshot.state
    },
    async call(name, input) {
      const answer = await app.call(name, input)
      if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${JSON.stringify(answer.error.detail ?? {})} ${answer.error.ref}`)
      return answer.value as RequestOutput<typeof name>
    },
    async until(what, done, timeoutMs = WAIT_MS) {
      const end = Date.now() + timeoutMs
      while (!done(snapshot.state)) {
        if (stale) throw new Error('a patch was missed')
        if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}; ${summary(snapshot.state)}`)
        await sleep(50)
      }
      return snapshot.state
    },
    async makeKey(name, role) {
      const before = new Set(Object.keys(snapshot.state.keys))
      const { surfaceUrl: token } = await driver.call('keys.open', { name, role, mode: 'make' })
      const shown = await surface(token)
      const words = [...shown.matchAll(/<li><i>\d+<\/i><b>([a-z]+)<\/b><\/li>/g)].map((match) => match[1] ?? '')
      const asked = await surface(token, { nonce: nonceOf(shown), action: 'written' })
      const answers = Object.fromEntries(
        [...asked.matchAll(/<label>Word (\d+)</g)].map((match, index) => [`word${index}`, words[Number(match[1]) - 1] ?? '']),
      )
      await surface(token, { nonce: nonceOf(asked), action: 'check', ...answers })
      const state = await driver.until(`the ${role} key`, (now) => Object.keys(now.keys).some((id) => !before.has(id)))
      const made = Object.values(state.keys).find((key) => !before.has(key.id))
      if (!made) throw new Error('no key was made')
      return { id: made.id, address: made.address, words: words.join(' ') }
    },
    async sign(wish) {
      const { intentId, surfaceUrl: token } = await driver.call('tx.prepare', wish)
      const html = await surface(token)
      await surface(token, { nonce: nonceOf(html), action: 'sign', password: PASSWORD })
      const state = await driver.until(`transaction ${wish.kind}`, (now) =>
        ['included', 'refused', 'expired'].includes(now.intents[intentId]?.status ?? ''),
      )
      const intent = state.intents[intentId]
      if (intent?.status !== 'included') throw new Error(`${wish.kind}: ${intent?.status} ${JSON.stringify(intent?.error)}`)
      return { intentId, sheet: plain(html) }
    },
    stop: () => app.stop(),
  }
  // Runs that count relays count their own; test/core/relays/self-test-room and the browser's run look at self-tests.
  await driver.call('settings.set', { changes: { selfTestAfterStart: false, selfTestMinutes: 0 } })
  return driver
}

/** Text of a page without its tags. */
export const plain = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

function summary(state: AppState): string {
  const nodes = Object.values(state.nodes).map(
    (node) =>
      `${node.id}:${node.wanted}/${node.seen}${node.reason ? `(${node.reason.key})` : ''}${node.error ? `[${node.error.code} ${JSON.stringify(node.error.detail)}]` : ''}`,
  )
  const tasks = Object.values(state.tasks).map(
    (task) =>
      `${task.kind}:${task.status}:${task.steps.find((step) => step.status === 'running' || step.status === 'failed')?.key ?? ''}${task.error ? JSON.stringify(task.error) : ''}`,
  )
  return `chain ${state.chain.status} ${state.chain.height}; ${nodes.join(' ')}; ${tasks.join(' ')}; supplier ${state.supplier.status}; earnings ${JSON.stringify(state.earnings)}`
}

/** From nothing to a relay miner that serves: what every test of the whole starts with. @param onChain what is done once the chain runs, before anything is staked */
export async function reachServing(
  driver: Driver,
  network: 'local' | 'practice' = 'local',
  onChain: () => Promise<void> = () => Promise.resolve(),
): Promise<Record<'owner' | 'operator', { id: string; address: string; words: string }>> {
  await driver.call('vault.create', { password: PASSWORD })
  await driver.call('app.chooseNetwork', { network })
  if (network === 'practice') await driver.call('practice.control', { kind: 'speed', speed: PRACTICE_SPEED })
  await driver.call('localChain.start', {})
  await driver.until('the local chain', (state) =>
    Object.values(state.tasks).some((task) => task.kind === 'local-chain-start' && task.status !== 'running'),
  )
  const task = Object.values(driver.state.tasks).find((candidate) => candidate.kind === 'local-chain-start')
  if (task?.status !== 'done') throw new Error(`the local chain did not start: ${summary(driver.state)}`)
  await onChain()
  const owner = await driver.makeKey('Owner', 'owner')
  const operator = await driver.makeKey('Operator', 'operator')
  for (const [address, amountPokt] of [
    [owner.address, '60000'],
    [operator.address, '100'],
  ] as const) {
    const { taskId } = await driver.call('faucet.request', { address, amountPokt })
    await driver.until(`play money for ${address}`, (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
    if (driver.state.tasks[taskId]?.status !== 'done') throw new Error(`faucet: ${JSON.stringify(driver.state.tasks[taskId]?.error)}`)
  }
  await driver.sign({ kind: 'stake-owner', ownerKeyId: owner.id, operatorAddress: operator.address, amountPokt: '59505' })
  await driver.until('the stake', (state) => state.supplier.status === 'staked-no-services')
  const options = await driver.call('supplier.options', {})
  await driver.sign({
    kind: 'stake-services',
    operatorKeyId: operator.id,
    ownerAddress: owner.address,
    services: options.services
      .filter((service) => service.backendNodeId !== null)
      .map((service) => ({
        serviceId: service.id,
        url: options.endpointUrl ?? '',
        rpcType: 'JSON_RPC' as const,
        revShare: [
          { address: owner.address, percent: 90 },
          { address: operator.address, percent: 10 },
        ],
      })),
  })
  await driver.call('nodes.start', { nodeId: 'miner' })
  await driver.until('relay miner and ingress', (state) => ['miner', 'ingress'].every((nodeId) => state.nodes[nodeId]?.seen === 'running'))
  await driver.until('the first session', (state) => state.supplier.status === 'active')
  return { owner, operator }
}

/** Takes away the Local chain that a run has made, whatever it owes, and ends the app. A removal that fails is said. */
export async function removeAndStop(driver: Driver): Promise<void> {
  if (driver.state.app.network === 'local') {
    const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
    await driver
      .until('the removal', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
      .catch((error: unknown) => console.log(String(error)))
  }
  await driver.stop()
}
