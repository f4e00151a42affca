import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppState } from '#shared/api/state.ts'
import { en } from '#renderer/text/en.ts'
import { PASSWORD } from '#test/localnet/driver.ts'
import { sleep, until } from '#test/localnet/process.ts'
import { KEYCHAIN_VARIABLE, startAppProcess, WAIT_MS, type AppProcess } from './app-process.ts'
import type { OwnEngine } from './own-engine.ts'

/** What opens the vault after a restart, as the user chose it. `credential` is the key file handed over by systemd instead. */
export const UNLOCK_CHOICES = ['file', 'credential', 'keychain', 'ask'] as const
export type UnlockChoice = (typeof UNLOCK_CHOICES)[number]

/** The stock miner has a relay on disk after ten seconds at the latest (offchain facts 2.7). Ended before, it proves a claim with what is left of it, and the chain refuses that. */
const FLUSH_MS = 12_000

/** A session so old is known to the miner too, which learns of it after the chain node; one that has so many blocks left does not end under the relays. */
const OLD_BLOCKS = 2
const LEFT_BLOCKS = 8
const CLAIM_TRIES = 5
/** Blocks before the proof window in which the engine, once asked to, has ended the miner and the chain. */
const STOP_BLOCKS = 4

/** Longer than a proof window on a machine that makes its blocks late. */
export const SETTLED_MS = 600_000

/** Windows of the local chain, in blocks. */
export type Windows = Record<'claimOpen' | 'claimClose' | 'proofOpen', number>

export interface RebootParts {
  dataDir: string
  rules: Record<string, unknown> & Windows
  engine: OwnEngine
  must: (what: string, good: boolean) => void
  /** Told of each life of the app. */
  started: (app: AppProcess) => void
  /** Told of each session whose claim was open when the machine went down: its last height. */
  interrupted: (endHeight: number) => void
}

/** Sends relays in one session, each of which has to be answered. @returns the height at which that session ends */
export async function sendRelays(app: AppProcess, count: number, must: RebootParts['must']): Promise<number> {
  await app.until('a session that is young, but not new', (state) => {
    const lane = state.clock.lanes.find((candidate) => candidate.stage === 'serving')
    return lane !== undefined && state.chain.height - lane.start >= OLD_BLOCKS && lane.end - state.chain.height >= LEFT_BLOCKS
  })
  const { taskId } = await app.call('relays.sendTest', { serviceId: 'anvil', count })
  const sent = await app.until('the relays', (now) => (now.tasks[taskId]?.status ?? 'running') !== 'running')
  must(`relays: ${JSON.stringify(sent.relays.last)}`, sent.relays.last?.verified === count)
  return Number(sent.tasks[taskId]?.steps[0]?.facts['endHeight'] ?? 0)
}

/**
 * Sends relays and waits until their claim is in a block, has no proof yet, and the miner has them on disk. A machine that was too slow for all three takes another session.
 * @returns the height at which that session ends
 */
export async function claimed(app: AppProcess, count: number, windows: Windows, must: RebootParts['must']): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const endHeight = await sendRelays(app, count, must)
    const onDiskMs = Date.now() + FLUSH_MS
    const claim = async () => (await app.call('earnings.claims', { limit: 50 })).rows.find((row) => row.sessionEndHeight === endHeight)
    // Seen later than it was made, it may be past that stage.
    await until('the claim', WAIT_MS, async () => ((await claim()) ? true : undefined))
    await sleep(Math.max(0, onDiskMs - Date.now()))
    const stage = (await claim())?.stage
    const proofFrom = endHeight + 1 + windows.claimOpen + windows.claimClose + windows.proofOpen
    const left = proofFrom - (await app.state()).chain.height
    if (stage === 'claimed' && left >= STOP_BLOCKS) return endHeight
    must(`the claim of ${endHeight} is ${stage} with ${left} blocks to its proof, try ${tries}`, tries < CLAIM_TRIES)
  }
}

/**
 * The machine goes down with a claim open and comes up again, and nobody is there: with a key file, a credential or a keychain the miner runs, the open claim is proven,
 * and the next one is in a block. With the password alone nothing is served, and the user was told so before, where they chose it, and is told now what is at risk.
 * @param app gone afterwards @returns the app after the reboot
 */
export async function reboot(app: AppProcess, choice: UnlockChoice, parts: RebootParts): Promise<AppProcess> {
  const { dataDir, rules, engine, must } = parts
  const places = { keychain: join(dataDir, '..', 'keychain'), credentials: join(dataDir, '..', 'credentials') }
  const environment: Record<string, string> = {
    [KEYCHAIN_VARIABLE]: places.keychain,
    ...(choice === 'credential' ? { CREDENTIALS_DIRECTORY: places.credentials } : {}),
  }
  const start = async (): Promise<AppProcess> => {
    const one = await startAppProcess(dataDir, rules, environment)
    parts.started(one)
    return one
  }
  // The choice is made as the user makes it, in an app that knows a keychain.
  await app.stop()
  let one = await start()
  await one.call('vault.unlock', { password: PASSWORD })
  await one.until('the chain and the miner', (state) => state.chain.status === 'ready' && state.nodes['miner']?.seen === 'running', WAIT_MS)
  await one.call('vault.setUnlock', { mode: choice === 'credential' ? 'file' : choice, password: PASSWORD })
  const keyFile = join(dataDir, 'vault', 'unlock.key')
  must(`the key file is ${existsSync(keyFile) ? '' : 'not '}there`, existsSync(keyFile) === (choice === 'file' || choice === 'credential'))
  if (choice === 'credential') {
    mkdirSync(places.credentials, { recursive: true, mode: 0o700 })
    renameSync(keyFile, join(places.credentials, 'hearth-unlock'))
    chmodSync(join(places.credentials, 'hearth-unlock'), 0o400)
  }
  const endHeight = await claimed(one, 4, rules, must)

  await engine.stop()
  await one.kill()
  // Nothing of what was in memory is left; the disk is what it was.
  await engine.start()
  one = await start()
  if (choice === 'ask') {
    await alone(one, must)
    await one.call('vault.unlock', { password: PASSWORD })
  }
  const back = await one.until(
    'the miner by itself',
    (state) =>
      state.nodes['miner']?.seen === 'running' &&
      state.vault.needed === null &&
      // What is said follows what is so a moment later.
      Object.values(state.attention).every((entry) => !entry.key.startsWith('keys-needed')),
    WAIT_MS,
  )
  must(`the vault is ${back.vault.kind}`, back.vault.kind === 'unlocked')
  await claimIs(one, endHeight, ['proven', 'settled'], back.chain.height)
  parts.interrupted(endHeight)
  const next = await claimed(one, 3, rules, must)
  must(`the next claim is of ${next}, the one before of ${endHeight}`, next > endHeight)
  return one
}

/** Waits until the claim of a session is at one of these stages. @param from height at which the miner was seen running again: told when the claim is lost */
async function claimIs(app: AppProcess, endHeight: number, stages: readonly string[], from: number): Promise<void> {
  const claim = async () => (await app.call('earnings.claims', { limit: 50 })).rows.find((row) => row.sessionEndHeight === endHeight)
  const end = Date.now() + SETTLED_MS
  for (let row = await claim(); !stages.includes(row?.stage ?? ''); row = await claim()) {
    if (row !== undefined && row.stage !== 'claimed' && row.stage !== 'proven')
      throw new Error(`the open claim is ${row.stage}; ${await story(app, from)}`)
    if (Date.now() > end) throw new Error(`the open claim of ${endHeight} is still ${row?.stage}; ${await story(app, from)}`)
    await sleep(200)
  }
}

/** What the miner said last, and where the chain is. */
async function story(app: AppProcess, from: number): Promise<string> {
  const { chain } = await app.state()
  const { lines } = await app.call('nodes.logs', { nodeId: 'miner', tail: 30 })
  return `the miner ran from height ${from}, now ${chain.height}: ${JSON.stringify(lines.map((line) => line.text.slice(0, 300)))}`
}

/** With the password alone: nothing is served until the user comes, and that is said. */
async function alone(app: AppProcess, must: RebootParts['must']): Promise<void> {
  const isSaid = (state: AppState): boolean =>
    state.nodes['miner']?.reason?.key === 'needs-key' && Object.values(state.attention).some((entry) => entry.key === 'keys-needed-at-risk')
  const state = await app.until('what is at risk', isSaid, WAIT_MS)
  must(`the vault is ${state.vault.kind}`, state.vault.kind === 'locked')
  must('the miner runs without its key', state.nodes['miner']?.seen !== 'running')
  const entry = Object.values(state.attention).find((one) => one.key === 'keys-needed-at-risk')
  must(`told ${JSON.stringify(entry)}`, entry?.fix === 'unlock' && entry.facts['claims'] === '1' && entry.facts['deadlineHeight'] !== '')
  // The same was said where it was chosen, before it happened: in the setup and on the page of the keys.
  for (const text of [en.lock, en.vaultKeys].map((part) => JSON.stringify(part)))
    must('the choice does not say that claims can be missed', /While you are away after a restart, claims can be missed/.test(text))
}

/** Every choice of what opens the vault, one after the other, on one chain and with one supplier. */
export async function checkReboots(
  report: (name: string, problem: string | undefined) => void,
  engine: OwnEngine,
  rules: Record<string, unknown> & Windows,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'hearth-faults-'))
  const dataDir = join(root, 'data')
  const must = (what: string, good: boolean): void => {
    if (!good) throw new Error(what)
  }
  let app = await startAppProcess(dataDir, rules)
  const endHeights: number[] = []
  try {
    await app.reachServing()
    for (const choice of UNLOCK_CHOICES) {
      const startedAt = Date.now()
      const name = `reboot: the machine comes up and nobody is there, unlock by: ${choice}`
      try {
        app = await reboot(app, choice, {
          dataDir,
          rules,
          engine,
          must,
          started: (one) => (app = one),
          interrupted: (endHeight) => endHeights.push(endHeight),
        })
        report(`${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`, undefined)
      } catch (error) {
        report(name, error instanceof Error ? error.message : String(error))
      }
    }
    // Their windows close long after the proof: what is waited for is waited for once.
    const { chain } = await app.state()
    for (const endHeight of endHeights) await claimIs(app, endHeight, ['settled'], chain.height)
    report(
      'reboot: every claim that was open when the machine went down is paid',
      endHeights.length === UNLOCK_CHOICES.length ? undefined : `only ${endHeights.length} were open`,
    )
  } finally {
    // The engine goes with everything in it.
    await app.kill()
    rmSync(root, { recursive: true, force: true })
  }
}
