import { bytesToHex } from '@noble/hashes/utils.js'
import { isAddress } from '#main/adapters/cosmos/tx/address.ts'
import { bech32Decode, bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'
import type { CommandIo } from './command.ts'
import { FRESH_APP_STATE } from './genesis-state.ts'
import { APP_TOML, CLIENT_TOML, CONFIG_TOML } from './home-files.ts'
import { readKey } from './keyring.ts'
import { homeOf, keyringDirOf, PocketdError, type PocketdArgs } from './pocketd-args.ts'
import type { PocketdContext } from './pocketd-keys.ts'

/** The parts of a genesis file that the commands change. */
interface Genesis {
  chain_id: string
  app_state: {
    auth: { accounts: { '@type': string; address: string; pub_key: null; account_number: string; sequence: string }[] }
    bank: { balances: { address: string; coins: Coin[] }[]; supply: Coin[] }
    genutil: { gen_txs: unknown[] }
    [module: string]: unknown
  }
}
interface Coin {
  denom: string
  amount: string
}

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder()
const SECRET_MODE = 0o600
const CONSENSUS = {
  params: {
    block: { max_bytes: '22020096', max_gas: '-1' },
    evidence: { max_age_num_blocks: '100000', max_age_duration: '172800000000000', max_bytes: '1048576' },
    validator: { pub_key_types: ['ed25519'] },
    version: { app: '0' },
    abci: { vote_extensions_enable_height: '0' },
  },
}

/** `pocketd init MONIKER`: a node's whole home. Throws PocketdError when one is there. */
export function runInit(args: PocketdArgs, io: CommandIo, context: PocketdContext): void {
  const home = homeOf(args)
  const [moniker] = args.words
  if (moniker === undefined) throw new PocketdError('accepts 1 arg(s), received 0')
  const file = genesisFile(home)
  if (io.handle.readFile(file) && !args.flags.has('overwrite')) throw new PocketdError(`genesis.json file already exists: ${file}`)
  const denom = args.flags.get('default-denom') ?? 'stake'
  const state = JSON.parse(JSON.stringify(FRESH_APP_STATE).replaceAll('"upokt"', JSON.stringify(denom))) as object
  const genesis = {
    app_name: 'pocketd',
    app_version: '0.1.35',
    genesis_time: new Date(io.handle.clock.now()).toISOString(),
    chain_id: args.flags.get('chain-id') ?? 'pocket',
    initial_height: 1,
    app_hash: null,
    app_state: state,
    consensus: CONSENSUS,
  }
  const nodeId = bytesToHex(context.random(20))
  const put = (path: string, content: string, mode?: number): void => io.handle.writeFile(`${home}/${path}`, ENCODER.encode(content), mode)
  put('config/genesis.json', `${JSON.stringify(genesis, null, 2)}\n`, SECRET_MODE)
  put('config/config.toml', CONFIG_TOML.replace(/^moniker = .*$/m, `moniker = ${JSON.stringify(moniker)}`))
  put('config/app.toml', APP_TOML)
  put('config/client.toml', CLIENT_TOML, SECRET_MODE)
  put('config/node_key.json', JSON.stringify({ id: nodeId }), SECRET_MODE)
  const validatorKey = Buffer.from(context.random(32)).toString('base64')
  put('config/priv_validator_key.json', JSON.stringify({ pub_key: { type: 'tendermint/PubKeyEd25519', value: validatorKey } }), SECRET_MODE)
  put('data/priv_validator_state.json', JSON.stringify({ height: '0', round: 0, step: 0 }), SECRET_MODE)
  io.err(`${JSON.stringify({ moniker, chain_id: genesis.chain_id, node_id: nodeId, gentxs_dir: '', app_message: state }, null, 1)}\n`)
}

/** `pocketd genesis …`. Throws PocketdError in pocketd's own words. */
export function runGenesis(verb: string, args: PocketdArgs, io: CommandIo, context: PocketdContext): void {
  switch (verb) {
    case 'add-genesis-account':
      addAccount(args, io, context)
      return
    case 'gentx':
      makeGentx(args, io, context)
      return
    case 'collect-gentxs':
      collectGentxs(args, io)
      return
    case 'validate':
    case 'validate-genesis':
      validate(args, io)
      return
    default:
      throw new PocketdError(`unknown command "${verb}" for "pocketd genesis"`)
  }
}

function addAccount(args: PocketdArgs, io: CommandIo, { addressPrefix }: PocketdContext): void {
  const [who = '', coins = ''] = args.words
  if (args.words.length !== 2) throw new PocketdError(`accepts 2 arg(s), received ${args.words.length}`)
  const address = isAddress(who, [addressPrefix]) ? who : readKey(io.handle, keyringDirOf(args), who, addressPrefix)?.address
  if (address === undefined)
    throw new PocketdError(
      `failed to get address from Keyring: ${who}.info: key not found [cosmos/cosmos-sdk@v0.53.7/crypto/keyring/keyring.go:534]`,
    )
  const coin = readCoin(coins)
  change(args, io, ({ app_state: { auth, bank } }) => {
    if (auth.accounts.some((account) => account.address === address))
      throw new PocketdError(` Account ${address} already exists\nUse \`append\` flag to append account at existing address`)
    auth.accounts.push({
      '@type': '/cosmos.auth.v1beta1.BaseAccount',
      address,
      pub_key: null,
      account_number: String(auth.accounts.length),
      sequence: '0',
    })
    bank.balances.push({ address, coins: [coin] })
    const supply = bank.supply.find((each) => each.denom === coin.denom)
    if (supply) supply.amount = String(BigInt(supply.amount) + BigInt(coin.amount))
    else bank.supply.push({ ...coin })
  })
}

function makeGentx(args: PocketdArgs, io: CommandIo, { addressPrefix, random }: PocketdContext): void {
  const [name = '', amount = ''] = args.words
  const home = homeOf(args)
  const genesis = readGenesis(args, io)
  const key = readKey(io.handle, keyringDirOf(args), name, addressPrefix)
  if (!key)
    throw new PocketdError(
      `failed to fetch '${name}' from the keyring: ${name}.info: key not found [cosmos/cosmos-sdk@v0.53.7/crypto/keyring/keyring.go:534]`,
    )
  const coin = readCoin(amount)
  const held = genesis.app_state.bank.balances
    .find((balance) => balance.address === key.address)
    ?.coins.find((each) => each.denom === coin.denom)
  if (!held || BigInt(held.amount) < BigInt(coin.amount))
    throw new PocketdError(
      held
        ? `failed to validate account in genesis: account ${key.address} has a balance in genesis, but it only has ${held.amount}${coin.denom} available to stake, not ${amount}`
        : `failed to validate account in genesis: account ${key.address} does not have a balance in the genesis state`,
    )
  const config = DECODER.decode(io.handle.readFile(`${home}/config/config.toml`) ?? new Uint8Array())
  const moniker = /^moniker = "(.*)"$/m.exec(config)?.[1] ?? ''
  const nodeId = jsonFile(io, `${home}/config/node_key.json`)?.id ?? ''
  const validatorKey = jsonFile(io, `${home}/config/priv_validator_key.json`)?.pub_key?.value ?? ''
  const zero = '0.000000000000000000'
  const gentx = {
    body: {
      messages: [
        {
          '@type': '/cosmos.staking.v1beta1.MsgCreateValidator',
          description: { moniker, identity: '', website: '', security_contact: '', details: '' },
          commission: {
            rate: zero.replace('0.0', '0.1'),
            max_rate: zero.replace('0.0', '0.2'),
            max_change_rate: zero.replace('0.00', '0.01'),
          },
          min_self_delegation: '1',
          delegator_address: '',
          validator_address: bech32Encode(`${addressPrefix}valoper`, bech32Decode(key.address)?.bytes ?? new Uint8Array()),
          pubkey: { '@type': '/cosmos.crypto.ed25519.PubKey', key: validatorKey },
          value: coin,
        },
      ],
      memo: `${nodeId}@127.0.0.1:26656`,
      timeout_height: '0',
      unordered: false,
      timeout_timestamp: null,
      extension_options: [],
      non_critical_extension_options: [],
    },
    auth_info: {
      signer_infos: [
        {
          public_key: { '@type': '/cosmos.crypto.secp256k1.PubKey', key: Buffer.from(key.pubKeyHex, 'hex').toString('base64') },
          mode_info: { single: { mode: 'SIGN_MODE_DIRECT' } },
          sequence: '0',
        },
      ],
      fee: { amount: [], gas_limit: '200000', payer: '', granter: '' },
      tip: null,
    },
    signatures: [Buffer.from(random(64)).toString('base64')],
  }
  const path = `${home}/config/gentx/gentx-${nodeId}.json`
  io.handle.writeFile(path, ENCODER.encode(`${JSON.stringify(gentx)}\n`))
  io.err(`Genesis transaction written to "${path}"\n`)
}

function collectGentxs(args: PocketdArgs, io: CommandIo): void {
  const folder = `${homeOf(args)}/config/gentx`
  const made = io.handle.list(folder).flatMap((path) => jsonFile(io, path) ?? [])
  if (made.length === 0) throw new PocketdError(`failed to get genesis app state from config: open ${folder}: no such file or directory`)
  change(args, io, (genesis) => {
    genesis.app_state.genutil.gen_txs = made
  })
  const { chain_id, app_state } = readGenesis(args, io)
  io.err(`${JSON.stringify({ chain_id, gentxs_dir: folder, app_message: app_state }, null, 1)}\n`)
}

function validate(args: PocketdArgs, io: CommandIo): void {
  const { chain_id, app_state } = readGenesis(args, io)
  if (chain_id.length > 50) throw new PocketdError('chain_id in genesis doc is too long (max: 50)')
  const missing = Object.keys(FRESH_APP_STATE).find((module) => !(module in app_state))
  if (missing !== undefined)
    throw new PocketdError(`error validating genesis file ${genesisFile(homeOf(args))}: no state of module ${missing}`)
  io.out(`File at ${genesisFile(homeOf(args))} is a valid genesis file\n`)
}

export const genesisFile = (home: string): string => `${home}/config/genesis.json`

function readGenesis(args: PocketdArgs, io: CommandIo): Genesis {
  const file = genesisFile(homeOf(args))
  const content = io.handle.readFile(file)
  if (!content) throw new PocketdError(`failed to read genesis doc file ${file}: open ${file}: no such file or directory`)
  try {
    const genesis = JSON.parse(DECODER.decode(content)) as Partial<Genesis>
    if (typeof genesis.chain_id !== 'string' || !genesis.app_state?.auth || !genesis.app_state.bank || !genesis.app_state.genutil)
      throw new Error('a module is missing')
    return { ...genesis, chain_id: genesis.chain_id, app_state: genesis.app_state }
  } catch (error) {
    throw new PocketdError(`error unmarshalling genesis doc ${file}: ${error instanceof Error ? error.message : ''}`)
  }
}

function change(args: PocketdArgs, io: CommandIo, edit: (genesis: Genesis) => void): void {
  const genesis = readGenesis(args, io)
  edit(genesis)
  io.handle.writeFile(genesisFile(homeOf(args)), ENCODER.encode(`${JSON.stringify(genesis, null, 2)}\n`), SECRET_MODE)
}

function jsonFile(io: CommandIo, path: string): { id?: string; pub_key?: { value?: string } } | undefined {
  const content = io.handle.readFile(path)
  try {
    return content && (JSON.parse(DECODER.decode(content)) as { id?: string })
  } catch {
    return undefined
  }
}

/** `5upokt`. Throws PocketdError. */
export function readCoin(text: string): Coin {
  const [, amount, denom] = /^(\d{1,40})([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(text) ?? []
  if (amount === undefined || denom === undefined) throw new PocketdError(`failed to parse coins: invalid decimal coin expression: ${text}`)
  return { denom, amount: String(BigInt(amount)) }
}
