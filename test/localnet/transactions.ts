/**
 * Every transaction that Hearth can make, taken to inclusion on the real chain; each also made by the real pocketd and compared byte for byte; and the refusals that can be
 * provoked, matched to the sentences that a user gets. Closing figures as JSON on the last line. Takes about two minutes.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { refusalOf, type Refusal } from '#shared/model/refusals.ts'
import type { Message, ServiceConfig } from '#main/core/ports/tx.ts'
import { startTestChain, type TestChain } from './chain.ts'
import { APPLICATION_STAKE, morseGenesis, morseKeys } from './morse.ts'
import { prepareMachine } from './prepare.ts'
import { addStuckSupplier, MIN_STAKE, POKT, service, STUCK_STAKE, SUPPLIER_POOL, supplierFile } from './tx/made-up.ts'
import { codec, newPerson, Sender, type How, type Person, type Sent } from './tx/people.ts'

export interface TransactionFigures {
  transactionsIncluded: number
  /** How many there are to make. */
  goal: number
  bytesDifferent: number
  refusalsMatched: number
  refusalsTried: number
}

const BLOCKS_PER_SESSION = 4

/** Runs everything on a chain of its own. @param log one line for each step */
export async function runTransactions(log: (line: string) => void): Promise<TransactionFigures> {
  const stuck = { owner: newPerson('slashed-owner'), operator: newPerson('slashed') }
  const testChain = await startTestChain({
    name: 'transactions',
    economy: 'mainnet',
    blocksPerSession: BLOCKS_PER_SESSION,
    services: [{ id: 'anvil' }, { id: 'eth' }],
    editGenesis(genesis) {
      genesis.app_state['migration'] = morseGenesis
      addStuckSupplier(genesis, stuck.owner, stuck.operator)
    },
  })
  try {
    return await everything(testChain, stuck, log)
  } finally {
    await testChain.stop()
  }
}

async function everything(
  testChain: TestChain,
  stuck: { owner: Person; operator: Person },
  log: (line: string) => void,
): Promise<TransactionFigures> {
  const sender = new Sender(testChain)
  const [owner, operator, other, application, gateway, second] = ['owner', 'operator', 'other', 'application', 'gateway', 'second'].map(
    newPerson,
  ) as [Person, Person, Person, Person, Person, Person]
  await testChain.fund(
    [owner, operator, other, application, gateway, second, stuck.owner, stuck.operator].map((person) => person.address),
    200_000n * POKT,
  )
  let made = 0
  let matched = 0
  let tried = 0
  const problems: string[] = []
  /** In a block, and the chain does not say what was signed: not counted as included. */
  const notDone = (text: string): void => {
    problems.push(text)
    sender.included -= 1
  }

  const take = async (title: string, person: Person, message: Message, how: How = {}): Promise<Sent> => {
    made += 1
    const sent = await sender.send(person, message, how)
    if (sent.code !== 0) problems.push(`${title}: ${sent.log}`)
    log(`${sent.code === 0 ? 'ok     ' : 'not ok '} ${title}, block ${sent.height}${sent.code === 0 ? '' : `: ${sent.log}`}`)
    return sent
  }
  const refused = (title: string, wanted: Refusal, said: { log: string; code?: number }): void => {
    tried += 1
    const found = refusalOf(said.log, said.code)
    if (found === wanted) matched += 1
    log(
      `${found === wanted ? 'ok     ' : 'not ok '} refused: ${title}: ${said.log.slice(0, 400)}${found === wanted ? '' : ` (${found ?? 'nothing'} instead of ${wanted})`}`,
    )
  }
  const tries = async (title: string, wanted: Refusal, person: Person, message: Message): Promise<void> => {
    refused(title, wanted, { log: await sender.refusal(person, message) })
  }
  const parties = { ownerAddress: owner.address, operatorAddress: operator.address }
  const stake = (
    signer: Person,
    stakeUpokt: bigint | undefined,
    services: ServiceConfig[] = [],
    more: Partial<typeof parties> = {},
  ): Message => ({
    kind: 'stake-supplier',
    signer: signer.address,
    ...parties,
    stakeUpokt,
    services,
    ...more,
  })
  const file = (stakeUpokt: bigint | undefined, services: ServiceConfig[] = [], from = owner): How => ({
    command: [
      'supplier',
      'stake-supplier',
      '--config',
      '/tmp/supplier.yaml',
      ...(services.length === 0 ? ['--stake-only'] : stakeUpokt === undefined ? ['--services-only'] : []),
    ],
    files: { '/tmp/supplier.yaml': supplierFile(from, operator, stakeUpokt, services) },
  })

  // Money.
  const send = (from: Person, to: Person, amountUpokt: bigint): Message => ({
    kind: 'send',
    fromAddress: from.address,
    toAddress: to.address,
    amountUpokt,
  })
  const bank = (from: Person, to: Person, upokt: bigint): How => ({ command: ['bank', 'send', from.address, to.address, `${upokt}upokt`] })
  await take('send', owner, send(owner, other, 1_234_567n), bank(owner, other, 1_234_567n))
  await take('send, amino', owner, send(owner, other, 7n), { ...bank(owner, other, 7n), mode: 'amino' })
  await take('send, unordered', owner, send(owner, other, 8n), { unordered: true })
  await take('send, unordered and amino', owner, send(owner, other, 9n), { unordered: true, mode: 'amino' })

  // Services.
  const add = (units: bigint): Message => ({
    kind: 'add-service',
    ownerAddress: owner.address,
    id: 'hearth_test',
    name: 'A service',
    computeUnitsPerRelay: units,
  })
  await take('add a service', owner, add(1200n), { command: ['service', 'add-service', 'hearth_test', 'A service', '1200'] })
  await take('change it', owner, add(1300n), { mode: 'amino' })
  const give = (from: Person, to: Person): Message => ({
    kind: 'transfer-service',
    ownerAddress: from.address,
    serviceId: 'hearth_test',
    newOwnerAddress: to.address,
  })
  await take('give it away', owner, give(owner, other), { command: ['service', 'transfer-service', 'hearth_test', other.address] })
  await tries('a service of somebody else', 'service-owner', owner, add(5n))
  await tries('giving away what is not yours', 'service-owner', owner, give(owner, second))
  await tries('giving away what there is not', 'service-unknown', owner, {
    kind: 'transfer-service',
    ownerAddress: owner.address,
    serviceId: 'nowhere',
    newOwnerAddress: other.address,
  })

  // A supplier, in every way that the matrix knows.
  const anvil = service('anvil', { [owner.address]: 80, [operator.address]: 20 })
  const eth = service('eth', { [operator.address]: 100 })
  await tries('too little stake', 'below-minimum', owner, stake(owner, MIN_STAKE - 1n))
  await tries('more than one has', 'balance', owner, stake(owner, 1_000_000n * POKT))
  await tries('an unstake of nothing', 'supplier-unknown', owner, {
    kind: 'unstake-supplier',
    signer: owner.address,
    operatorAddress: operator.address,
  })
  await tries('services signed by the owner', 'operator-only', owner, stake(owner, MIN_STAKE, [anvil]))
  await take('stake by the owner', owner, stake(owner, MIN_STAKE + 5n * POKT), file(MIN_STAKE + 5n * POKT))
  await take('services by the operator', operator, stake(operator, undefined, [anvil]), { ...file(undefined, [anvil]), mode: 'amino' })
  await take('stake raised by the owner', owner, stake(owner, MIN_STAKE + 50n * POKT), { ...file(MIN_STAKE + 50n * POKT), mode: 'amino' })
  await take('stake raised by the operator', operator, stake(operator, MIN_STAKE + 60n * POKT), file(MIN_STAKE + 60n * POKT))
  await take('stake lowered by the owner', owner, stake(owner, MIN_STAKE + 9n * POKT), file(MIN_STAKE + 9n * POKT))
  await take('stake lowered by the operator', operator, stake(operator, MIN_STAKE + 8n * POKT), file(MIN_STAKE + 8n * POKT))
  const moved = [service('anvil', { [owner.address]: 100 }, 8443), eth]
  await take('services, addresses and shares changed', operator, stake(operator, undefined, moved), file(undefined, moved))
  await tries(
    'a service that there is not',
    'service-unknown',
    operator,
    stake(operator, undefined, [service('nowhere', { [owner.address]: 100 })]),
  )
  await tries('shares of 99', 'shares', operator, stake(operator, undefined, [service('anvil', { [owner.address]: 99 })]))
  await tries(
    'an address without a host',
    'bad-url',
    operator,
    stake(operator, undefined, [{ ...eth, endpoints: [{ url: 'relay', rpcType: 'REST' }] }]),
  )
  await tries('a stranger', 'not-authorized', other, stake(other, MIN_STAKE + 9n * POKT))
  await tries('the owner named by the operator', 'owner-only', operator, stake(operator, undefined, [], { ownerAddress: other.address }))
  await tries('a module as owner', 'module-account', owner, stake(owner, undefined, [], { ownerAddress: SUPPLIER_POOL }))
  await take('another owner', owner, stake(owner, undefined, [], { ownerAddress: other.address }))
  await take('and back', other, stake(other, undefined))
  const unstake = (signer: Person): Message => ({ kind: 'unstake-supplier', signer: signer.address, operatorAddress: operator.address })
  await take('unstake by the operator', operator, unstake(operator), { command: ['supplier', 'unstake-supplier', operator.address] })
  await tries('unstaked twice', 'unbonding', operator, unstake(operator))
  await tries('taken back by the operator', 'cancel-owner-only', operator, stake(operator, MIN_STAKE + 8n * POKT))
  const back = (await sender.chain.supplier(operator.address))?.stakeUpokt ?? 0n
  await take('unstake taken back by the owner', owner, stake(owner, back), file(back))
  await take('services again', operator, stake(operator, undefined, [anvil]), file(undefined, [anvil]))
  await take('unstake by the owner', owner, unstake(owner), { mode: 'amino', command: ['supplier', 'unstake-supplier', operator.address] })
  const whole = stake(second, MIN_STAKE + POKT, [eth], { ownerAddress: other.address, operatorAddress: second.address })
  await take('a supplier created by its operator, with services', second, whole)

  // One that was slashed below the minimum.
  const lift = (signer: Person, stakeUpokt: bigint): Message =>
    stake(signer, stakeUpokt, [], { ownerAddress: stuck.owner.address, operatorAddress: stuck.operator.address })
  const before = (await sender.chain.supplier(stuck.operator.address))?.stakeUpokt
  await tries('lifted by too little', 'below-minimum', stuck.owner, lift(stuck.owner, MIN_STAKE - 1n))
  await take('rescued', stuck.owner, lift(stuck.owner, MIN_STAKE + 5n * POKT))
  const lifted = (await sender.chain.supplier(stuck.operator.address))?.stakeUpokt
  if (before !== STUCK_STAKE || lifted !== MIN_STAKE + 5n * POKT) notDone(`rescued from ${before} to ${lifted}`)

  // Gateway and application.
  const app = { kind: 'stake-application' as const, address: application.address, serviceIds: ['anvil'] }
  const gate = { kind: 'stake-gateway', address: gateway.address } as const
  const leash = { applicationAddress: application.address, gatewayAddress: gateway.address }
  await tries('a gateway that there is not', 'gateway-unknown', gateway, { kind: 'unstake-gateway', address: gateway.address })
  await tries('an application that there is not', 'application-unknown', application, { kind: 'delegate', ...leash })
  await take(
    'gateway staked',
    gateway,
    { ...gate, stakeUpokt: 10_000n * POKT },
    {
      command: ['gateway', 'stake-gateway', '--config', '/tmp/gateway.yaml'],
      files: { '/tmp/gateway.yaml': `stake_amount: ${10_000n * POKT}upokt\n` },
    },
  )
  await tries('a gateway that does not grow', 'gateway-must-grow', gateway, { ...gate, stakeUpokt: 10_000n * POKT })
  const appFile = (upokt: bigint): How => ({
    command: ['application', 'stake-application', '--config', '/tmp/application.yaml'],
    files: { '/tmp/application.yaml': `stake_amount: ${upokt}upokt\nservice_ids: ["anvil"]\n` },
  })
  await tries('an application with too little', 'application-stake', application, { ...app, stakeUpokt: 1n })
  await take('application staked', application, { ...app, stakeUpokt: 2_000n * POKT }, appFile(2_000n * POKT))
  await tries('an application that does not grow', 'application-must-grow', application, { ...app, stakeUpokt: 2_000n * POKT })
  await take('application with a limit', application, { ...app, stakeUpokt: 2_001n * POKT, spendLimitUpokt: 5n * POKT }, { mode: 'amino' })
  await take('without a limit again', application, { ...app, stakeUpokt: 2_002n * POKT, spendLimitUpokt: 0n }, { mode: 'amino' })
  await tries('a gateway that is none', 'gateway-unknown', application, {
    kind: 'delegate',
    applicationAddress: application.address,
    gatewayAddress: other.address,
  })
  await take('delegated', application, { kind: 'delegate', ...leash }, { command: ['application', 'delegate-to-gateway', gateway.address] })
  await tries('delegated twice', 'delegated', application, { kind: 'delegate', ...leash })
  await take(
    'delegation ended',
    application,
    { kind: 'undelegate', ...leash },
    { command: ['application', 'undelegate-from-gateway', gateway.address], mode: 'amino' },
  )
  await tries('ended twice', 'not-delegated', application, { kind: 'undelegate', ...leash })
  await take(
    'application unstaked',
    application,
    { kind: 'unstake-application', address: application.address },
    { command: ['application', 'unstake-application'] },
  )
  await take(
    'gateway unstaked',
    gateway,
    { kind: 'unstake-gateway', address: gateway.address },
    { command: ['gateway', 'unstake-gateway'], mode: 'amino' },
  )

  // What lay on the old network.
  const claim = async (
    title: string,
    person: Person,
    key: string,
    message: Extract<Message, { morseSignatureHex: string }>,
  ): Promise<void> => {
    await take(title, person, await signedByMorse(sender, person, key, message), { gasLimit: 300_000n })
  }
  const account = (key: string): Extract<Message, { kind: 'claim-morse-account' }> => ({
    kind: 'claim-morse-account',
    signer: other.address,
    toAddress: other.address,
    morsePubKeyHex: morseKeys[key]?.publicKeyHex ?? '',
    morseSignatureHex: '',
  })
  const node: Extract<Message, { kind: 'claim-morse-supplier' }> = {
    kind: 'claim-morse-supplier',
    signer: application.address,
    ownerAddress: other.address,
    operatorAddress: application.address,
    morseNodeAddress: morseKeys['node']?.morseAddress ?? '',
    morsePubKeyHex: morseKeys['node']?.publicKeyHex ?? '',
    morseSignatureHex: '',
    signerIsOutput: false,
    services: [service('eth', { [other.address]: 100 })],
  }
  await claim('Morse account', other, 'account', account('account'))
  await tries('a node before its owner', 'morse-owner-first', application, await signedByMorse(sender, application, 'node', node))
  await tries('an account claimed twice', 'morse-claimed', other, await signedByMorse(sender, other, 'account', account('account')))
  await tries('a wrong Morse signature', 'morse-signature', other, await signedByMorse(sender, other, 'node', account('output')))
  await claim('Morse output account', other, 'output', account('output'))
  const oldApplication: Message = {
    ...account('application'),
    kind: 'claim-morse-application',
    signer: second.address,
    toAddress: second.address,
    serviceId: 'eth',
  }
  await tries(
    'an application as an account',
    'morse-claim',
    other,
    await signedByMorse(sender, other, 'application', account('application')),
  )
  await claim('Morse application', second, 'application', oldApplication)

  // Refusals at the door.
  const draft = await sender.draft(owner, [send(owner, other, 1n)])
  const door = async (title: string, wanted: Refusal, more: Partial<typeof draft>, person = owner): Promise<void> =>
    refused(title, wanted, await sender.doorRefusal(person, { ...draft, feeUpokt: 5n, ...more }))
  await door('no fee', 'fee', { feeUpokt: 0n })
  await door('a sequence of later', 'sequence', { sequence: draft.sequence + 5n })
  await door('another chain', 'signature', { chainId: 'hearth-local-2' })
  await door('a note that is too long', 'memo', { memo: 'x'.repeat(300) })
  await door('too late', 'timeout-height', { timeoutHeight: 1 })
  await door('too late by the clock', 'timeout-time', { timeoutAtMs: 1_700_000_000_000 })
  await door('unordered and too far off', 'unordered', { unordered: true, sequence: 0n, timeoutAtMs: Date.now() + 3_600_000 })
  await door('too little gas', 'gas', { gasLimit: 30_000n })
  const nobody = newPerson('nobody')
  await door(
    'an account that there is not',
    'unknown-account',
    { messages: [send(nobody, other, 1n)], pubKeyHex: nobody.pubKeyHex },
    nobody,
  )
  await tries('more than there is', 'balance', owner, send(owner, other, 10n ** 16n))

  await claim('Morse node as a supplier', application, 'node', node)
  const claimed = await sender.chain.supplier(application.address)
  if (claimed?.ownerAddress !== other.address) notDone('the claimed supplier is not there')
  const taken = await sender.chain.application(second.address)
  if (taken?.stakeUpokt !== APPLICATION_STAKE || taken.serviceIds.join() !== 'eth') notDone('the claimed application is not there')
  for (const [key, to] of [
    ['account', other.address],
    ['application', second.address],
    ['node', application.address],
  ] as const) {
    const old = await sender.chain.morseAccount(morseKeys[key]?.morseAddress ?? '')
    if (old === undefined || old.claimedAtHeight === 0) notDone(`the old ${key} is not marked as claimed`)
    else if (old.claimedBy !== to) notDone(`the old ${key} is read as claimed by ${old.claimedBy || 'nobody'}, not by ${to}`)
  }

  for (const line of [...sender.different, ...problems]) log(`problem ${line}`)
  return {
    transactionsIncluded: sender.included,
    goal: made,
    bytesDifferent: sender.different.length,
    refusalsMatched: matched,
    refusalsTried: tried,
  }
}

/** The claim with the signature of its Morse key. */
async function signedByMorse(
  sender: Sender,
  person: Person,
  key: string,
  message: Extract<Message, { morseSignatureHex: string }>,
): Promise<Message> {
  const doc = codec.signDoc(await sender.draft(person, [message]))
  const seed = hexToBytes((morseKeys[key]?.privateKeyHex ?? '').slice(0, 64))
  const [signed] = codec.decodeSignDoc(codec.withMorseSignature(doc, ed25519.sign(codec.morseBytes(doc), seed))).messages
  if (!signed) throw new Error('no claim')
  return signed
}

if (import.meta.main) {
  await prepareMachine({ log: (line) => console.log(line) })
  const figures = await runTransactions((line) => console.log(line))
  console.log(
    JSON.stringify({
      bench: 'transactions',
      figures: {
        transactionsIncluded: { value: figures.transactionsIncluded, goal: figures.goal },
        bytesDifferent: { value: figures.bytesDifferent, goal: 0 },
        refusalsMatched: { value: figures.refusalsMatched, goal: figures.refusalsTried },
      },
    }),
  )
  process.exitCode =
    figures.transactionsIncluded === figures.goal && figures.bytesDifferent === 0 && figures.refusalsMatched === figures.refusalsTried
      ? 0
      : 1
}
