/** Errors about what stands behind a service. */
export const backendErrors = {
  'relay-refused:application-of-another-service': {
    text: 'Hearth’s test application is staked for another service.',
    next: 'Send test relays to the service of the local chain; others are tested by gateways.',
  },
  'catalog-invalid': {
    text: 'The catalogue of services cannot be trusted: {{reason}} ({{file}}). Nothing of it is used, and what runs goes on.',
    next: 'Install Hearth again from its official place.',
  },
  'backend-unknown': {
    text: 'There is no such endpoint any more. Nothing was changed.',
    next: 'Look at the list: it may have been removed elsewhere.',
  },
  'backend-address-refused': {
    text: 'This address cannot be used: {{reason}}.',
    next: 'Give the address of your node or provider, such as http://192.168.1.20:8545 or https://rpc.example.org.',
  },
  'backend-unreachable': {
    text: '{{host}} gave no useful answer: {{reason}}. Nothing was changed.',
    next: 'Look whether the node runs and whether address, port and credentials are right, then test again.',
  },
  'backend-wrong-chain': {
    text: '{{host}} is not {{service}}: it says chain {{found}}, and {{expected}} is needed. Nothing was changed.',
    next: 'Give an endpoint of the right chain. Gateways punish answers of another chain hardest.',
  },
  'backend-credential-refused': {
    text: 'These credentials cannot be used: {{reason}}. Nothing was changed.',
    next: 'Copy them again from your provider, without spaces or line breaks.',
  },
  'backend-too-big': {
    text: '{{title}} does not fit this PC. Nothing was started.',
    next: 'Make room, take a smaller node, or attach an endpoint that runs elsewhere.',
  },
  'backend-busy': {
    text: 'Another node is being started or removed. Nothing was changed.',
    next: 'Wait until it is done, or cancel it.',
  },
  'snapshot-damaged': {
    text: 'The snapshot is not what it should be: {{reason}}. Nothing of it is used.',
    next: 'Fetch it again. If it stays so, take another source.',
  },
  'snapshot-refused': {
    text: 'The snapshot is not unpacked: {{reason}}. Nothing of it is used.',
    next: 'Take another source. An honest snapshot holds files and folders alone.',
  },
  'snapshot-unavailable': {
    text: 'The snapshot cannot be fetched from {{host}}: {{reason}}. What was fetched is kept.',
    next: 'Try again: it goes on where it stopped.',
  },
} as const

/** The same by their causes. */
export const backendErrorVariants = {
  'disk-full:unknown': {
    text: 'Neither the container engine nor this PC says how much room is left on the disk, so the snapshot was not unpacked.',
    next: 'Look whether the disk is in order, then start the node again. Without a snapshot it starts too, and fetches its data itself.',
  },
  'not-allowed:no-own-node': {
    text: 'This service is answered by a Pocket node on this PC, and Hearth runs none for this network. Nothing was changed.',
    next: 'Attach a node of your own for it.',
  },
  'backend-too-big:disk': {
    text: '{{title}} does not fit this PC: {{has}} GB of disk are free where containers are kept, and {{needs}} GB are needed with room to grow. Nothing was started.',
    next: 'Make room, take a smaller node, or attach an endpoint that runs elsewhere.',
  },
  'backend-too-big:memory': {
    text: '{{title}} does not fit this PC: containers may use {{has}} GB of memory, and {{needs}} GB are needed with the other nodes here. Nothing was started.',
    next: 'Stop another node, give the container engine more memory, or attach an endpoint that runs elsewhere.',
  },
  'backend-too-big:architecture': {
    text: '{{title}} is not made for the processor of this PC. Nothing was started.',
    next: 'Run it on another machine and attach it, or take another node.',
  },
} as const
