/**
 * Mainnet as a user meets it, through the whole app: two real chains that bear mainnet's id and genesis time, reached over TLS. What may be read, what may be signed and when, and that
 * nothing of one network reaches another. `node test/localnet/mainnet.ts` runs it alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createLog } from '#main/adapters/system/log.ts'
import type { RequestInput, RequestName } from '#shared/api/requests.ts'
import { networkOf } from '#shared/networks/index.ts'
import { startTestChain, type TestChain } from './chain.ts'
import { PASSWORD, startDriver, type Driver } from './driver.ts'
import { docker } from './engine.ts'
import { runMainnetBundle } from './mainnet-bundle.ts'
import { runNotChosen } from './not-chosen.ts'
import { readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import type { Check, Figures } from './report.ts'
import { startTlsFront, type Authority, type TlsFront } from './tls-front.ts'
import { playUnderAuthority, runUnderAuthority } from './under-authority.ts'

const LIMIT_MS = 170_000
const STAKE_POKT = '59505'
const MAINNET = networkOf('mainnet')

const startMainnetLike = (name: string): Promise<TestChain> =>
  startTestChain({
    name,
    chainId: 'pocket',
    economy: 'mainnet',
    services: [{ id: 'eth' }],
    editGenesis: (genesis) => {
      genesis['genesis_time'] = MAINNET.genesisTime
    },
  })

/** The list of the user's own before the first look: the hosts of the real network are never asked by a test. */
async function startWithout(dataDir: string, first: TlsFront): Promise<void> {
  const log = createLog(join(dataDir, 'logs', 'seed.log'))
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log })
  const chosen = { added: [{ rpcUrl: first.rpcUrl, restUrl: first.restUrl }], removed: MAINNET.publicEndpoints.map((each) => each.rpcUrl) }
  await store.setSetting('chain-endpoints:mainnet', JSON.stringify(chosen))
  await store.close()
}

/** @returns the code of the refusal, or `taken` */
async function codeOf<N extends RequestName>(driver: Driver, name: N, input: RequestInput<N>): Promise<string> {
  const answer = await driver.app.call(name, input)
  return answer.ok ? 'taken' : answer.error.code
}

async function balanceOf(chain: TestChain, address: string): Promise<string> {
  return (await chain.balance(address)).toString()
}

async function containersOf(socket: string): Promise<string[]> {
  const { stdout } = await docker(socket, ['ps', '--format', '{{.Names}}', '--filter', 'name=hearth-'])
  return stdout.split('\n').filter((name) => name !== '' && !name.startsWith('hearth-test-'))
}

/** Everything that a user of one key does from a network that is not known to a stake of which others learn. */
async function becomeKnown(driver: Driver, check: Check, real: TestChain, other: TestChain, authority: Authority): Promise<TlsFront[]> {
  const send = (keyId: string): RequestInput<'tx.prepare'> => ({ kind: 'send', keyId, toAddress: real.validatorAddress, amountPokt: '1' })
  await driver.until('the head', ({ chain }) => chain.status === 'ready' && chain.height > 1)
  const { keyId: watched } = await driver.call('keys.watch', { name: 'Somebody', role: 'owner', address: real.faucetAddress })
  await driver.until('the balance of a watched address', ({ balances }) => balances[real.faucetAddress] !== undefined)
  const seen = driver.state.balances[real.faucetAddress]?.upokt
  check('one endpoint: a watched address is read', seen === (await balanceOf(real, real.faucetAddress)), seen)
  check('one endpoint: the chain is not known', driver.state.chain.known === 'unknown', driver.state.chain)
  const unsigned = await codeOf(driver, 'tx.prepare', send(watched))
  check('S22: nor is anything given to a wallet outside', unsigned === 'chain-unknown-fingerprint', unsigned)
  const owner = await driver.makeKey('Owner', 'owner')
  check('a key is made for mainnet', driver.state.keys[owner.id]?.network === 'mainnet', driver.state.keys[owner.id])
  const unknown = await codeOf(driver, 'tx.prepare', send(owner.id))
  check('S22: nothing is signed for a chain that is not known', unknown === 'chain-unknown-fingerprint', unknown)

  const wrong = await startTlsFront(authority, '127.0.0.3', other)
  await driver.call('chain.addEndpoint', { rpcUrl: wrong.rpcUrl, restUrl: wrong.restUrl })
  await driver.until('the two to differ', ({ chain }) => (chain.disagreement ?? null) !== null || chain.status !== 'ready')
  await sleep(2_500)
  check('S22: two chains of one id and genesis time: neither is taken', driver.state.chain.known === 'unknown', driver.state.chain)
  const split = await codeOf(driver, 'tx.prepare', send(owner.id))
  check('and nothing is signed', split !== 'taken', split)
  await driver.call('chain.removeEndpoint', { rpcUrl: wrong.rpcUrl })

  const second = await startTlsFront(authority, '127.0.0.2', real)
  await driver.call('chain.addEndpoint', { rpcUrl: second.rpcUrl, restUrl: second.restUrl })
  await driver.until('both to agree', ({ chain }) => chain.known === 'first-use')
  const found = driver.state.chain.found ?? undefined
  check('two hosts agree: the user is asked, with their names', found?.hosts.length === 2, found)
  const asked = await codeOf(driver, 'tx.prepare', send(owner.id))
  check('S22: nothing is signed before their word', asked === 'chain-not-confirmed', asked)
  check('nor is anything written into the ledger', driver.state.earnings.readHeight === 0, driver.state.earnings)
  const another = await codeOf(driver, 'chain.confirm', { block1Hash: 'AB'.repeat(32), isRight: true })
  check('a word for another block is none', another === 'chain-unknown-fingerprint', another)
  await driver.call('chain.confirm', { block1Hash: found?.block1Hash ?? '', isRight: false })
  // Asked anew at the next look; until then there is nothing to say yes to.
  let said = ''
  for (let tries = 0; said !== 'taken' && tries < 60; tries += 1) {
    await sleep(250)
    said = await codeOf(driver, 'chain.confirm', { block1Hash: found?.block1Hash ?? '', isRight: true })
  }
  await driver.until('the word to count', ({ chain, earnings }) => chain.known === 'confirmed' && earnings.readHeight > 0)
  return [wrong, second]
}

/** A watched address sends: what Hearth gives out is signed by pocketd, which holds its key, and comes back. */
async function signOutside(driver: Driver, check: Check, chain: TestChain): Promise<void> {
  const watched = Object.values(driver.state.keys).find((key) => key.kind === 'watch')
  if (watched === undefined) throw new Error('nothing is watched')
  const wish = { kind: 'send', keyId: watched.id, toAddress: chain.validatorAddress, amountPokt: '2' } as const
  const { intentId, surfaceUrl } = await driver.call('tx.prepare', wish)
  check('no sheet is opened for a key that is not here', surfaceUrl === '', surfaceUrl)
  const given = await driver.call('tx.export', { intentId })
  check('what is given out is for mainnet', given.chainId === 'pocket' && given.signerAddress === chain.faucetAddress, given)
  await chain.exec(['sh', '-c', 'cat > /tmp/unsigned.json'], given.unsignedJson)
  const { stdout, stderr } = await chain.exec(
    [
      ['pocketd', 'tx', 'sign', '/tmp/unsigned.json', '--from', 'faucet', '--chain-id', 'pocket', '--offline'],
      ['--account-number', given.accountNumber, '--sequence', given.sequence],
      ['--keyring-backend', 'test', '--home', '/home/pocket/.pocket'],
    ].flat(),
  )
  await driver.call('tx.import', { intentId, text: stdout === '' ? stderr : stdout })
  await driver.until('the transaction from outside', ({ intents }) => intents[intentId]?.status === 'included')
}

async function play(check: Check, authority: Authority): Promise<Figures> {
  const socket = readMachine().engineSocket ?? ''
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-mainnet-'))
  const fronts: TlsFront[] = []
  const earlier = await containersOf(socket)
  const [real, other] = await Promise.all([startMainnetLike('mainnet'), startMainnetLike('mainnet-other')])
  let driver: Driver | undefined
  let included = 0
  let refusals = 0
  const refused = async <N extends RequestName>(name: N, input: RequestInput<N>, code: string): Promise<void> => {
    const said = driver === undefined ? 'none' : await codeOf(driver, name, input)
    check(`${name} is refused with ${code}`, said === code, said)
    refusals += 1
  }
  try {
    const first = await startTlsFront(authority, '127.0.0.1', real)
    fronts.push(first)
    await startWithout(dataDir, first)
    driver = await startDriver(dataDir)
    await driver.call('vault.create', { password: PASSWORD })
    await driver.call('app.chooseNetwork', { network: 'mainnet' })
    fronts.push(...(await becomeKnown(driver, check, real, other, authority)))
    await refused('localChain.start', {}, 'not-on-this-network')
    await refused('localChain.remove', { loseOpenClaims: true }, 'not-on-this-network')
    await refused('faucet.request', { address: real.faucetAddress, amountPokt: '1' }, 'not-on-this-network')
    await refused('relays.sendTest', { serviceId: 'eth', count: 1 }, 'not-on-this-network')
    await refused('practice.control', { kind: 'pause', paused: true }, 'not-allowed')
    await refused('eject.write', { name: 'out' }, 'eject-folder')
    await refused('nodes.start', { nodeId: 'ingress' }, 'bundle-absent')
    const begun = (await containersOf(socket)).filter((name) => !earlier.includes(name))
    check('choosing it started nothing', begun.length === 0, begun)

    const owner = Object.values(driver.state.keys).find((key) => key.kind === 'key')
    if (owner === undefined) throw new Error('no owner key')
    const operator = await driver.makeKey('Operator', 'operator')
    await real.fund([owner.address, operator.address], 70_000_000_000n)
    await driver.until('the money', ({ balances }) => BigInt(balances[operator.address]?.upokt ?? '0') > 0n)
    const { sheet } = await driver.sign({
      kind: 'stake-owner',
      ownerKeyId: owner.id,
      operatorAddress: operator.address,
      amountPokt: STAKE_POKT,
    })
    included += 1
    check(
      'the sheet names the network and its money',
      /Mainnet/.test(sheet) && /real money/i.test(sheet) && !/play money/i.test(sheet),
      sheet,
    )
    await driver.until('the stake', ({ supplier }) => supplier.status === 'staked-no-services')
    await driver.sign({
      kind: 'stake-services',
      operatorKeyId: operator.id,
      ownerAddress: owner.address,
      services: [
        { serviceId: 'eth', url: 'https://relays.example.org', rpcType: 'JSON_RPC', revShare: [{ address: owner.address, percent: 100 }] },
      ],
    })
    included += 1
    const before = BigInt(await balanceOf(real, real.validatorAddress))
    await driver.sign({ kind: 'send', keyId: owner.id, toAddress: real.validatorAddress, amountPokt: '3' })
    included += 1
    const more = BigInt(await balanceOf(real, real.validatorAddress)) - before
    check('what was sent arrived', more >= 3_000_000n, more.toString())
    await signOutside(driver, check, real)
    included += 1
    await driver.until('the supplier of the operator', ({ supplier }) => supplier.services.length + supplier.pending.length > 0)
    const { record } = await driver.call('supplier.record', { operatorAddress: operator.address })
    check('its record is read from the chain', record?.ownerAddress === owner.address, record)
    await driver.until('a proven stake', ({ supplier }) => supplier.source === 'proven')
    check('its stake is proven', driver.state.supplier.source === 'proven', driver.state.supplier)

    // To the Local chain and back.
    const intents = Object.keys(driver.state.intents).length
    await driver.call('app.chooseNetwork', { network: 'local' })
    await driver.until(
      'a page without mainnet',
      (state) => state.supplier.operatorAddress === '' && Object.keys(state.intents).length === 0,
    )
    const { taskId } = await driver.call('localChain.start', {})
    await driver.until('the Local chain', ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running', 90_000)
    await driver.until('its head', ({ chain }) => chain.status === 'ready' && chain.params !== null)
    const send = (keyId: string): RequestInput<'tx.prepare'> => ({ kind: 'send', keyId, toAddress: operator.address, amountPokt: '1' })
    await refused('tx.prepare', send(owner.id), 'key-wrong-network')
    await refused('chain.addEndpoint', { rpcUrl: first.rpcUrl, restUrl: first.restUrl }, 'not-allowed')
    const known = [owner.address, operator.address].filter((address) => driver?.state.balances[address] !== undefined)
    check('no address of mainnet is asked for there', known.length === 0, known)
    const running = await containersOf(socket)
    check('the Local chain runs', running.length > earlier.length, running)
    await driver.call('app.chooseNetwork', { network: 'mainnet' })
    await driver.until(
      'the supplier again',
      ({ chain, supplier }) => chain.known === 'confirmed' && supplier.stakeUpokt === `${STAKE_POKT}000000`,
    )
    check('back on mainnet nothing is lost', Object.keys(driver.state.intents).length === intents, driver.state.intents)
    check('and the Local chain goes on', (await containersOf(socket)).join() === running.join(), await containersOf(socket))

    // One of the two hosts is led to another chain of the same id.
    fronts[0]?.lead(other)
    await refused('tx.prepare', send(owner.id), 'endpoint-other-chain')
    await driver.until('the finding', ({ attention }) => attention['endpoint-other-chain'] !== undefined)
    const finding = driver.state.attention['endpoint-other-chain']
    check('it is said which one', finding?.level === 'bad' && finding.facts['host']?.startsWith('127.0.0.1:') === true, finding)
    const held = driver.state.balances[owner.address]?.upokt
    check('reading goes on from the other', held === (await balanceOf(real, owner.address)), held)
    await driver.call('chain.removeEndpoint', { rpcUrl: first.rpcUrl })
    await driver.until('it to be gone', ({ attention }) => attention['endpoint-other-chain'] === undefined)
    await refused('tx.prepare', send(owner.id), 'chain-unreachable')
    fronts[0]?.lead(real)
    await driver.call('chain.addEndpoint', { rpcUrl: first.rpcUrl, restUrl: first.restUrl })
    await driver.until(
      'both hosts',
      ({ chain }) => Object.values(chain.endpoints ?? {}).filter((each) => each.status === 'good').length >= 2,
    )
    await driver.sign({ kind: 'send', keyId: owner.id, toAddress: operator.address, amountPokt: '1' })
    included += 1
  } catch (error) {
    check('mainnet came to its end', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    await leave(driver)
    await Promise.all([...fronts, real, other].map((part) => part.stop()))
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { mainnetTransactions: { value: included, goal: 5 }, mainnetRefusals: { value: refusals, goal: 11 } }
}

/** Takes the Local chain away, where it got that far. */
async function leave(driver: Driver | undefined): Promise<void> {
  if (driver === undefined) return
  try {
    await driver.call('app.chooseNetwork', { network: 'local' })
    const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
    await driver.until('the removal', ({ tasks }) => (tasks[taskId]?.status ?? 'running') !== 'running')
  } catch (error) {
    console.log(String(error))
  }
  await driver.stop()
}

export const runMainnet = (check: Check): Promise<Figures> => runUnderAuthority(import.meta.filename, check, LIMIT_MS)

if (import.meta.main)
  await playUnderAuthority(
    'mainnet',
    async (check) => ({ ...(await runMainnet(check)), ...(await runMainnetBundle(check)), ...(await runNotChosen(check)) }),
    play,
  )
