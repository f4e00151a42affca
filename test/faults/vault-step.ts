import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { runLife, type Outcome } from './scenario.ts'

/** In the order in which a life of the secret files takes them. */
export const VAULT_STEPS = ['identity', 'create', 'wrong-password', 'import', 'password', 'backup', 'unattended'] as const
export type VaultStep = (typeof VAULT_STEPS)[number]

/** What is there, whatever came before. */
export interface VaultLook {
  found: string
  opens: 'old' | 'new' | 'none' | 'both'
  addresses: string[]
  application: string
  wholeBackups: number
  brokenBackups: number
  unattended: string
}

/** A write of a secret file: in which step it is made, and which write of that step it is, from 1. */
interface Write {
  step: VaultStep
  count: number
}
export const VAULT_WRITES: readonly Write[] = [
  ...VAULT_STEPS.map((step) => ({ step, count: 1 })),
  // The file that opens the vault is written before the vault knows of it.
  { step: 'unattended', count: 2 },
]

/** What has to be there once all steps before `step` are done, and of it so many writes as `written`. */
function expectedAfter(
  step: VaultStep,
  written: number,
): Omit<VaultLook, 'addresses' | 'application'> & { keys: number; identity: boolean } {
  const isDone = (other: VaultStep): boolean => {
    const at = VAULT_STEPS.indexOf(other)
    return at < VAULT_STEPS.indexOf(step) || (other === step && written >= (step === 'unattended' ? 2 : 1))
  }
  const hasVault = isDone('create')
  return {
    identity: isDone('identity'),
    found: hasVault ? 'locked' : 'absent',
    opens: !hasVault ? 'none' : isDone('password') ? 'new' : 'old',
    keys: isDone('import') ? 1 : 0,
    wholeBackups: isDone('backup') ? 1 : 0,
    brokenBackups: 0,
    unattended: isDone('unattended') ? 'open' : hasVault ? 'unlock-not-set' : 'vault-absent',
  }
}

function problemsOf(when: string, look: VaultLook | undefined, step: VaultStep, written: number): string[] {
  if (!look) return [`${when}: no answer`]
  const { addresses, application, ...rest } = look
  const found = { ...rest, keys: addresses.length, identity: application !== '' }
  const wanted: Record<string, unknown> = expectedAfter(step, written)
  return Object.entries(found).flatMap(([name, value]) =>
    value === wanted[name] ? [] : [`${when}: ${name} ${String(value)}, expected ${String(wanted[name])}`],
  )
}

/** Folders as they are before a step, each made once and copied for every kill. */
export function createVaultSteps(root: string): (point: string, round: number) => Promise<Outcome> {
  let run = 0
  const secret = randomBytes(32).toString('hex')
  const address = createTxCodec().addressOf(bytesToHex(secp256k1.getPublicKey(Buffer.from(secret, 'hex'), true)))
  const made = new Map<VaultStep, Promise<string>>()
  const live = (folder: string, task: VaultStep | 'look', point = '', count = 1) =>
    runLife('vault-step-life.ts', [folder, task, secret], point, count)
  const look = async (folder: string): Promise<VaultLook | undefined> => (await live(folder, 'look')).answer as VaultLook | undefined
  /** @returns a folder in which all steps before this one are done */
  const before = (step: VaultStep): Promise<string> => {
    const known = made.get(step)
    if (known) return known
    const make = async (): Promise<string> => {
      const folder = join(root, `before-${step}`)
      mkdirSync(folder)
      const last = VAULT_STEPS[VAULT_STEPS.indexOf(step) - 1]
      if (last === undefined) return folder
      cpSync(await before(last), folder, { recursive: true })
      const { answer, output } = await live(folder, last)
      if (answer === undefined) throw new Error(`${last}: ${output.slice(-400)}`)
      return folder
    }
    const making = make()
    made.set(step, making)
    return making
  }

  return async (point, round) => {
    const { step, count } = VAULT_WRITES[round % VAULT_WRITES.length] ?? { step: 'create', count: 1 }
    run += 1
    const folder = join(root, `step-${run}`)
    cpSync(await before(step), folder, { recursive: true })
    const first = await live(folder, step, point, count)
    // After the rename the new file counts, before it the old one, or none.
    const written = point === 'vault.file.renamed' ? count : count - 1
    const after = await look(folder)
    const problems = problemsOf('after the kill', after, step, written)
    // What is done is not done again; what is not, is now.
    const isDone = step === 'wrong-password' || written >= (step === 'unattended' ? 2 : 1)
    const again = isDone ? undefined : await live(folder, step)
    if (again && again.answer === undefined) problems.push(`one more try: ${again.output.slice(-300)}`)
    const end = await look(folder)
    problems.push(...problemsOf('in the end', end, step, 2))
    const keys = end?.addresses ?? []
    if (keys.some((one) => one !== address)) problems.push('another key than the one that was brought')
    if (after?.application !== '' && end?.application !== after?.application) problems.push('the play-money identity changed')
    const parts = readdirSync(join(folder, 'vault')).filter((name) => name.endsWith('.part'))
    if (parts.length > 0) problems.push(`left behind: ${parts.join(' ')}`)
    if (readdirSync(join(folder, 'vault')).some((name) => (statSync(join(folder, 'vault', name)).mode & 0o077) !== 0))
      problems.push('a file that others may read')
    rmSync(folder, { recursive: true, force: true })
    const expected = expectedAfter(step, written)
    const isLost =
      (after?.addresses.length ?? 0) < expected.keys || after?.opens !== expected.opens || (end?.wholeBackups ?? 0) < expected.wholeBackups
    return {
      killed: first.killed,
      lost: isLost ? 1 : 0,
      doubled: Math.max(0, keys.length - 1),
      problem: problems.length === 0 ? undefined : `${step}: ${problems.join('; ')}`,
    }
  }
}
