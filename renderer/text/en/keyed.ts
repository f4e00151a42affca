/** Sentences for keys that main sends: attention rows, task steps, reasons of nodes, activity. `{name}` stands for a fact; `{x:pokt}` and such say how it is written. */

/** Attention rows: cause first, then what it means. */
export const attentionText: Record<string, { title: string; sub: string }> = {
  'keys-needed': { title: 'The relay miner waits for the operator key', sub: 'It has none after a restart. Unlock, and serving goes on.' },
  'keys-needed-at-risk': { title: '{claims} claims wait for the operator key', sub: 'Unlock before block {deadlineHeight:count}, about {deadlineMs:time}, or they stay unpaid.' },
  'ledger-different': { title: 'The ledger and a balance differ by {differenceUpokt:pokt} POKT', sub: '{label}, {address:short}, at block {height:count}.' },
  'supplier-below-minimum': { title: 'The stake fell below the minimum', sub: '{stakeUpokt:pokt} POKT of {minUpokt:pokt} POKT. The network asks the supplier to leave; the owner can top it up.' },
  'operator-low': { title: 'The operator wallet is nearly empty', sub: '{upokt:pokt} POKT left. It pays for every claim and proof; without it they are missed.' },
  'engine-absent': { title: 'No container engine', sub: 'Docker was not found, so no node runs.' },
  'engine-not-started': { title: 'The container engine does not answer', sub: 'Docker is not started, so no node runs.' },
  'engine-no-permission': { title: 'The container engine does not let Hearth in', sub: 'Your user may not use {endpoint}.' },
  'engine-too-old': { title: 'The container engine is too old', sub: 'Update Docker, then look again.' },
  'engine-failed': { title: 'The container engine has trouble', sub: '{detail}' },
  'engine-clock': { title: 'The engine’s clock is {seconds} s off', sub: 'Transactions carry the time. Set the clock of this PC right.' },
  'node-failing': { title: '{title} is failing', sub: 'It should run and does not.' },
  'chain-stalled': { title: 'The chain has made no block since {sinceMs:time}', sub: 'Block {height:count} is the last. Nothing is settled until it goes on.' },
  'chain-unreachable': { title: 'Hearth cannot see the chain', sub: 'Block {height:count} is the last one read. What runs keeps running.' },
  'staked-not-served': { title: 'Staked and not served here: {services}', sub: 'Gateways send relays that nobody answers.' },
  'staked-miner-stopped': { title: 'Staked, and the relay miner is stopped', sub: 'Gateways send relays for {services} that nobody answers.' },
}

/** Steps of tasks: `<kind>.<step>`, else `<step>`. */
export const stepText: Record<string, { title: string; sub?: string }> = {
  engine: { title: 'Engine answers' },
  room: { title: 'Room and ports' },
  'room-and-ports': { title: 'Room and ports' },
  ports: { title: 'Ports are free' },
  images: { title: 'Fetch the images' },
  pull: { title: 'Fetch the images' },
  genesis: { title: 'Make the first block’s file', sub: 'mainnet’s rules, play-money accounts' },
  networks: { title: 'Make the networks' },
  containers: { title: 'Start chain and backend', sub: 'containers on networks of their own' },
  start: { title: 'Start chain and backend', sub: 'containers on networks of their own' },
  chain: { title: 'Start the chain' },
  backend: { title: 'Start the test backend' },
  'first-block': { title: 'First block, first answer', sub: 'then one block after the other' },
  blocks: { title: 'First block, first answer', sub: 'then one block after the other' },
  application: { title: 'Stake the test application', sub: 'it plays the customer' },
  stop: { title: 'Stop the containers' },
  remove: { title: 'Remove containers and data' },
  'remove-containers': { title: 'Remove the containers' },
  'remove-volumes': { title: 'Remove the data' },
  'remove-networks': { title: 'Remove the networks' },
  forget: { title: 'Forget its records' },
  'faucet.ask': { title: 'Ask the faucet' },
  'faucet.arrive': { title: 'Wait for it to arrive' },
  'test-relays.find-session': { title: 'Find the session' },
  'test-relays.sign-and-send': { title: 'Sign and send' },
  'test-relays.check': { title: 'Check answers and signatures' },
}

/** What a node is doing, or why it is not well. */
export const reasonText: Record<string, string> = {
  pulling: 'Fetching its image',
  'waits-for-chain': 'Waits for the chain',
  'waits-for-keys': 'Waits for the operator key',
  'waits-for-key': 'Waits for the operator key',
  'waits-for-supplier': 'Starts when you have a supplier',
  'waits-for-services': 'Starts when services are staked',
  'waits-for-backend': 'Waits for the backend',
  'keys-needed': 'Waits for the operator key',
  'key-needed': 'Waits for the operator key',
  'not-staked': 'Starts when you have a supplier',
  'no-supplier': 'Starts when you have a supplier',
  'out-of-memory': 'It ran out of memory and stopped',
  exited: 'It stopped by itself with code {code}',
  'restarting-often': 'It stops again and again',
  'probe-failed': 'It runs and does not answer',
  'port-taken': 'Port {port} is used by another program',
  'engine-gone': 'The container engine does not answer',
}

/** What happened, for Lately and the flight recorder. */
export const activityText: Record<string, string> = {
  'network-chosen': 'Network chosen: {network:network}',
  'vault-created': 'Vault created',
  'vault-auto-locked': 'Keys locked after {minutes} quiet minutes',
  'local-chain-start': 'Local chain: start asked',
  'local-chain-remove': 'Local chain: removal asked',
  'node-start': 'Start asked: {nodeId}',
  'node-stop': 'Stop asked: {nodeId}',
  'node-restart': 'Restart asked: {nodeId}',
  faucet: '{amountUpokt:pokt} test POKT sent to {address:short}',
  'key-made': 'Key made: {name}, {address:short}',
  'tx-included': '{kind:intent} is on chain, block {height:count}',
  'tx-refused': '{kind:intent} was refused by the chain',
  'tx-expired': '{kind:intent} was not included in time',
  'claim-settled': 'Session settled: +{upokt:pokt} POKT',
}

/** Why a stage of the store or the start was cured. */
export const noticeText: Record<string, string> = {
  'store-restored': 'Hearth’s records were damaged and were put back from a copy.',
  'store-rebuilt': 'Hearth’s records were damaged; they are being read from the chain again.',
}

export const networkText: Record<string, string> = { local: 'Local chain', mainnet: 'Mainnet', beta: 'Beta', practice: 'Practice' }
export const intentText: Record<string, string> = {
  'stake-owner': 'Stake',
  'stake-services': 'Services',
  unstake: 'Unstake',
  send: 'Payment',
  'stake-application': 'Application stake',
}
export const roleText: Record<string, string> = { owner: 'Owner', operator: 'Operator' }
export const nodeKindText: Record<string, string> = { 'chain-node': 'Chain node', backend: 'Backend', keeper: 'Key keeper', 'relay-miner': 'Relay miner' }
