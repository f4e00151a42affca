/** Errors about leaving Hearth and coming back. */
export const ejectErrors = {
  'eject-not-written': { text: 'There are no files yet that could go on.', next: 'Write the files first.' },
  'eject-stale': {
    text: 'What runs is another than when the files at {{path}} were written.',
    next: 'Write them again under another name, then hand over.',
  },
  'eject-still-runs': {
    text: 'It still runs outside of Hearth: {{containers}}. Two relay miners with one key cost stake.',
    next: 'Stop it as chapter 7 of the README.md at {{path}} says. What you handed over can be taken back after that.',
  },
  'handed-over': {
    text: 'These containers were handed over and may run from {{path}} now. Two relay miners with one key cost stake.',
    next: 'Take them back first: Settings, Go on without Hearth.',
  },
  'not-handed-over': { text: 'Nothing was handed over.', next: 'Look at the page again.' },
  'eject-folder': { text: 'The folder could not be written. Nothing was left behind.', next: 'Type another name and try again.' },
} as const

/** The same, said more closely where the error tells its problem. */
export const ejectErrorVariants = {
  'not-now:leaving': {
    text: 'Your supplier is being unstaked safely, which looks after the relay miner itself. Nothing was handed over.',
    next: 'Wait until it is done, or take the leaving back.',
  },
  'eject-folder:exists': {
    text: 'There is something by the name {{name}} already. Hearth never writes over it.',
    next: 'Type another name.',
  },
  'eject-folder:name': {
    text: 'This cannot be the name of a folder.',
    next: 'Use letters, digits, dots, dashes and blanks, and begin with a letter or digit.',
  },
  'eject-folder:practice': {
    text: 'Practice runs inside Hearth, so nothing of it can go on without Hearth.',
    next: 'Choose another network to try this.',
  },
  'eject-folder:nothing-here': {
    text: 'There is nothing here to write for {{chain}} yet.',
    next: 'Set up the relay miner on the Nodes page first.',
  },
  'eject-folder:nothing': {
    text: 'There is nothing here to write yet.',
    next: 'Start the {{chain}} first.',
  },
} as const
