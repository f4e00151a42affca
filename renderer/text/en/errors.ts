import type { ErrorCode } from '#shared/api/errors.ts'

/** What happened and what it means, then what to do. Values in braces are facts of the error. */
export const errors = {
  'invalid-request': {
    text: 'Hearth did not understand this request. Nothing was changed.',
    next: 'Look at what you typed and try again.',
  },
  'unknown-request': {
    text: 'This page asks for something that Hearth does not know. Nothing was changed.',
    next: 'Reload the page: it may be older than Hearth.',
  },
  'too-large': { text: 'This is too much for one request. Nothing was changed.', next: 'Send less at a time.' },
  'not-allowed': { text: 'This is not allowed here. Nothing was changed.', next: 'Only the Local chain is open in this version.' },
  internal: {
    text: 'Something went wrong inside Hearth. What was running keeps running.',
    next: 'Try again. If it comes back, the log has more under {{ref}}.',
  },
  'vault-absent': { text: 'There is no vault on this machine yet.', next: 'Set a password to make one.' },
  'vault-exists': { text: 'There is a vault already. It was left as it is.', next: 'Open it with its password.' },
  'vault-locked': { text: 'The keys are locked. Nothing was signed.', next: 'Unlock the keys and try again.' },
  'wrong-password': {
    text: 'This is not the password of this vault. Nothing was changed.',
    next: 'Look at the keyboard layout and Caps Lock, and try again.',
  },
  'too-many-tries': { text: 'Too many wrong passwords in a row. Nothing is wiped.', next: 'The next try is open in {{seconds}} s.' },
  'vault-damaged': {
    text: 'The vault file is damaged, so the password cannot be tried. Hearth left the file as it is.',
    next: 'Put a backup of the vault in its place, or import your words into a new one.',
  },
  'weak-password': {
    text: 'This password is easy to guess.',
    next: 'Use at least 10 characters. Four words that have nothing to do with each other are easy to keep.',
  },
  'wrong-words': { text: 'These are not the words of a key.', next: 'Compare each word with what you wrote down.' },
  'key-unknown': { text: 'This key is not in the vault.', next: 'Make it or import it first.' },
  'key-wrong-network': {
    text: 'This key belongs to another network, {{network}}. Nothing was signed.',
    next: 'Use a key that was made for this network.',
  },
  'surface-expired': { text: 'The confirm window has closed. Nothing was signed.', next: 'Open it again.' },
  'engine-absent': {
    text: 'No container engine was found on this machine.',
    next: 'Install Docker Engine or Docker Desktop, then look again.',
  },
  'engine-not-started': { text: 'The container engine is installed and does not run.', next: 'Start it, then look again.' },
  'engine-no-permission': {
    text: 'The container engine runs, and you may not use it.',
    next: 'Add your user to the docker group and log in again, then look again.',
  },
  'engine-too-old': { text: 'The container engine is too old for Hearth.', next: 'Update it, then look again.' },
  'engine-failed': { text: 'The container engine refused. Nothing else was changed.', next: 'Look at what it says and try again.' },
  'image-unavailable': {
    text: 'The image {{reference}} could not be fetched. What was fetched before is kept.',
    next: 'Look at the connection and try again.',
  },
  'port-taken': {
    text: 'Port {{port}} on this machine is used by another program.',
    next: 'Take port {{next}}, or stop the other program.',
  },
  'no-network': { text: 'Hearth has no network to work with.', next: 'Choose a network first, or look at the connection.' },
  'chain-unreachable': { text: 'The chain does not answer. What is on it is safe.', next: 'Look at the Pocket node on the Nodes page.' },
  'chain-stalled': {
    text: 'The chain has made no block since {{height}}. Nothing can be included until it goes on.',
    next: 'Wait for the next block, or look at the Pocket node.',
  },
  'chain-unknown-fingerprint': {
    text: 'This is another chain than the one Hearth knows under this name. Hearth stopped reading it.',
    next: 'If you made the chain anew, remove the Local chain in Hearth and start it again.',
  },
  'node-unknown': { text: 'There is no such node.', next: 'Go back to the list of nodes.' },
  'node-not-ready': { text: 'The node this needs does not run yet.', next: 'Start the Local chain, or wait until it is up.' },
  'amount-invalid': { text: 'This is not an amount of POKT.', next: 'Type digits, with a point before at most 6 decimals.' },
  'amount-too-small': {
    text: '{{given}} POKT is under the minimum of {{min}} POKT, read at block {{height}}. Nothing was sent.',
    next: 'Type {{min}} or more.',
  },
  'balance-too-small': {
    text: 'Not sent: the wallet {{address}} holds {{have}} POKT and this needs {{needed}}. Nothing was charged.',
    next: 'Bring {{missing}} POKT to it first.',
  },
  'endpoint-invalid': { text: 'This is not an address that gateways can use.', next: 'Type it in full, such as http://127.0.0.1:8545.' },
  'address-invalid': { text: 'This is not a Pocket address.', next: 'Addresses begin with pokt1 and carry a checksum: copy it whole.' },
  'shares-invalid': { text: 'The shares of pay do not hold.', next: 'Give whole percents to different addresses, 100 in all.' },
  'tx-refused': {
    text: 'The chain refused the transaction: {{log}}',
    next: 'Nothing moved but, at most, the fee. Change it and try again.',
  },
  'tx-expired': { text: 'The transaction is too old; no block can take it any more. Nothing was paid.', next: 'Prepare it anew.' },
  'tx-pending': {
    text: 'An earlier transaction of this wallet is under way. Nothing was sent twice.',
    next: 'Wait until it is in a block.',
  },
  'tx-changed': { text: 'The bytes to sign are not what Hearth prepared, so nothing was signed.', next: 'Discard it and prepare it anew.' },
  'supplier-foreign-owner': {
    text: 'This operator is registered under another owner, {{ownerAddress}}. A stake sent there would return to that owner.',
    next: 'Make another operator key. Nothing was sent.',
  },
  'supplier-absent': { text: 'This operator is not staked.', next: 'Stake the supplier first.' },
  'not-in-session': { text: 'Your supplier is not in the session of this block.', next: 'Wait for the next session and try again.' },
  'relay-refused': { text: 'None of the test relays held: {{reason}}', next: 'Look at the relay miner on the Nodes page.' },
  'task-unknown': { text: 'This has ended already.', next: 'Reload the page to see how.' },
  cancelled: { text: 'Cancelled. What was fetched or made so far is kept.', next: 'Start it again when you like.' },
  'store-damaged': {
    text: 'Hearth’s own record is damaged and was left as it is. The chain has the truth about your money.',
    next: 'Restore a backup of the record.',
  },
  'store-newer': { text: 'Hearth’s record was written by a newer version and was left as it is.', next: 'Start that newer version.' },
  'disk-full': { text: 'The disk is full. What was there before is unharmed.', next: 'Make room and try again.' },
} as const satisfies Record<ErrorCode, { text: string; next: string }>

/** Sentences for one cause of a code: `code:problem` or `code:reason`. */
export const errorVariants = {
  'amount-invalid:empty': { text: 'No amount yet.', next: 'Type how many POKT.' },
  'amount-invalid:not-a-number': {
    text: 'This is not a number of POKT.',
    next: 'Type digits only, with a point for decimals: 59505 or 59505.5. A comma means different things to different people.',
  },
  'amount-invalid:negative': { text: 'An amount cannot be negative.', next: 'Type it without the minus.' },
  'amount-invalid:too-many-decimals': { text: 'POKT has 6 decimals at most; this has more.', next: 'Leave out the digits past the sixth.' },
  'amount-invalid:zero': { text: 'This is an amount of nothing.', next: 'Type more than 0.' },
  'address-invalid:own-address': { text: 'This is the address that sends.', next: 'Type the address that is to receive.' },
  'address-invalid:not-an-address': {
    text: 'This is not a Pocket address, or a letter of it is wrong.',
    next: 'Addresses begin with pokt1 and carry a checksum: copy it whole.',
  },
  'endpoint-invalid:not-a-url': { text: 'This is not a URL.', next: 'Type it in full, such as http://127.0.0.1:8545.' },
  'endpoint-invalid:no-host': { text: 'This URL names no host.', next: 'Type it in full, such as http://127.0.0.1:8545.' },
  'endpoint-invalid:scheme': {
    text: 'This URL does not fit the kind of endpoint.',
    next: 'JSON-RPC and REST begin with http:// or https://, WebSocket with ws:// or wss://.',
  },
  'endpoint-invalid:credentials': {
    text: 'This URL carries a name or a password, and everybody can read it on chain.',
    next: 'Leave out what stands before the @.',
  },
  'endpoint-invalid:service-id': { text: 'This is not the name of a service.', next: 'Pick one from the list.' },
  'endpoint-invalid:service-twice': { text: 'The service {{serviceId}} is listed twice.', next: 'Keep one of the two.' },
  'endpoint-invalid:service-unknown': { text: 'The chain does not know the service {{serviceId}}.', next: 'Pick one from the list.' },
  'shares-invalid:sum': {
    text: 'The shares of {{serviceId}} add up to {{sum}} %, not 100 %.',
    next: 'Change them until they add up to 100.',
  },
  'shares-invalid:twice': { text: 'One address is listed twice among the shares of {{serviceId}}.', next: 'Put its two shares together.' },
  'shares-invalid:not-an-address': {
    text: 'A share of {{serviceId}} goes to something that is no Pocket address.',
    next: 'Copy the address whole.',
  },
  'weak-password:too-short': {
    text: 'This password is too short.',
    next: 'Use at least {{minimum}} characters. Four words that have nothing to do with each other are easy to keep.',
  },
  'weak-password:too-simple': {
    text: 'This password is easy to guess: a run of keys, a repeat or a common word.',
    next: 'Add two or three unrelated words.',
  },
  'vault-locked:key-process-ended': {
    text: 'The key process ended, so the keys are locked. Nothing was signed.',
    next: 'Unlock the keys and try again.',
  },
  'not-allowed:no-network': { text: 'Keys are made for a network, and none is chosen.', next: 'Choose a network first.' },
  'not-allowed:mainnet': { text: 'Keys for mainnet are not made in this version.', next: 'Use the Local chain.' },
  'not-allowed:words-not-confirmed': {
    text: 'The words of this key were not confirmed, so it signs nothing.',
    next: 'Make a key and confirm its words.',
  },
  'not-allowed:busy': { text: 'Hearth is busy with many requests. Nothing was changed.', next: 'Try again in a moment.' },
  'relay-refused:application-not-staked': {
    text: 'The application that plays the gateway is not staked on this chain.',
    next: 'Start the Local chain again; Hearth stakes it then.',
  },
  'relay-refused:operator-key-not-on-chain': {
    text: 'The chain does not know the operator’s public key yet, so nobody could check what it signs.',
    next: 'Sign the services with the operator key first.',
  },
  'store-damaged:not-writable': {
    text: 'Hearth may not write its own record.',
    next: 'Give your user the right to write in the data folder.',
  },
  'internal:link-lost': {
    text: 'Hearth stopped answering before it told how this ended.',
    next: 'The page shows the true state as soon as Hearth answers again. Look before you repeat it.',
  },
  'internal:bad-answer': {
    text: 'Hearth answered something that this page does not understand.',
    next: 'Reload the page: it may be older than Hearth.',
  },
} as const
