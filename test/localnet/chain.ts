/**
 * A real one-validator Pocket chain in a container, for tests of single parts. It uses nothing of the
 * application's own code, so that the two can be held against each other.
 */
import { docker, freePort, mustDocker } from './engine.ts'
import { editAppToml, editConfigToml, editGenesis, type Economy, type Genesis, type GenesisService } from './genesis.ts'
import { readMachine } from './prepare.ts'
import { until, type Finished } from './process.ts'

/** Label of everything that tests make in the engine. */
export const TEST_LABEL = 'hearth-test=1'

const HOME = '/home/pocket/.pocket'
const TEST_KEYRING = ['--keyring-backend', 'test', '--home', HOME] as const
/** 1,000,000 POKT each. */
const RICH_UPOKT = 1_000_000_000_000n

/** All are optional. Times in milliseconds, windows in blocks as in the protocol's shared parameters, amounts in upokt. */
export type TestChainOptions = {
  name?: string
  chainId?: string
  blockMs?: number
  blocksPerSession?: number
  grace?: number
  claimOpen?: number
  claimClose?: number
  proofOpen?: number
  proofClose?: number
  services?: readonly GenesisService[]
  economy?: Economy
  accounts?: readonly { address: string; upokt: bigint }[]
  /** Last changes of the genesis, in place. */
  editGenesis?: (genesis: Genesis) => void
}

/** A transaction that got into a block. `code` 0 is success; `log` is the chain's own word otherwise. */
export type IncludedTransaction = { hash: string; height: number; code: number; log: string; gasUsed: number }

/** A running chain. URLs are on 127.0.0.1. */
export type TestChain = {
  chainId: string
  rpcUrl: string
  restUrl: string
  /** host:port, plain text. */
  grpcUrl: string
  container: string
  /** Network of the engine on which other containers reach the chain under the host name `chain`, ports 26657, 1317, 9090. */
  network: string
  validatorAddress: string
  faucetAddress: string
  /** Runs a command in the node's container. */
  exec: (command: readonly string[], stdin?: string) => Promise<Finished>
  /** Height of the newest block. */
  height: () => Promise<number>
  /** Resolves when the chain has that height. */
  waitForHeight: (height: number, timeoutMs?: number) => Promise<void>
  /** Signs with a key of the node's own test keyring (`faucet`, `validator`, or one that a test put there), sends, and waits for the block. */
  send: (from: string, command: readonly string[]) => Promise<IncludedTransaction>
  /** Sends upokt from the faucet to each of the addresses in one transaction. */
  fund: (addresses: readonly string[], amountUpokt: bigint) => Promise<IncludedTransaction>
  /** Balance in upokt. */
  balance: (address: string) => Promise<bigint>
  /** Removes the chain with all its data. */
  stop: () => Promise<void>
}

let started = 0

async function getJson(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
  if (!answer.ok) throw new Error(`${url} answered ${String(answer.status)}`)
  return (await answer.json()) as Record<string, unknown>
}

/** The end of what a failed command said; pocketd prints its whole usage before the reason. */
function lastWords(finished: Finished): string {
  return (finished.stderr || finished.stdout).trim().split('\n').slice(-3).join(' ').slice(-600)
}

async function makeHome(
  exec: TestChain['exec'],
  options: TestChainOptions,
  chainId: string,
  blockMs: number,
): Promise<{ validatorAddress: string; faucetAddress: string }> {
  const must = async (command: readonly string[], stdin?: string): Promise<string> => {
    const done = await exec(command, stdin)
    if (done.code !== 0) throw new Error(`${command.slice(0, 3).join(' ')}: ${lastWords(done)}`)
    return done.stdout
  }
  await must(['pocketd', 'init', 'local', '--chain-id', chainId, '--default-denom', 'upokt', '--home', HOME])
  const addKey = async (name: string): Promise<string> => {
    const told = await must(['pocketd', 'keys', 'add', name, '--output', 'json', ...TEST_KEYRING])
    return (JSON.parse(told) as { address: string }).address
  }
  const validatorAddress = await addKey('validator')
  const faucetAddress = await addKey('faucet')
  const accounts = [
    { address: validatorAddress, upokt: RICH_UPOKT },
    { address: faucetAddress, upokt: 1_000_000n * RICH_UPOKT },
    ...(options.accounts ?? []),
  ]
  const bulk = accounts.map((account) => ({
    address: account.address,
    coins: [{ denom: 'upokt', amount: String(account.upokt) }],
  }))
  await must(['sh', '-c', 'cat > /tmp/accounts.json'], JSON.stringify(bulk))
  await must(['pocketd', 'genesis', 'bulk-add-genesis-account', '/tmp/accounts.json', '--home', HOME])
  await must(['pocketd', 'genesis', 'gentx', 'validator', '900000000upokt', '--chain-id', chainId, ...TEST_KEYRING])
  await must(['pocketd', 'genesis', 'collect-gentxs', '--home', HOME])

  const rewrite = async (file: string, edit: (text: string) => string): Promise<void> => {
    const path = `${HOME}/config/${file}`
    await must(['sh', '-c', `cat > ${path}`], edit(await must(['cat', path])))
  }
  await rewrite('genesis.json', (text) => {
    const genesis = JSON.parse(text) as Genesis
    editGenesis(genesis, {
      services: options.services ?? [{ id: 'anvil' }],
      economy: options.economy ?? 'default',
      serviceOwner: validatorAddress,
      timing: {
        blocksPerSession: options.blocksPerSession ?? 4,
        grace: options.grace ?? 0,
        claimOpen: options.claimOpen ?? 1,
        claimClose: options.claimClose ?? 1,
        proofOpen: options.proofOpen ?? 0,
        proofClose: options.proofClose ?? 1,
      },
    })
    options.editGenesis?.(genesis)
    return JSON.stringify(genesis)
  })
  await rewrite('config.toml', (text) => editConfigToml(text, blockMs))
  await rewrite('app.toml', editAppToml)
  await must(['pocketd', 'genesis', 'validate', '--home', HOME])
  return { validatorAddress, faucetAddress }
}

/**
 * Makes a genesis and starts a chain with it; resolves when the first block is there and RPC, REST and gRPC
 * answer (about ten seconds). Needs a prepared machine. The caller stops it; `removeTestLeftovers` helps after a crash.
 */
export async function startTestChain(options: TestChainOptions = {}): Promise<TestChain> {
  const machine = readMachine()
  const socket = machine.engineSocket
  const image = machine.testImages['pocketd']
  if (socket === null || image === undefined) throw new Error('this machine has no engine or no pocketd image')
  started += 1
  const container = `hearth-test-${options.name ?? 'chain'}-${String(process.pid)}-${String(started)}`
  const chainId = options.chainId ?? 'hearth-local-1'
  const blockMs = options.blockMs ?? 500
  // Chosen here, not by the engine: ports that the engine picks change when the container restarts.
  const ports = { rpc: await freePort(), rest: await freePort(), grpc: await freePort() }

  const stop = async (): Promise<void> => {
    await docker(socket, ['rm', '--force', '--volumes', container])
    await docker(socket, ['network', 'rm', container])
  }
  const exec: TestChain['exec'] = async (command, stdin) =>
    docker(socket, ['exec', ...(stdin === undefined ? [] : ['-i']), container, ...command], stdin === undefined ? {} : { input: stdin })

  try {
    await mustDocker(socket, ['network', 'create', '--label', TEST_LABEL, container])
    // The home is made inside the container that will run the chain; it starts when the mark is there,
    // and at once when the container is restarted later.
    const waitAndStart = `while [ ! -f ${HOME}/ready ]; do sleep 0.05; done; exec pocketd start --home ${HOME}`
    await mustDocker(
      socket,
      [
        ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', container],
        ['--network', container, '--network-alias', 'chain'],
        ['--publish', `127.0.0.1:${String(ports.rpc)}:26657`],
        ['--publish', `127.0.0.1:${String(ports.rest)}:1317`],
        ['--publish', `127.0.0.1:${String(ports.grpc)}:9090`],
        ['--entrypoint', '/bin/sh', image, '-c', waitAndStart],
      ].flat(),
    )
    const addresses = await makeHome(exec, options, chainId, blockMs)
    await exec(['touch', `${HOME}/ready`])

    const rpcUrl = `http://127.0.0.1:${String(ports.rpc)}`
    const restUrl = `http://127.0.0.1:${String(ports.rest)}`
    const height = async (): Promise<number> => {
      const answer = (await getJson(`${rpcUrl}/status`)) as { result: { sync_info: { latest_block_height: string } } }
      return Number(answer.result.sync_info.latest_block_height)
    }
    const waitForHeight = async (wanted: number, timeoutMs = 120_000): Promise<void> => {
      await until(`height ${String(wanted)}`, timeoutMs, async () => ((await height()) >= wanted ? true : undefined))
    }
    await until('the first block', 60_000, async () => {
      const ended = await docker(socket, ['inspect', '--format', '{{.State.Running}}', container])
      if (ended.stdout.trim() === 'false') return false
      return (await height()) >= 1 ? true : undefined
    }).then(async (running) => {
      if (running) return
      const logs = await docker(socket, ['logs', '--tail', '20', container])
      throw new Error(`the chain ended at its start: ${logs.stderr}${logs.stdout}`)
    })
    await until('the REST interface', 30_000, async () => getJson(`${restUrl}/cosmos/base/tendermint/v1beta1/blocks/latest`))

    const send: TestChain['send'] = async (from, command) => {
      const sent = await exec(
        [
          ['pocketd', 'tx', ...command, '--from', from, '--chain-id', chainId, ...TEST_KEYRING],
          ['--gas', 'auto', '--gas-adjustment', '1.5', '--gas-prices', '0.001upokt', '--yes', '--output', 'json'],
        ].flat(),
      )
      if (sent.code !== 0) throw new Error(`tx ${command.slice(0, 2).join(' ')}: ${lastWords(sent)}`)
      const told = JSON.parse(sent.stdout) as { txhash: string; code: number; raw_log: string }
      if (told.code !== 0) return { hash: told.txhash, height: 0, code: told.code, log: told.raw_log, gasUsed: 0 }
      return until(`transaction ${told.txhash}`, 60_000, async () => {
        const answer = (await getJson(`${rpcUrl}/tx?hash=0x${told.txhash}`)) as {
          result: { height: string; tx_result: { code: number; log: string; gas_used: string } }
        }
        const { tx_result: outcome } = answer.result
        return {
          hash: told.txhash,
          height: Number(answer.result.height),
          code: outcome.code,
          log: outcome.log,
          gasUsed: Number(outcome.gas_used),
        }
      })
    }
    return {
      chainId,
      rpcUrl,
      restUrl,
      grpcUrl: `127.0.0.1:${String(ports.grpc)}`,
      container,
      network: container,
      ...addresses,
      exec,
      height,
      waitForHeight,
      send,
      // multi-send refuses a single recipient.
      fund: async (to, amountUpokt) =>
        send('faucet', ['bank', to.length === 1 ? 'send' : 'multi-send', addresses.faucetAddress, ...to, `${String(amountUpokt)}upokt`]),
      balance: async (address) => {
        const answer = (await getJson(`${restUrl}/cosmos/bank/v1beta1/balances/${address}/by_denom?denom=upokt`)) as {
          balance: { amount: string }
        }
        return BigInt(answer.balance.amount)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Removes every container, volume and network in the test engine that carries the test label, of this run or an earlier one. */
export async function removeTestLeftovers(): Promise<void> {
  const socket = readMachine().engineSocket
  if (socket === null) return
  const filter = ['--filter', `label=${TEST_LABEL}`]
  const ids = async (args: readonly string[]): Promise<string[]> => (await mustDocker(socket, args)).split('\n').filter((id) => id !== '')
  const containers = await ids(['ps', '--all', '--quiet', ...filter])
  if (containers.length > 0) await docker(socket, ['rm', '--force', '--volumes', ...containers])
  const volumes = await ids(['volume', 'ls', '--quiet', ...filter])
  if (volumes.length > 0) await docker(socket, ['volume', 'rm', '--force', ...volumes])
  const networks = await ids(['network', 'ls', '--quiet', ...filter])
  if (networks.length > 0) await docker(socket, ['network', 'rm', ...networks])
}
