import type { Refusal } from '#shared/model/refusals.ts'

type Sentences = Record<`tx-refused:${Refusal}`, { text: string; next: string }>

/** What a refusal of the chain means and what to do: one pair for everything that a user can meet (shared/model/refusals). `{{log}}` has the chain's own words. */
export const txErrors = {
  'tx-refused:below-minimum': {
    text: 'The stake is less than the network asks for: {{log}}',
    next: 'Stake at least the minimum, and a few POKT more for a missed proof.',
  },
  'tx-refused:balance': {
    text: 'There is too little in this wallet: {{log}}',
    next: 'Send it some POKT, or choose less. Stake, staking fee and network fee are all paid by the signer.',
  },
  'tx-refused:unbonding': {
    text: 'This supplier is unstaking, and until that is over it takes no change.',
    next: 'The owner can take the unstake back. Otherwise wait until the stake has come back.',
  },
  'tx-refused:operator-only': {
    text: 'Only the operator may say which services are offered.',
    next: 'Sign the services with the operator key.',
  },
  'tx-refused:owner-only': { text: 'Only the owner may name another owner.', next: 'Sign it with the owner key.' },
  'tx-refused:cancel-owner-only': { text: 'Only the owner can take an unstake back.', next: 'Sign it with the owner key.' },
  'tx-refused:not-authorized': {
    text: 'This key is neither owner nor operator of this supplier.',
    next: 'Choose the owner or operator key that the chain has recorded.',
  },
  'tx-refused:operator-fixed': {
    text: 'The operator of a supplier cannot be changed.',
    next: 'Unstake, and stake again with the other operator.',
  },
  'tx-refused:bad-url': {
    text: 'One of the addresses is none that the network takes: {{log}}',
    next: 'Write it whole, such as https://relay.example.org:443.',
  },
  'tx-refused:rpc-type': {
    text: 'An address does not say how it is spoken to.',
    next: 'Choose JSON-RPC, REST, WebSocket, gRPC or CometBFT for each of them.',
  },
  'tx-refused:shares': {
    text: 'The shares of pay do not fit: {{log}}',
    next: 'Whole percents from 1 to 100, each address once, 100 together.',
  },
  'tx-refused:service-unknown': {
    text: 'The network has no such service: {{log}}',
    next: 'Choose one of the list. A new one has to be added first.',
  },
  'tx-refused:service-config': {
    text: 'What is offered does not fit the network’s rules: {{log}}',
    next: 'Look through services, addresses and shares.',
  },
  'tx-refused:service-id': { text: 'This is no name of a service.', next: 'Up to 42 letters, digits, - and _.' },
  'tx-refused:service-owner': { text: 'This service belongs to somebody else.', next: 'Only its owner can change it or give it away.' },
  'tx-refused:service-fee': {
    text: 'A new service costs more than this wallet holds: {{log}}',
    next: 'Send the wallet some POKT. Changing a service of yours costs nothing.',
  },
  'tx-refused:service-taken': { text: 'There is a service of this name already.', next: 'Choose another name.' },
  'tx-refused:stake-invalid': { text: 'The network does not take this stake: {{log}}', next: 'Look at the amount and try again.' },
  'tx-refused:supplier-unknown': {
    text: 'The chain has no supplier with this operator.',
    next: 'Stake first, or look whether this is the right operator.',
  },
  'tx-refused:module-account': {
    text: 'This address belongs to the network itself and can own nothing.',
    next: 'Type an address of your own.',
  },
  'tx-refused:application-must-grow': {
    text: 'An application’s stake has to grow with every change, even with that of its service.',
    next: 'Stake a little more than it has now.',
  },
  'tx-refused:application-unknown': { text: 'The chain has no application with this address.', next: 'Stake it first.' },
  'tx-refused:application-stake': {
    text: 'The stake of the application does not fit: {{log}}',
    next: 'Stake at least what the network asks for.',
  },
  'tx-refused:application-services': { text: 'An application has exactly one service.', next: 'Choose one.' },
  'tx-refused:application-unbonding': {
    text: 'This application is unstaking already.',
    next: 'Wait until its stake has come back, or stake it again to take that back.',
  },
  'tx-refused:application-transfer': {
    text: 'This application is being moved to another address.',
    next: 'Wait until that is over; it takes some sessions.',
  },
  'tx-refused:application-limit': { text: 'The limit for a session does not fit: {{log}}', next: 'At least 1 POKT, or 0 for no limit.' },
  'tx-refused:gateway-unknown': {
    text: 'The chain has no gateway with this address.',
    next: 'Look at the address, or stake the gateway first.',
  },
  'tx-refused:gateway-inactive': { text: 'This gateway is going away.', next: 'Choose another one.' },
  'tx-refused:gateway-must-grow': {
    text: 'A gateway’s stake has to grow with every change.',
    next: 'Stake a little more than it has now.',
  },
  'tx-refused:gateway-stake': { text: 'The stake of the gateway does not fit: {{log}}', next: 'Stake at least what the network asks for.' },
  'tx-refused:gateway-unbonding': { text: 'This gateway is unstaking already.', next: 'Wait until its stake has come back.' },
  'tx-refused:delegated': { text: 'The application is delegated to this gateway already.', next: 'Nothing is to be done.' },
  'tx-refused:not-delegated': { text: 'The application is not delegated to this gateway.', next: 'Nothing is to be done.' },
  'tx-refused:delegation-limit': {
    text: 'The application is delegated to as many gateways as the network allows.',
    next: 'End one of the others first.',
  },
  'tx-refused:morse-closed': {
    text: 'The network takes no claims of the old network at the moment.',
    next: 'Nothing is lost. Try again when it is announced.',
  },
  'tx-refused:morse-claimed': {
    text: 'This account of the old network was claimed already: {{log}}',
    next: 'Look at the address that claimed it. If that is not yours, ask where the old key lay.',
  },
  'tx-refused:morse-owner-first': {
    text: 'The output account of this node has to be claimed before the node.',
    next: 'Claim the output account into the owner’s address, then claim the node.',
  },
  'tx-refused:morse-signature': {
    text: 'The old key does not belong to this account.',
    next: 'Choose the Morse key of the account or of the node itself.',
  },
  'tx-refused:morse-unknown': {
    text: 'Nothing is recorded for this account of the old network.',
    next: 'Look whether it is the right Morse key.',
  },
  'tx-refused:morse-claim': {
    text: 'The chain did not take the claim: {{log}}',
    next: 'Look at addresses and keys and try again. The account is still yours to claim.',
  },
  'tx-refused:signature': {
    text: 'The chain does not take this signature: it is for another chain or account.',
    next: 'Discard it and prepare it anew. Nothing was paid.',
  },
  'tx-refused:unknown-account': {
    text: 'The chain does not know this account: it has never received anything.',
    next: 'Send it a little POKT first.',
  },
  'tx-refused:sequence': { text: 'Another transaction of this key came before this one.', next: 'Prepare it anew. Nothing was paid.' },
  'tx-refused:fee': {
    text: 'The node asks for a higher fee: {{log}}',
    next: 'Prepare it anew; Hearth reads the price again. Settings has the margin.',
  },
  'tx-refused:gas': {
    text: 'It took more work than it paid for: {{log}}',
    next: 'Raise the gas margin in Settings a little and prepare it anew. The fee is spent.',
  },
  'tx-refused:memo': { text: 'The note is too long.', next: 'Shorten it.' },
  'tx-refused:timeout-height': {
    text: 'Its last block had passed before it arrived. Nothing was paid.',
    next: 'Prepare it anew and sign it soon.',
  },
  'tx-refused:timeout-time': {
    text: 'Its time had passed before it arrived. Nothing was paid.',
    next: 'Prepare it anew and sign it soon. See that the clock of this PC is right.',
  },
  'tx-refused:unordered': {
    text: 'The node does not take this as a transaction outside the row: {{log}}',
    next: 'Prepare it anew in the row of sequences.',
  },
  'tx-refused:duplicate': { text: 'The node has it already and it waits for a block.', next: 'Wait; nothing is paid twice.' },
  'tx-refused:mempool-full': { text: 'The node has too many transactions waiting.', next: 'Try again in a few minutes. Nothing was paid.' },
  'tx-refused:too-large': { text: 'The transaction is larger than the network takes.', next: 'Offer fewer services at a time.' },
  'tx-refused:address': { text: 'An address in it is none of this network: {{log}}', next: 'Compare it letter by letter.' },
  'tx-refused:public-key': { text: 'The public key is not that of the signer.', next: 'Choose the wallet of this address.' },
  'tx-refused:coins': { text: 'The amount is none that the network takes.', next: 'Type the amount again.' },
  'tx-refused:not-supported': {
    text: 'This network does not know this transaction.',
    next: 'Its software may be older. Nothing was paid.',
  },
  'tx-refused:invalid-request': { text: 'The chain did not understand it: {{log}}', next: 'Change it and try again.' },
} as const satisfies Sentences

/** The chain was not even asked: Hearth knows that it would refuse. */
export const wishErrors = {
  'not-now:same-stake': { text: 'The stake is this much already.', next: 'Type another total.' },
  'not-now:not-below-minimum': { text: 'This supplier is not below the minimum; it needs no rescue.', next: 'Change its stake instead.' },
  'not-now:needs-rescue': {
    text: 'The stake is below the minimum, so the unstake cannot be taken back as it is.',
    next: 'Rescue it: that adds at least {{pokt}} POKT and takes the unstake back at once.',
  },
  'not-now:not-unstaking': { text: 'This supplier is not unstaking.', next: 'Nothing is to be taken back.' },
  'not-now:same-owner': { text: 'This address is the owner already.', next: 'Type another address.' },
  'not-now:same-service': { text: 'The chain has this service with this name and these costs already.', next: 'Nothing is to be done.' },
  'not-now:no-gateway': { text: 'The chain has no gateway with this key.', next: 'Stake it first.' },
  'not-now:morse-is-node': { text: 'This old address was a node with a stake.', next: 'Claim it as a node; its balance comes along.' },
  'not-now:morse-is-application': {
    text: 'This old address was an application with a stake.',
    next: 'Claim it as an application; its balance comes along.',
  },
  'not-now:morse-no-application': { text: 'This old address had no application with a stake.', next: 'Claim it as an account or a node.' },
  'not-now:morse-no-node': { text: 'This old address had no node with a stake.', next: 'Claim it as an account.' },
  'not-now:no-application': { text: 'The chain has no application with this key.', next: 'Stake it first.' },
  'not-now:already-delegated': { text: 'The application is delegated to this gateway already.', next: 'Nothing is to be done.' },
  'not-now:not-delegated': { text: 'The application is not delegated to this gateway.', next: 'Nothing is to be done.' },
  'not-now:door-is-for-all': {
    text: 'Relays of this supplier alone cannot be refused: some of them come over WebSocket, and they do not tell the ingress whose they are.',
    next: 'Refuse relays of all suppliers, or unstake at once.',
  },
  'not-now:leaving-already': { text: 'You are leaving already.', next: 'Look at the steps on this page.' },
  'not-now:not-leaving': { text: 'No leave is under way.', next: 'Nothing is to be stopped.' },
  'not-now:signed-already': { text: 'The unstake is signed and on its way.', next: 'Once it is in a block the owner can take it back.' },
  'not-now:not-due': { text: 'It is not time for the unstake yet: something is not settled.', next: 'Wait for the step before it.' },
  'not-permitted:raise': { text: 'Only owner or operator can raise this stake.', next: 'Choose one of these keys.' },
  'not-permitted:lower': { text: 'Only owner or operator can lower this stake.', next: 'Choose one of these keys.' },
  'not-permitted:services': { text: 'Only the operator may say which services are offered.', next: 'Sign with the operator key.' },
  'not-permitted:change-owner': { text: 'Only the owner of now can name another one.', next: 'Sign with the owner key.' },
  'not-permitted:cancel-unstake': {
    text: 'Only the owner can take an unstake back; the operator cannot.',
    next: 'Sign with the owner key.',
  },
  'not-permitted:rescue': { text: 'Only the owner can free a stuck stake.', next: 'Sign with the owner key.' },
  'not-permitted:service-owner': {
    text: 'This service belongs to {{ownerAddress}}.',
    next: 'Only its owner can change it or give it away.',
  },
  'public-key-needed:unreadable': {
    text: 'This is no public key.',
    next: 'It has 66 hex digits beginning with 02 or 03, or 44 letters in base64.',
  },
  'public-key-needed:other-address': {
    text: 'This public key belongs to another address than {{address}}.',
    next: 'Choose the right account in your wallet.',
  },
  'endpoint-invalid:type-twice': {
    text: 'A service has one address of each kind.',
    next: 'Remove one of the two, or choose another kind for it.',
  },
  'amount-invalid:compute-units': { text: 'The costs of a relay are 1 to {{max}} compute units.', next: 'Type a whole number.' },
  'address-invalid:morse-address': { text: 'This is no address of the old network.', next: 'It has 40 hex digits.' },
} as const
