import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import Database from 'better-sqlite3'
import { docker, mustDocker } from './engine.ts'
import { readMachine } from './prepare.ts'
import { sleep } from './process.ts'

/** Accounts of the old network for chains of tests: test-only keys, with key files as the official tool writes them. */

export interface MorseKey {
  morseAddress: string
  publicKeyHex: string
  privateKeyHex: string
  keyfile: object
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../fixtures/morse/${name}.json`, import.meta.url), 'utf8'))
const recorded = read('keys') as { passphrase: string; keys: Record<string, MorseKey> }

/** `account`, `output`, `node` (its output is `output`) and `application`. */
export const morseKeys: Readonly<Record<string, MorseKey>> = {
  ...recorded.keys,
  application: (read('application') as { key: MorseKey }).key,
}
/** Of every key file. */
export const MORSE_PASSPHRASE = recorded.passphrase
export const APPLICATION_STAKE = 2_000_000_000n

const upokt = (amount: bigint): { denom: string; amount: string } => ({ denom: 'upokt', amount: String(amount) })
const migration = read('genesis-migration') as { params: object; morseClaimableAccountList: object[] }

/** `app_state.migration` of a chain where all four can be claimed for no fee. */
export const morseGenesis = {
  ...migration,
  morseClaimableAccountList: [
    ...migration.morseClaimableAccountList,
    {
      ...migration.morseClaimableAccountList[0],
      morse_src_address: morseKeys['application']?.morseAddress,
      unstaked_balance: upokt(3_000_000n),
      application_stake: upokt(APPLICATION_STAKE),
    },
  ],
}

const KEYRING = ['--keyring-backend', 'test', '--home', '/home/pocket/.pocket', '--chain-id', 'hearth-local-1', '--yes', '--output', 'json']
const WAIT_MS = 30_000

/** The bytes that the chain hashes: `MorseAccountState`, with every account as its encoder writes it. */
function stateBytes(accounts: typeof morseGenesis.morseClaimableAccountList): Uint8Array {
  const state = new BinaryWriter()
  for (const account of accounts as Record<string, unknown>[]) {
    const text = (key: string): string => account[key] as string
    const coin = (key: string): Uint8Array => {
      const { denom, amount } = account[key] as { denom: string; amount: string }
      return new BinaryWriter().tag(1, WireType.LengthDelimited).string(denom).tag(2, WireType.LengthDelimited).string(amount).finish()
    }
    const row = new BinaryWriter()
    row.tag(2, WireType.LengthDelimited).string(text('morse_src_address'))
    for (const [number, key] of [
      [5, 'unstaked_balance'],
      [6, 'supplier_stake'],
      [7, 'application_stake'],
    ] as const)
      row.tag(number, WireType.LengthDelimited).bytes(coin(key))
    if (text('morse_output_address') !== '') row.tag(9, WireType.LengthDelimited).string(text('morse_output_address'))
    const seconds = BigInt(Math.floor(Date.parse(text('unstaking_time')) / 1000))
    row.tag(10, WireType.LengthDelimited).bytes(new BinaryWriter().tag(1, WireType.Varint).int64(seconds).finish())
    state.tag(2, WireType.LengthDelimited).bytes(row.finish())
  }
  return state.finish()
}

/**
 * Has the Local chain of a running Hearth agree on the old accounts, as mainnet did: one message of the migration module, proposed and voted for by the chain's one validator.
 * The chain's rules need `votingSeconds`. @param dataDir of that Hearth
 */
export async function importMorseAccounts(dataDir: string): Promise<void> {
  const socket = readMachine().engineSocket ?? ''
  const [container = ''] = await containersOf(dataDir, 'pocket')
  const node = (args: readonly string[], input?: string): Promise<string> =>
    mustDocker(socket, ['exec', '-i', container, ...args], { ...(input !== undefined && { input }), timeoutMs: WAIT_MS })
  const send = async (args: readonly string[]): Promise<void> => {
    const {
      txhash,
      code,
      raw_log: log,
    } = JSON.parse(await node(['pocketd', 'tx', ...args, '--from', 'validator', ...KEYRING, '--gas', '1000000', '--fees', '10upokt'])) as {
      txhash: string
      code: number
      raw_log: string
    }
    if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')}: ${log}`)
    await untilDone(`${args.slice(0, 2).join(' ')} in a block`, async () => {
      const found = await docker(socket, ['exec', container, 'pocketd', 'query', 'tx', txhash, '--output', 'json'])
      if (found.code !== 0) return false
      const included = JSON.parse(found.stdout) as { code: number; raw_log: string }
      if (included.code !== 0) throw new Error(`${args.slice(0, 2).join(' ')}: ${included.raw_log}`)
      return true
    })
  }
  const module = JSON.parse(await node(['pocketd', 'query', 'auth', 'module-account', 'gov', '--output', 'json'])) as {
    account: { value: { address: string } }
  }
  const { morseClaimableAccountList: accounts } = morseGenesis
  const proposal = {
    messages: [
      {
        '@type': '/pocket.migration.MsgImportMorseClaimableAccounts',
        authority: module.account.value.address,
        morse_account_state: { accounts },
        morse_account_state_hash: createHash('sha256').update(stateBytes(accounts)).digest('base64'),
      },
    ],
    deposit: '10upokt',
    title: 'What lay on Morse',
    summary: 'Accounts of the network before.',
  }
  await node(['sh', '-c', 'cat > /tmp/proposal.json'], JSON.stringify(proposal))
  await send(['gov', 'submit-proposal', '/tmp/proposal.json'])
  await send(['gov', 'vote', '1', 'yes'])
  await untilDone('the vote', async () => {
    const known = await docker(socket, ['exec', container, 'pocketd', 'query', 'gov', 'proposal', '1', '--output', 'json'])
    const { status, failed_reason: reason } = (JSON.parse(known.stdout) as { proposal: { status: string; failed_reason?: string } })
      .proposal
    if (/FAILED|REJECTED/.test(status)) throw new Error(`the vote: ${status} ${reason ?? ''}`)
    return /PASSED/.test(status)
  })
}

/** Names of the containers that a Hearth made. @param node only those of this node */
export async function containersOf(dataDir: string, node?: string): Promise<string[]> {
  const store = new Database(join(dataDir, 'hearth.db'), { readonly: true })
  const row = store.prepare("SELECT value FROM settings WHERE key = 'install-id'").get() as { value: string } | undefined
  store.close()
  if (row === undefined) return []
  const filters = [
    '--filter',
    `label=hearth.install=${row.value}`,
    ...(node === undefined ? [] : ['--filter', `label=hearth.node=${node}`]),
  ]
  const names = await mustDocker(readMachine().engineSocket ?? '', ['ps', '--all', ...filters, '--format', '{{.Names}}'])
  return names === '' ? [] : names.split('\n')
}

async function untilDone(what: string, look: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + WAIT_MS
  while (!(await look())) {
    if (Date.now() > endMs) throw new Error(`${what} did not come`)
    await sleep(300)
  }
}
