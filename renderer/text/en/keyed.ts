/** Sentences for keys that main sends. Facts arrive as facts.ts makes them ready: `…Upokt` also as `…Pokt`, `…Ms` as `…Time`, heights separated, addresses short. */

/** Attention rows: the cause. */
export const attention = {
  'own-sent': '{{pokt}} POKT left an address of yours, and not by Hearth',
  'own-staked': 'An address of yours staked {{pokt}} POKT, and not by Hearth',
  'own-transaction': 'An address of yours sent a transaction, and not by Hearth',
  'own-owner-changed': 'Your supplier has another owner, and not by Hearth',
  'own-stake-raised': 'Somebody raised your stake by {{pokt}} POKT',
  'own-stake-lowered': 'Your stake was lowered by {{pokt}} POKT, and not by Hearth',
  'own-services-changed': 'Your services were changed, and not by Hearth',
  'own-unstake-begun': 'Your supplier is unstaking, and not by Hearth',
  'own-unstake-cancelled': 'An unstake was taken back, and not by Hearth',
  'own-supplier-created': 'Somebody registered your operator',
  'own-supplier-gone': 'Your supplier is gone from the chain',
  'read-back-absent': 'The stake is in a block, and the chain has no supplier',
  'read-back-no-services': 'Staked, but the chain lists no service',
  'read-back-differs': 'The chain does not list what you signed',
  'unstake-waits': 'Everything has settled: the unstake waits for you',
  'unstake-waits-open': 'The unstake waits for you',
  'key-fenced-moved': 'The operator key waits: Hearth was moved or copied',
  'key-fenced-new-here': 'The operator key waits: another machine may serve with it',
  'backup-never': 'There is no backup of the keys',
  'drill-never': 'The backup was never tried',
  'drill-old': 'The backup was last tried {{days}} days ago',
  'keys-needed': 'The relay miner waits for the operator key',
  'keys-missing': 'A supplier waits for its operator key',
  'keys-needed-at-risk_one': '{{count}} claim waits for the operator key',
  'keys-needed-at-risk_other': '{{count}} claims wait for the operator key',
  'ledger-different': 'The ledger and a balance differ by {{differencePokt}} POKT',
  'supplier-below-minimum': 'The stake fell below the minimum',
  'operator-low': 'The operator wallet is nearly empty',
  'miner-host-down': 'The relay miner cannot ask {{host}} any more',
  'miner-host-down-alone': 'The relay miner cannot ask {{host}} any more',
  'miner-host-none': 'The relay miner has no host to ask',
  'miner-host-flickers': 'The host of the relay miner, {{host}}, fails again and again',
  'miner-host-changed': 'The relay miner asks {{host}} now instead of {{from}}',
  'miner-host-stands-in': 'The relay miner asks {{host}} in place of {{from}}',
  'engine-absent': 'No container engine on this PC',
  'engine-not-started': 'The container engine does not answer',
  'engine-no-permission': 'The container engine does not let Hearth in',
  'engine-too-old': 'The container engine is too old',
  'engine-wrong-architecture': 'The container engine runs on the wrong processor',
  'engine-windows-containers': 'The container engine runs Windows containers',
  'engine-failed': 'The container engine has trouble',
  'engine-silent': 'The container engine says nothing about its containers',
  'engine-clock': 'The engine’s clock is {{seconds}} s off',
  'node-failing': '{{title}} is failing',
  'containers-unlisted-miner': 'A relay miner runs here that the record does not know',
  'containers-unlisted': 'Containers of Hearth run here that the record does not know',
  'containers-unlisted-down': 'Containers of Hearth are here that the record does not know',
  'node-failing-memory': '{{title}} is failing for lack of memory',
  'containers-copied': 'Containers run here that are made like Hearth’s own',
  'containers-copied-miner': 'A second relay miner runs here that is made like Hearth’s own',
  'volume-lost-claims_one': 'The relay miner’s volume is gone, with the proofs of a session',
  'volume-lost-claims_other': 'The relay miner’s volume is gone, with the proofs of {{count}} sessions',
  'volume-lost-relays_one': 'The relay miner’s volume is gone, with the relays of an open session',
  'volume-lost-relays_other': 'The relay miner’s volume is gone, with the relays of {{count}} open sessions',
  'volume-lost-unknown': 'The relay miner’s volume is gone',
  'volume-lost': 'The relay miner has an empty volume: the one before is gone',
  'volume-lost-chain': 'The volume with the chain is gone',
  'volume-lost-node': 'The data of {{titles}} are gone',
  'miner-deaf': '{{title}} does not hear the chain any more, {{blocks}} blocks so far',
  'alerts-undelivered': 'Alerts do not get through to {{host}}: {{reason}}',
  'chain-stalled': 'The chain has made no block since {{sinceTime}}',
  'chain-unreachable': 'Hearth cannot see the chain',
  'endpoint-other-chain': '{{host}} answers for another chain',
  'chain-not-confirmed': 'Is this the right chain?',
  'staked-not-served': 'Staked and not served here: {{services}}',
  'staked-miner-stopped': 'Staked, and the relay miner is stopped',
  'supplier-stuck': 'The stake is stuck below the minimum',
  'proof-missed_one': 'A proof was missed; {{pokt}} POKT of stake were slashed',
  'proof-missed_other': '{{count}} proofs were missed; {{pokt}} POKT of stake were slashed',
  'claims-discarded_one': 'The chain dropped a claim of {{pokt}} POKT',
  'claims-discarded_other': 'The chain dropped {{count}} claims of {{pokt}} POKT',
  'unstake-open-claims_one': 'Unstaked with the claims of a session still open',
  'unstake-open-claims_other': 'Unstaked with the claims of {{count}} sessions still open',
  overserviced: 'An application could not pay {{percent}} % of your work',
  'operator-runway': 'The operator wallet lasts {{days}} more days',
  'disk-filling': 'The disk is full on {{fullDate}}',
  'engine-disk-nearly-full': 'Only {{gigabytes}} GB are free on the container engine’s disk',
  'disk-nearly-full': 'Only {{gigabytes}} GB of disk are free',
  'upgrade-planned': 'The network upgrades to {{name}} on {{atDate}}',
  'upgrade-planned-height': 'The network upgrades to {{name}} at block {{height}}',
  'upgrade-missing': 'The software for {{name}} is not here yet',
  'upgrade-failed': 'The new software does not make blocks',
  'software-too-old': 'Version {{version}} is too old for the chain',
  'update-rolled-back': 'The update of {{title}} was taken back',
  'endpoint-down': 'Your staked address does not answer',
  'self-test-here': 'Test relays do not come through on this PC',
  'self-test-public': 'Test relays do not come through by your public address',
  'gateways-silent': 'Gateways have stopped calling',
  'attached-no-answer': 'Your endpoint for {{title}} does not answer',
  'attached-other-chain': 'Your endpoint for {{title}} answers for another chain',
  'attached-unreached': 'Relays do not get through to your endpoint for {{title}}',
  'attached-wrong-answers': 'Your endpoint for {{title}} fails what gateways ask',
  'attached-behind': 'Your endpoint for {{title}} is {{minutes}} minutes behind its chain',
  'attached-no-secret': 'The credentials of your endpoint for {{title}} are gone',
  'attached-gate': 'The gate in front of your endpoints does not run',
  'backend-behind': '{{title}} is {{minutes}} minutes behind its chain',
  'minimum-above-stake': 'The minimum stake rose above yours',
  'minimum-changed': 'The minimum stake is now {{afterPokt}} POKT',
  'pay-changed': 'The pay per compute unit changes by {{percent}} %',
  'penalty-changed': 'The penalty for a missed proof is now {{afterPokt}} POKT',
  'fee-changed': 'A fee of the network is now {{afterPokt}} POKT',
  'unbonding-changed': 'Unstaking now takes {{after}} sessions',
  'timing-changed': 'The network changes the timing of sessions',
  'service-price-falls': '{{serviceId}} will pay {{percent}} % less per relay',
  'service-price-fell': '{{serviceId}} pays {{percent}} % less per relay',
  'first-claim': 'Your first claim is on its way',
} as const

/** Attention rows: what it means. */
export const attentionMore = {
  'own-sent': 'From {{address}}, at block {{height}}. If that was not you, somebody has this key: move what is left to a new address now.',
  'own-staked':
    'From {{address}}, at block {{height}}. If that was not you, somebody has this key: move what is left to a new address now.',
  'own-transaction':
    '{{address}} at block {{height}}: {{action}}. If that was not you, somebody has this key: move what it holds to a new address now.',
  'own-owner-changed':
    'The stake belongs to {{newOwnerAddress}} now, and only that address can give it back. Stop serving, and move what your keys hold to new addresses.',
  'own-stake-raised':
    'At block {{height}}. It costs you nothing and comes back to the owner one day. It was signed by your owner or operator key: see who has them.',
  'own-stake-lowered':
    'It was paid to the owner, {{ownerAddress}}, at block {{height}}. If that was not you, somebody has the owner or operator key: move what the owner holds to a new address now.',
  'own-services-changed':
    '{{services}}, at block {{height}}. It was signed by the operator key. Send your own services again, and if that was not you, unstake and use a new operator key.',
  'own-unstake-begun':
    'At block {{height}}. Until the stake is paid to {{ownerAddress}} the owner can take it back; then the operator sends the services again.',
  'own-unstake-cancelled': 'At block {{height}}. It was signed by the owner key: see who has it. Unstake again if you want to leave.',
  'own-supplier-created':
    '{{operatorAddress}} belongs to the owner {{ownerAddress}} now. If that is not you, stake with another operator key: what is paid in would be theirs.',
  'own-supplier-gone': 'No unstake came before, at block {{height}}. Look whether this is the right chain.',
  'read-back-absent': 'Block {{height}} took it. Look whether this is the right chain, and stake again if the chain has nothing.',
  'read-back-no-services': 'Signed were {{services}}, in block {{height}}. Nothing is earned until the operator sends its services again.',
  'read-back-differs': 'Block {{height}} took it. Compare the records on Supplier and send it again if they differ.',
  'unstake-waits': 'Nothing would be lost now. It is the one step that needs your yes.',
  'unstake-waits-open': 'Relays of this supplier come in until then. Its sheet says which claims would be lost.',
  'key-fenced-moved': 'Two machines with one key void each other’s proofs. Say that the other one is off.',
  'key-fenced-new-here': 'It was restored or brought in. Say that no other machine serves with {{address}}.',
  'backup-never': 'With this disk {{name}} would be gone too. Write an encrypted backup, and try whether it can be restored.',
  'drill-never': 'Nobody knows whether {{name}} can be restored from it. A drill takes a minute and changes nothing.',
  'drill-old': 'Sticks and memories fade. A drill takes a minute and changes nothing.',
  'alerts-undelivered': 'Hearth tries again. Until then you are told of trouble on these pages alone.',
  'keys-needed': 'It has none after a restart. Unlock, and serving goes on.',
  'keys-missing': 'The relay miner serves for the others meanwhile. Unlock, and it serves for this one too.',
  'keys-needed-at-risk': 'Unlock before block {{deadlineHeight}}, or they stay unpaid.',
  'ledger-different': '{{label}} {{address}}, at block {{height}}.',
  'supplier-below-minimum': '{{stakePokt}} of {{minPokt}} POKT. The network asks the supplier to leave; the owner can top it up.',
  'operator-low': '{{pokt}} POKT left. It pays for every claim and proof; without it they are missed.',
  'engine-absent': 'Docker was not found, so no node runs.',
  'engine-not-started': 'Docker is not started, so no node runs.',
  'engine-no-permission': 'Your user may not use {{endpoint}}.',
  'engine-too-old': 'Update Docker, then look again.',
  'engine-wrong-architecture': '{{detail}}',
  'engine-windows-containers': 'Switch Docker Desktop to Linux containers.',
  'engine-failed': '{{detail}}',
  'engine-silent': 'It answers, and not when it is asked what runs. What is shown may be of before. Start it again.',
  'miner-host-down': 'Without blocks it misses its windows. {{other}} answers: choose it on the page of the relay miner.',
  'miner-host-down-alone': 'Without blocks it misses its windows, and there is no other one. Add an endpoint with its gRPC address.',
  'miner-host-none': 'No endpoint in the list has a gRPC address and answers. Add one that has.',
  'miner-host-flickers':
    'Each time for a moment. A claim or proof that falls into one is late. Choose another host on the page of the relay miner, or add one.',
  'miner-host-changed': 'Hearth changed it because the one before did not do well. No relay was lost by it.',
  'miner-host-stands-in':
    '{{from}} did not do well: look after it if it is yours. Once it has done well for half an hour, Hearth goes back to it.',
  'engine-clock': 'Transactions carry the time. Set the clock of this PC right.',
  'node-failing': 'It should run and does not.',
  'containers-unlisted-miner':
    'The copy that was restored is older than it, so nobody looks after it, gives it its key or says when it fails. Take it up again or stop it on the Nodes page. Here: {{titles}}.',
  'containers-unlisted':
    'The copy that was restored is older than they are, so nobody looks after them. Take them up again or stop them on the Nodes page: {{titles}}.',
  'containers-unlisted-down':
    'The copy that was restored is older than they are. They do not run, and what they keep is still there. Take them up again on the Nodes page: {{titles}}.',
  'node-failing-memory':
    'It was ended when it took more than its {{limitMb}} MB. Look at its last lines, and whether other programs leave this PC enough memory.',
  'containers-copied':
    'Somebody made them with the labels of Hearth, under other names. Hearth does nothing with them; stop them on the Nodes page if they are of no use: {{titles}}.',
  'containers-copied-miner':
    'Somebody made it with the labels of Hearth, under another name. Two relay miners with one key void each other’s proofs, and that is slashed. Stop it on the Nodes page: {{titles}}.',
  'volume-lost-claims':
    '{{claimedPokt}} POKT are claimed there. Hearth did not remove it: somebody did, or this is another engine. A claim whose proof is asked for and missed is unpaid and costs {{penaltyPokt}} POKT of stake. If the volume is on another engine, or you have a copy, bring it back before block {{height}}.',
  'volume-lost-relays':
    'Hearth did not remove it: somebody did, or this is another engine. What was served and not claimed is not paid. If the volume is on another engine, or you have a copy, bring it back before block {{height}}.',
  'volume-lost-unknown':
    'Hearth did not remove it: somebody did, or this is another engine. What lay on it is not known before the chain is read: relays without a claim are not paid, and a claim without its proof costs stake.',
  'volume-lost':
    'Hearth did not remove it: somebody did, or this is another engine. No session was open that needed it, so nothing is lost by it. When you clean up, leave the volumes alone whose names begin with hearth.',
  'volume-lost-chain':
    'Hearth did not remove it: somebody did, or this is another engine. The chain cannot go on without it. Remove it on the Nodes page and start a new one.',
  'volume-lost-node':
    'Hearth did not remove their volume: somebody did, or this is another engine. They fetch everything anew and answer no relays until they are up to date.',
  'miner-deaf': 'Block {{height}} is its last, so it sends no claims and proofs. Hearth restarts it, without losing a relay.',
  'chain-stalled': 'Block {{height}} is the last. Nothing is settled until it goes on.',
  'chain-unreachable': 'Block {{height}} is the last one read. What runs keeps running.',
  'endpoint-other-chain': 'Hearth reads from the others and signs nothing while it is in the list. Remove it there.',
  'chain-not-confirmed': 'Named by {{hosts}}. Hearth reads it, and signs nothing before you have said yes.',
  'staked-not-served': 'Gateways send relays that nobody answers.',
  'staked-miner-stopped': 'Gateways send relays for {{services}} that nobody answers.',
  'supplier-stuck':
    'It has {{stakePokt}} of {{minPokt}} POKT and was told to leave, and the network does not give it back by itself. The owner frees it with a top-up of {{missingPokt}} POKT.',
  'proof-missed':
    'Last for {{serviceId}} at block {{height}}; {{claimedPokt}} POKT were not paid. Keep the relay miner running and the operator wallet filled until every proof is sent.',
  'claims-discarded':
    'Last for {{serviceId}} at block {{height}}. It happens when services are off before the last sessions are paid: next time stop serving, wait for the last payment, then unstake.',
  'unstake-open-claims':
    'Claims of {{claimedPokt}} POKT settle up to block {{height}}, and without services the network drops them. The owner can stake again to cancel.',
  overserviced:
    '{{pokt}} POKT went unpaid: application {{address}} asked for more {{serviceId}} relays than its stake covers. Nothing is wrong here; services with richer applications pay all.',
  'operator-runway': 'It spends {{perDayPokt}} POKT a day and holds {{pokt}}. Send it some POKT; without it claims and proofs are missed.',
  'disk-filling': '{{gigabytes}} GB are free and {{gigabytesPerDay}} GB go each day. Make room, or stop a node that you can spare.',
  'engine-disk-nearly-full':
    'When it is full, containers fail and proofs are missed. Give the engine a larger disk in its settings, or remove images and containers of other programs that you do not need.',
  'disk-nearly-full': 'On a full disk every node stops, and proofs are missed. Make room now.',
  'upgrade-planned':
    'At block {{height}} today’s software stops. Hearth fetches {{name}} ahead and changes node and relay miner at that block by itself.',
  'upgrade-planned-height':
    '{{blocks}} blocks from now today’s software stops. Hearth changes node and relay miner at that block by itself.',
  'upgrade-missing':
    'It is needed at block {{height}}, {{blocks}} blocks from now, and could not be fetched. Hearth tries again every minute.',
  'upgrade-failed':
    'The chain’s data was changed by the upgrade at block {{height}}, so the old software cannot go on either. Try again, or wait for another release.',
  'software-too-old': 'Since block {{height}} the chain needs {{needed}}. Until then nothing is claimed or proven.',
  'update-rolled-back': 'Version {{version}} did not work here. The one of before runs again, and nothing was lost.',
  'endpoint-down': '{{url}}: {{reason}}. Gateways send relays there. Look at router, port and relay miner, or stake another address.',
  'self-test-here':
    'The self-test for {{service}} failed {{failures}} times in a row. Look at the stage that stopped it; until it passes, gateways get no answer either.',
  'self-test-public':
    'The self-test for {{service}} failed {{failures}} times in a row, and passes on this PC or stops earlier there. Look at the stage that stopped it.',
  'gateways-silent':
    'No relay for {{sessions}} sessions, after relays in every one before. Send test relays: slow or wrong answers make gateways choose others.',
  'attached-no-answer': '{{host}}: {{reason}}. Relays fail until it answers again. Look at the node, or attach another endpoint.',
  'attached-other-chain':
    '{{host}} says chain {{found}}, and {{expected}} is needed. Gateways punish such answers hardest: change it, or remove it.',
  'attached-unreached':
    'It answers this PC, and not containers ({{reason}}). Let it listen on more than 127.0.0.1, and keep its port closed to the internet.',
  'attached-wrong-answers':
    '{{question}} fails, and gateways count it as critical: they leave out whoever fails it. Nodes shows the answer.',
  'attached-behind': 'It answers from block {{height}}. Gateways leave out who is behind; see why it does not catch up.',
  'attached-no-secret': 'They are not on this PC any more, so relays fail. Give the endpoint again.',
  'attached-gate': '{{reason}}. Relays of services that you attached fail until it runs. Hearth keeps trying.',
  'backend-behind': 'It answers from block {{height}}. Gateways leave out who is behind; let it catch up or restart it.',
  'minimum-above-stake': 'It is {{afterPokt}} POKT now. The owner can top the stake up before it is stuck.',
  'minimum-changed': 'It was {{beforePokt}} POKT.',
  'pay-changed': 'It holds for sessions from block {{effectHeight}} on.',
  'penalty-changed': 'It was {{beforePokt}} POKT. Keep so much above the minimum that one missed proof does not take you below.',
  'fee-changed': 'It was {{beforePokt}} POKT. See that the operator wallet holds enough for every claim.',
  'unbonding-changed': 'It took {{before}}. It counts from the next unstake on.',
  'timing-changed': '{{before}} becomes {{after}} blocks for sessions from block {{effectHeight}} on. The session clock follows.',
  'service-price-falls': '{{before}} become {{after}} compute units from block {{height}} on. See whether it is still worth serving.',
  'service-price-fell': 'It pays {{after}} compute units since block {{height}}, {{before}} before. See whether it is still worth serving.',
  'first-claim': 'It is paid at block {{height}}. Until then nothing is missing: sessions are claimed, proven and then paid.',
} as const

/** Where the fix of an attention row is. */
export const fixes = {
  unlock: 'Unlock',
  keys: 'Look at Keys',
  engine: 'Look at the engine',
  nodes: 'Look at Nodes',
  supplier: 'Look at Supplier',
  earnings: 'Look at Earnings',
  home: 'Look at Home',
  settings: 'Look at Settings',
  updates: 'Look at Updates',
  'test-relays': 'Look at the self-test',
} as const

/** Steps of tasks. */
export const steps = {
  'engine-run': 'Run the command',
  'engine-answers': 'Wait until the engine answers',
  'stop-relays': 'Take no more relays',
  'last-session': 'Wait for the end of the session',
  'last-settlement': 'Wait until every claim has settled',
  'sign-unstake': 'Sign the unstake',
  'unstake-included': 'Unstake in a block',
  'copy-records': 'Copy the record and read the copy through',
  'export-records': 'Write every row',
  engine: 'Engine answers',
  room: 'Room and ports',
  images: 'Fetch the images',
  genesis: 'Make the first block’s file',
  start: 'Start chain and backend',
  'first-block': 'First block, first answer',
  stop: 'Stop what runs',
  containers: 'Remove the containers',
  volumes: 'Remove their data',
  records: 'Forget what was read from it',
  'miner-volumes': 'Remove what it kept',
  'miner-records': 'Forget its ports and images',
  snapshot: 'Fetch the snapshot and check its hash',
  unpack: 'Unpack it into the node’s volume',
  'make-containers': 'Make the containers',
  'first-answer': 'First answer',
  ask: 'Ask the faucet',
  arrive: 'Wait for it to arrive',
  'self-name': 'The name resolves',
  'self-port': 'The port opens',
  'self-certificate': 'The certificate is valid',
  'self-miner': 'A relay miner answers',
  'self-refusal': 'What nobody signed is refused',
  'self-relay': 'A signed relay is answered',
  'find-session': 'Find the session',
  'sign-and-send': 'Sign and send',
  'refuse-relays': 'Refuse new relays',
  'save-relays': 'Let the relay miner write down what it served',
  'stop-miner': 'Stop the relay miner',
  check: 'Check answers and signatures',
} as const

/** Small print of a step before its facts are known. */
export const stepHints = {
  images: 'checked against their digests',
  genesis: 'mainnet’s rules, play-money accounts',
  start: 'containers on networks of their own',
  'first-block': 'then one block after the other',
} as const

/** Small print of a step from its facts. */
export const stepFacts = {
  engine: '{{name}} {{version}}',
  room: '{{free}} free',
  ports: '{{free}} free, ports {{ports}}',
  made: 'made before and kept',
  'first-block': 'block {{height}}',
} as const

/** What a node is doing, or why it is not well. */
export const reasons = {
  'waits-for': 'Waits for {{nodeId}}',
  'waits-for-drain': 'Stops after {{nodeId}}',
  draining: 'Writes down what it served before it stops',
  refusing: 'Answers relays with 503',
  'first-sync': 'Catches up with its chain for the first time',
  deaf: 'Does not hear the chain any more: {{blocks}} blocks behind',
  'waits-for-image': 'Its image is not fetched yet',
  'waits-for-supplier': 'Starts when you have a supplier with services',
  'waits-for-host': 'Waits for a host of the chain that it can ask',
  'needs-key': 'Waits for the operator key',
  'waiting-for-keys': 'Waits for the operator key',
  'not-answering': 'It runs and does not answer',
  'stops-trying': 'It stopped again and again; Hearth gave up for now',
  'stops-trying-memory': 'It was ended again and again when it took more than its {{limitMb}} MB of memory; Hearth gave up for now',
  'engine-gone': 'The container engine does not answer; it was {{last}} before',
} as const

/** Node names as main writes them. */
export const nodeNames = {
  pocket: 'Pocket node',
  backend: 'Test backend',
  keeper: 'Key keeper',
  miner: 'Relay miner',
  ingress: 'Ingress',
  'relay-miner': 'Relay miner',
} as const

export { activity } from './activity.ts'

/** What was cured at start. */
export const notices = {
  'store-restored':
    'Hearth’s record was damaged and was put back from its newest backup. What happened since is read from the chain again; the damaged file is kept.',
  'store-restored-partly':
    'Hearth’s record was damaged and was put back from its newest backup. Not every transaction since then could be read: look at the wallet’s history before you send again.',
  'store-salvaged':
    'Hearth’s record was damaged and there was no backup. What could be read was kept, and some rows may be missing. Compare the ledger on Earnings.',
  'store-put-back': 'The backup that you chose was put in. The record of before is kept in the folder set-aside.',
  'store-put-back-failed': 'The backup that you chose could not be put in. The record is as it was.',
} as const

export const relayFailures = { timeout: 'No answer in time', 'bad-signature': 'The signature does not fit', refused: 'Refused' } as const
export const differences = {
  'staked-not-served': 'Staked on the chain and not served on this PC: {{serviceId}}',
} as const
export const intentKinds = {
  'change-stake': 'Changed stake',
  rescue: 'Rescue',
  'cancel-unstake': 'Unstake taken back',
  'change-owner': 'New owner',
  'add-service': 'Service',
  'transfer-service': 'Service given away',
  'unstake-application': 'Application unstake',
  delegate: 'Delegation',
  undelegate: 'End of a delegation',
  'stake-gateway': 'Gateway stake',
  'unstake-gateway': 'Gateway unstake',
  'claim-morse-account': 'Claim of an old account',
  'claim-morse-application': 'Claim of an old application',
  'claim-morse-supplier': 'Claim of an old node',
  'stake-owner': 'Stake',
  'stake-services': 'Services',
  unstake: 'Unstake',
  send: 'Payment',
  'stake-application': 'Application stake',
} as const

export { ownChanges } from './own-changes.ts'
