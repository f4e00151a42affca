import type { ErrorCode } from '#shared/api/errors.ts'
import { txErrors, wishErrors } from './tx-errors.ts'
import { backendErrors, backendErrorVariants } from './backend-errors.ts'
import { chainErrors } from './chain-errors.ts'
import { ejectErrors, ejectErrorVariants } from './eject-errors.ts'
import { keyErrors, keyErrorVariants } from './key-errors.ts'
import { updateErrors, updateErrorVariants } from './update-errors.ts'

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
  'not-allowed': {
    text: 'This is not allowed here. Nothing was changed.',
    next: 'Look which network is chosen, and how Hearth was started: some things are there on one network, or in the browser, alone. If it was busy, try again in a moment.',
  },
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
    text: 'This key belongs to another network, {{network}}. Nothing was done.',
    next: 'Choose that network, or use a key that was made for this one.',
  },
  ...backendErrors,
  ...keyErrors,
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
  'engine-wrong-architecture': {
    text: 'The container engine runs on a processor for which there are no images.',
    next: 'Use an engine on a 64-bit Intel, AMD or ARM processor.',
  },
  'engine-windows-containers': {
    text: 'The container engine runs Windows containers, and Hearth needs Linux containers.',
    next: 'Switch Docker Desktop to Linux containers, then look again.',
  },
  'engine-failed': { text: 'The container engine refused. Nothing else was changed.', next: 'Look at what it says and try again.' },
  'engine-in-use': {
    text: 'Hearth’s containers run on the engine in use: {{names}}.',
    next: 'Stop them first, then choose the other engine: two relay miners with one key spoil each other’s proofs.',
  },
  'engine-away': {
    text: 'The engine in use does not answer, and Hearth’s containers may still run there: {{names}}.',
    next: 'Start that engine again, stop them, then choose. If it is gone for good, stop them on the Nodes page, which tells Hearth that they ended.',
  },
  'engine-holds-claims': {
    text: 'On {{network}}, {{claims}} claims of {{pokt}} POKT need their proof yet. What proves them lies on the engine in use: with another one it cannot be sent, and that is punished.',
    next: 'Start the relay miner on this engine again and wait until they are paid, about half an hour on Mainnet. Then choose. If {{network}} is not the network that is shown, show it, so that Hearth sees them paid.',
  },
  'engine-place-unknown': {
    text: 'Hearth does not look for a container engine at {{endpoint}}. Nothing was changed: the engine is given your operator key, so the page alone cannot name a new place for it.',
    next: 'Make that place a Docker context on this PC, or start Hearth with --engine and the address.',
  },
  'image-unavailable': {
    text: 'The image {{reference}} could not be fetched. What was fetched before is kept.',
    next: 'Look at the connection and try again.',
  },
  'port-taken': {
    text: 'Port {{port}} on this machine is used by another program.',
    next: 'Take port {{next}}, or stop the other program.',
  },
  'no-network': { text: 'Hearth has no network to work with.', next: 'Choose a network first, or look at the connection.' },
  'network-changed': {
    text: 'Another network was chosen in the meantime, perhaps in another window. Nothing was done.',
    next: 'Look at which network this page shows now, and do it again if you still want it there.',
  },
  'chain-unreachable': {
    text: 'The chain does not answer. What is on it is safe.',
    next: 'Look at “Where the chain is asked” on the Nodes page.',
  },
  'chain-stalled': {
    text: 'The chain has made no block since {{height}}. Nothing can be included until it goes on.',
    next: 'Wait for the next block, or look at “Where the chain is asked” on the Nodes page.',
  },
  ...chainErrors,
  ...ejectErrors,
  'node-unknown': { text: 'There is no such node.', next: 'Go back to the list of nodes.' },
  'node-not-ready': { text: 'The node this needs does not run yet.', next: 'Start it on the Nodes page, or wait until it is up.' },
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
  'address-invalid': {
    text: 'This is not a Pocket address.',
    next: 'Addresses of this network begin with {{prefix}}1 and carry a checksum: copy it whole.',
  },
  'shares-invalid': { text: 'The shares of pay do not hold.', next: 'Give whole percents to different addresses, 100 in all.' },
  'tx-refused': {
    text: 'The chain refused the transaction: {{log}}',
    next: 'Nothing moved but, at most, the fee. Change it and try again.',
  },
  'tx-expired': { text: 'The transaction is too old; no block can take it any more. Nothing was paid.', next: 'Prepare it anew.' },
  'tx-unsure': {
    text: 'The transaction is too old to enter a block now, and it is not certain that none has it: the wallet has signed something since, or no two hosts say that it was not taken.',
    next: 'Compare the balance, and look the hash up in an explorer, before you pay again.',
  },
  'tx-pending': {
    text: 'An earlier transaction of this wallet is under way. Nothing was sent twice.',
    next: 'Wait until it is in a block.',
  },
  'tx-changed': { text: 'The bytes to sign are not what Hearth prepared, so nothing was signed.', next: 'Discard it and prepare it anew.' },
  'not-now': { text: 'This does not fit what the chain says now. Nothing was signed.', next: 'Look at the page again and try anew.' },
  'not-permitted': {
    text: 'This key may not do that. Nothing was signed.',
    next: 'Choose the owner or operator key that the chain has recorded.',
  },
  'signature-invalid': {
    text: 'This is no signature for this transaction. Nothing was sent.',
    next: 'Sign the exported file again and paste what comes out.',
  },
  'public-key-needed': {
    text: 'The chain has not seen the public key of {{address}} yet, and a transaction has to name it.',
    next: 'Paste the public key that your wallet shows for this address.',
  },
  'supplier-foreign-owner': {
    text: 'This operator is registered under another owner, {{ownerAddress}}. A stake sent there would return to that owner.',
    next: 'Make another operator key. Nothing was sent.',
  },
  'supplier-absent': { text: 'This operator is not staked.', next: 'Stake the supplier first.' },
  'claims-open': {
    text: '{{claims}} claims of {{pokt}} POKT are not paid yet. The relay miner keeps what proves them on the volume that would go.',
    next: 'Wait until they are paid, or say that you let them go.',
  },
  'not-in-session': { text: 'Your supplier is not in the session of this block.', next: 'Wait for the next session and try again.' },
  'relay-refused': { text: 'None of the test relays held: {{reason}}', next: 'Look at the relay miner on the Nodes page.' },
  'self-test-failed': { text: 'The self-test did not pass.', next: 'Look at the stage that failed and do what it says.' },
  'task-unknown': { text: 'This has ended already.', next: 'Reload the page to see how.' },
  cancelled: { text: 'Cancelled. What was fetched or made so far is kept.', next: 'Start it again when you like.' },
  'store-damaged': {
    text: 'Hearth’s own record is damaged and was left as it is. The chain has the truth about your money.',
    next: 'Restore a backup of the record.',
  },
  'store-newer': { text: 'Hearth’s record was written by a newer version and was left as it is.', next: 'Start that newer version.' },
  'setting-invalid': { text: 'This setting does not take that. Nothing was changed.', next: 'Look at what it takes and try again.' },
  'settings-file-invalid': {
    text: 'This is no file of settings that Hearth wrote. Nothing was changed.',
    next: 'Choose a file that Export settings made.',
  },
  ...updateErrors,
  'alert-undelivered': {
    text: 'The message did not get through: {{host}} says {{reason}}.',
    next: 'Compare the address with what the service shows, and try again.',
  },
  'store-busy': {
    text: 'Another program holds Hearth’s record, so nothing was written.',
    next: 'Close the other program that has the record open, then try again.',
  },
  'folder-invalid': { text: 'Hearth cannot use this folder.', next: 'Type the full path of a folder that your user may write in.' },
  'disk-full': { text: 'The disk is full. What was there before is unharmed.', next: 'Make room and try again.' },
} as const satisfies Record<ErrorCode, { text: string; next: string }>

/** Sentences for one cause of a code: `code:problem` or `code:reason`. */
export const errorVariants = {
  ...txErrors,
  ...wishErrors,
  ...keyErrorVariants,
  ...backendErrorVariants,
  ...ejectErrorVariants,
  'not-now:record-changed': {
    text: 'The chain holds other services of this supplier by now than this form began with. Nothing was signed, so nothing is lost.',
    next: 'Open the form again: it then shows what the chain holds now.',
  },
  'not-now:no-moment': {
    text: 'There is no such moment to wait for as things stand. Nothing was changed.',
    next: 'Do it now, or look at the session clock again later.',
  },
  'signature-invalid:unreadable': {
    text: 'Hearth cannot read this as a signed transaction.',
    next: 'Paste the whole file that your wallet made, or the signature alone in base64 or hex.',
  },
  'signature-invalid:unsigned': { text: 'This transaction is not signed yet.', next: 'Sign it first, then paste what comes out.' },
  'signature-invalid:changed': {
    text: 'What was signed is not this transaction: its content is another one. Nothing was sent.',
    next: 'Export it again and sign it as it is, without new fees, notes or times.',
  },
  'signature-invalid:other-key': {
    text: 'It was signed with another key. Nothing was sent.',
    next: 'Choose the wallet of the address that stands under “Signed by”.',
  },
  'signature-invalid:other-chain': {
    text: 'It was signed for another chain, account number or sequence. Nothing was sent.',
    next: 'Sign with exactly the chain id, account number and sequence that stand beside the file.',
  },
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
    next: 'Addresses of this network begin with {{prefix}}1 and carry a checksum: copy it whole.',
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
  'setting-invalid:unknown': {
    text: 'There is no setting {{key}} here. Nothing was changed.',
    next: 'Reload the page: it may be older than Hearth.',
  },
  'setting-invalid:number': { text: 'This setting takes a whole number.', next: 'Type one from {{least}} to {{most}}.' },
  'setting-invalid:text': {
    text: 'This address cannot be used here.',
    next: 'Type it in full as the help beside says, without blanks, name or password in it. Empty means not used.',
  },
  'settings-file-invalid:too-large': {
    text: 'This file is far larger than settings are. Nothing was changed.',
    next: 'Choose a file that Export settings made.',
  },
  'settings-file-invalid:unreadable': {
    text: 'This file could not be read. Nothing was changed.',
    next: 'See that it is still where it was, then choose it again.',
  },
  'settings-file-invalid:not-json': {
    text: 'This file is damaged or is something else. Nothing was changed.',
    next: 'Choose a file that Export settings made, or export it again.',
  },
  'settings-file-invalid:not-an-address-book': {
    text: 'This is no address book that Hearth wrote. Nothing was changed.',
    next: 'Choose a file that Save as a file of an address book made.',
  },
  'settings-file-invalid:other-network': {
    text: 'This address book is of another network, {{network}}. Nothing was changed.',
    next: 'Choose that network first, or bring in the file of this one.',
  },
  'settings-file-invalid:newer': {
    text: 'A newer Hearth wrote this file. Nothing was changed.',
    next: 'Update Hearth here first.',
  },
  'settings-file-invalid:changed': {
    text: 'Settings changed since you looked at this file. Nothing was changed.',
    next: 'Look at its changes again, then apply them.',
  },
  'alert-undelivered:no-address': { text: 'There is no address to send to.', next: 'Fill in the address, apply it, and try again.' },
  'weak-password:too-short': {
    text: 'This password is too short.',
    next: 'Use at least {{minimum}} characters. Four words that have nothing to do with each other are easy to keep.',
  },
  'weak-password:too-simple': {
    text: 'This password is easy to guess: a run of keys, a repeat or a common word.',
    next: 'Add two or three unrelated words.',
  },
  'unlock-unavailable:keychain-plain': {
    text: 'This desktop has no keychain that protects anything: what is put there is readable by every program.',
    next: 'Install GNOME Keyring or KWallet and log in again, or choose the key file or the password.',
  },
  'vault-locked:key-process-ended': {
    text: 'The key process ended, so the keys are locked. Nothing was signed.',
    next: 'Unlock the keys and try again.',
  },
  'not-allowed:no-network': { text: 'Keys are made for a network, and none is chosen.', next: 'Choose a network first.' },
  'not-allowed:words-not-confirmed': {
    text: 'The words of this key were not confirmed, so it signs nothing.',
    next: 'Make a key and confirm its words.',
  },
  'not-allowed:only-in-browser': {
    text: 'In its own window Hearth has no sign-in: whoever uses this account of the computer uses Hearth.',
    next: 'Close the computer’s session when you leave it.',
  },
  'wrong-password:sign-in': { text: 'That is not the sign-in password.', next: 'Try again; capitals count.' },
  'not-allowed:busy': { text: 'Hearth is busy with many requests. Nothing was changed.', next: 'Try again in a moment.' },
  'relay-refused:application-not-staked': {
    text: 'The application that plays the gateway is not staked on this chain.',
    next: 'Start the {{chain}} again; Hearth stakes it then.',
  },
  'relay-refused:operator-key-not-on-chain': {
    text: 'The chain does not know the operator’s public key yet, so nobody could check what it signs.',
    next: 'Sign the services with the operator key first.',
  },
  'store-damaged:not-writable': {
    text: 'Hearth may not write its own record.',
    next: 'Give your user the right to write in the data folder.',
  },
  'store-damaged:not-a-file': {
    text: 'In the place of Hearth’s record is a folder or something else that is no file. It was left as it is.',
    next: 'Move it away, then restore a backup or start Hearth again.',
  },
  'store-damaged:not-a-database': {
    text: 'Hearth’s record is not a database any more, and there is no backup to put in its place. It was left as it is.',
    next: 'Put a backup of the record in its place, or move the file away to begin a new record.',
  },
  'store-damaged:other-program': {
    text: 'In the place of Hearth’s record is the file of another program. It was left as it is.',
    next: 'Move that file away, then start Hearth again.',
  },
  'store-damaged:missing': {
    text: 'Hearth’s record is gone, and what is left beside it cannot be used. Hearth does not begin an empty one in its place.',
    next: 'Put a backup of the record in its place.',
  },
  'store-damaged:schema-differs': {
    text: 'Something other than Hearth changed the build of its record. It was left as it is.',
    next: 'Restore a backup of the record.',
  },
  'store-damaged:unreadable': {
    text: 'The disk fails while Hearth reads or writes its record.',
    next: 'Look at the disk before anything else. A backup of the record on another disk can be restored.',
  },
  'store-damaged:not-a-backup': {
    text: 'This file is not a backup of Hearth’s record. Nothing was changed.',
    next: 'Choose another one from the list.',
  },
  'store-damaged:copy-damaged': {
    text: 'This backup is damaged, so it was not used. Nothing was changed.',
    next: 'Choose another one from the list, and make a new backup.',
  },
  'folder-invalid:not-absolute': {
    text: 'This is not the full path of a folder.',
    next: 'Type it from the start, such as /media/stick or D:\\Backups.',
  },
  'folder-invalid:missing': { text: 'There is no such folder.', next: 'Make it first, or look whether the disk is plugged in.' },
  'folder-invalid:not-a-folder': { text: 'This is a file, not a folder.', next: 'Type the path of a folder.' },
  'folder-invalid:not-writable': {
    text: 'Hearth may not write in this folder.',
    next: 'Give your user the right to write there, or choose another.',
  },
  'folder-invalid:inside-data': {
    text: 'This folder is Hearth’s own. A backup there is lost together with the record.',
    next: 'Choose a folder somewhere else, best on another disk.',
  },
  ...updateErrorVariants,
  'internal:link-lost': {
    text: 'Hearth stopped answering before it told how this ended.',
    next: 'The page shows the true state as soon as Hearth answers again. Look before you repeat it.',
  },
  'internal:bad-answer': {
    text: 'Hearth answered something that this page does not understand.',
    next: 'Reload the page: it may be older than Hearth.',
  },
} as const
