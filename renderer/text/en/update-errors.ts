/** Errors about updates of containers and upgrades of the chain. Spread into errors.ts. */
export const updateErrors = {
  'update-unknown': {
    text: 'This update is not there any more.',
    next: 'The list shows what can be had now.',
  },
  'update-blocked': {
    text: 'This update cannot be taken now.',
    next: 'The list says what it waits for.',
  },
  'update-no-way-back': {
    text: 'This update cannot be taken back.',
    next: 'The list says why. Nothing was changed.',
  },
} as const

export const updateErrorVariants = {
  'not-now:upgrade': {
    text: 'The chain is being upgraded, and its node is changed at this moment.',
    next: 'Sign when blocks are made again. Nothing was sent.',
  },
  'update-blocked:newer-plan': {
    text: 'This software is for an upgrade of the chain that has not come yet.',
    next: 'Hearth takes it at the upgrade’s block.',
  },
  'update-blocked:busy': {
    text: 'Another update of these containers is under way.',
    next: 'Wait until it is over.',
  },
  'update-no-way-back:migrated': {
    text: 'The chain’s data was changed by an upgrade, and older software cannot read it.',
    next: 'Stay with what runs.',
  },
} as const
