/** Errors about the vault's care: fence, backups, and what opens the vault after a restart. Spread into errors.ts. */
export const keyErrors = {
  'key-watch-only': {
    text: 'Hearth knows only the address of this key, so it cannot sign or show anything.',
    next: 'Bring the key itself, or sign with the wallet that has it.',
  },
  'key-exists': {
    text: 'This address is in the vault already, as “{{name}}”. Nothing was changed.',
    next: 'Look for it in the list of keys.',
  },
  'key-fenced': {
    text: 'This operator key is not given to the relay miner yet: another machine may serve with it.',
    next: 'Open Keys, and say that the other machine is off.',
  },
  'fence-claims-pending': {
    text: 'The chain still has {{claims}} claims of this operator that are not settled. Another machine may be about to prove them.',
    next: 'Wait until they are settled, or switch the other machine off and say so.',
  },
  'backup-damaged': { text: 'This file is damaged, or is no backup of Hearth’s keys. Nothing was changed.', next: 'Take another backup.' },
  'backup-missing': {
    text: 'There is no file at {{path}} that Hearth can read.',
    next: 'Type the full path of a file that ends in .hearth-backup.',
  },
  'not-written': {
    text: 'The vault file could not be written. Nothing was changed.',
    next: 'Look at the rights of the data folder, then try again.',
  },
  'unlock-not-set': { text: 'The vault opens only with its password.', next: 'Type the password.' },
  'unlock-secret-missing': {
    text: 'What opens the vault after a restart is not there any more.',
    next: 'Unlock with the password, then choose again in Keys what happens after a restart.',
  },
  'unlock-secret-wrong': {
    text: 'What opens the vault after a restart belongs to another vault.',
    next: 'Unlock with the password, then choose again in Keys what happens after a restart.',
  },
  'unlock-file-refused': {
    text: 'The key file {{path}} was not used.',
    next: 'Unlock with the password, then choose again in Keys what happens after a restart.',
  },
  'unlock-unavailable': { text: 'This way to unlock is not there on this machine.', next: 'Choose another one.' },
} as const

/** Sentences for one cause of these codes. */
export const keyErrorVariants = {
  'unlock-file-refused:mode': {
    text: 'The key file {{path}} was not used: its mode is {{mode}}, so others on this machine could read or change it.',
    next: 'Give it the mode 0600. If others use this machine, choose again in Keys, which writes a new one.',
  },
  'unlock-file-refused:owner': {
    text: 'The key file {{path}} was not used: it belongs to another user of this machine.',
    next: 'Make it belong to the user that Hearth runs as, or choose again in Keys, which writes a new one.',
  },
  'unlock-file-refused:link': {
    text: 'The key file {{path}} was not used: it is a link to somewhere else.',
    next: 'Put the file itself there, or choose again in Keys, which writes a new one.',
  },
  'unlock-file-refused:damaged': {
    text: 'The key file {{path}} was not used: it is damaged, or is no key file of Hearth.',
    next: 'Unlock with the password, then choose again in Keys, which writes a new one.',
  },
  'unlock-unavailable:no-keychain': {
    text: 'Hearth has no keychain of the system to use here.',
    next: 'Choose the key file or the password.',
  },
  'backup-damaged:unreadable': {
    text: 'This file could not be read. Nothing was changed.',
    next: 'See that it is still where it was, then choose it again.',
  },
  'backup-damaged:newer': { text: 'A newer Hearth wrote this backup.', next: 'Update Hearth here first.' },
  'not-allowed:morse-key': {
    text: 'A Morse key claims what lay on the old network and signs nothing else.',
    next: 'Sign with another key.',
  },
} as const
