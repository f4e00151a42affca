import { HearthError } from '#shared/api/errors.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { Engine } from '../ports/engine.ts'
import { editAppToml, editConfigToml, editGenesis } from './genesis.ts'

/** Where the node's home lies in its container. */
export const CHAIN_HOME = '/home/pocket/.pocket'
/** The node's container waits for this file before it starts the chain: a half-made home is never run. */
export const READY_FILE = '/home/pocket/ready'
const OWNER = { uid: 1025, gid: 1025 }
const KEYRING = ['--keyring-backend', 'test', '--home', CHAIN_HOME]

/** Command of the node's container. */
export const CHAIN_COMMAND = `while [ ! -f ${READY_FILE} ]; do sleep 0.2; done; exec pocketd start --home ${CHAIN_HOME}`

/** Whether the home in this container is whole. */
export async function isChainMade(engine: Engine, container: string): Promise<boolean> {
  return (await engine.exec(container, ['test', '-f', READY_FILE])).exitCode === 0
}

/**
 * Makes the Local chain's first block file in the node's container, from nothing: a home that an earlier try left half made is thrown away first.
 * Keys of faucet and validator are made inside and stay there. Rejects `engine-failed` with the program's own words, `cancelled`.
 */
export async function makeChain(
  engine: Engine,
  container: string,
  rules: LocalChainRules,
  applicationAddress: string,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const run = async (command: string[]): Promise<string> => {
    const result = await engine.exec(container, command, { signal, timeoutMs: 60_000 })
    const words = `${result.stderr}\n${result.stdout}`.trim()
    if (result.exitCode !== 0) throw new HearthError('engine-failed', { reason: words.slice(-400), command: command.slice(0, 4).join(' ') })
    return result.stdout.trim()
  }
  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const path = `${CHAIN_HOME}/config/${file}`
    const text = new TextDecoder().decode(await engine.readFile(container, path))
    await engine.writeFile(container, path, new TextEncoder().encode(change(text)), { mode: 0o600, ...OWNER })
  }
  onLine('a fresh home')
  await run(['rm', '-rf', CHAIN_HOME, READY_FILE])
  await run(['pocketd', 'init', 'local', '--chain-id', rules.chainId, '--default-denom', 'upokt', '--home', CHAIN_HOME])
  onLine('keys of faucet and validator, kept inside')
  for (const name of ['faucet', 'validator']) await run(['pocketd', 'keys', 'add', name, ...KEYRING, '--output', 'json', '--no-backup'])
  const validator = await run(['pocketd', 'keys', 'show', 'validator', '-a', ...KEYRING])
  const faucet = await run(['pocketd', 'keys', 'show', 'faucet', '-a', ...KEYRING])
  onLine('play-money accounts')
  const accounts: [string, string][] = [
    [validator, VALIDATOR_UPOKT],
    [faucet, rules.faucetUpokt],
    [applicationAddress, rules.applicationUpokt],
  ]
  for (const [address, amount] of accounts) await run(['pocketd', 'genesis', 'add-genesis-account', address, `${amount}upokt`, ...KEYRING])
  await run(['pocketd', 'genesis', 'gentx', 'validator', `${VALIDATOR_STAKE_UPOKT}upokt`, '--chain-id', rules.chainId, ...KEYRING])
  await run(['pocketd', 'genesis', 'collect-gentxs', '--home', CHAIN_HOME])
  onLine("mainnet's rules, the chosen pace")
  await edit('genesis.json', (text) => editGenesis(text, rules, validator))
  await edit('config.toml', (text) => editConfigToml(text, rules))
  await edit('app.toml', editAppToml)
  await run(['pocketd', 'genesis', 'validate', '--home', CHAIN_HOME])
}

/** Lets the node's container go on into the chain. */
export async function releaseChain(engine: Engine, container: string): Promise<void> {
  const result = await engine.exec(container, ['touch', READY_FILE])
  if (result.exitCode !== 0) throw new HearthError('engine-failed', { reason: result.stderr.slice(-400) })
}

const VALIDATOR_STAKE_UPOKT = '900000000'
const VALIDATOR_UPOKT = '1000000000000'

/**
 * Has the faucet send play money. Resolves when the node took the transaction; arrival is seen in the balance.
 * Rejects `tx-refused` with the chain's words, `engine-failed`, `cancelled`.
 */
export async function sendFromFaucet(
  engine: Engine,
  container: string,
  chainId: string,
  address: string,
  upokt: bigint,
  signal: AbortSignal,
): Promise<void> {
  const result = await engine.exec(
    container,
    [
      'pocketd',
      'tx',
      'bank',
      'send',
      'faucet',
      address,
      `${upokt}upokt`,
      '--chain-id',
      chainId,
      '--gas',
      '200000',
      '--fees',
      '1upokt',
      '--yes',
      '--output',
      'json',
      ...KEYRING,
    ],
    { signal, timeoutMs: 30_000 },
  )
  if (result.exitCode !== 0) throw new HearthError('engine-failed', { reason: result.stderr.trim().slice(-400) })
  let answer: { code?: number; raw_log?: string }
  try {
    answer = JSON.parse(result.stdout) as typeof answer
  } catch {
    throw new HearthError('engine-failed', { reason: result.stdout.slice(-200) })
  }
  if (answer.code !== 0) throw new HearthError('tx-refused', { log: (answer.raw_log ?? '').slice(0, 400) })
}
