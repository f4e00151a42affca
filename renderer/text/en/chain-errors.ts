/** Errors about which chain this is, and where it is asked. */
export const chainErrors = {
  'chain-unknown-fingerprint': {
    text: 'This is not the chain that Hearth knows under this name, or it is not known yet. Nothing is signed for it.',
    next: 'If you made a Local chain anew, remove it in Hearth and start it again. On a public network look at the endpoints on the Nodes page.',
  },
  'chain-not-confirmed': {
    text: 'You were not asked yet whether this is the right chain. Hearth reads it and signs nothing for it.',
    next: 'Look at “Is this the right chain?” on the Nodes page, and say yes there.',
  },
  'endpoint-other-chain': {
    text: '{{host}} answers for another chain than the one that you confirmed. Nothing was signed.',
    next: 'Remove this endpoint on the Nodes page, then sign again.',
  },
  'no-containers-here': {
    text: 'Hearth starts no containers for {{network}} in this version.',
    next: 'Watch and sign here. Run the relay miner on a machine of its own, and stake with its address.',
  },
  'not-on-this-network': {
    text: 'This is for the chains that Hearth makes on this PC. It is not there on {{network}}.',
    next: 'Change to the Local chain or to Practice to use it.',
  },
  'chain-disagrees': {
    text: 'Two endpoints say different things about the same block: {{said}}. Hearth takes neither for true.',
    next: 'Wait for the next block. If it stays so, remove the endpoint that you trust less, or add a third one that decides.',
  },
  'proof-invalid': {
    text: 'What {{endpoint}} answered is not what the chain signed: {{reason}}. Hearth does not use it.',
    next: 'Remove this endpoint, or use one that you know.',
  },
  'chain-address-invalid': {
    text: 'This cannot be the address of an endpoint: {{reason}}.',
    next: 'Type both addresses in full, such as https://rpc.example.org, without a password in them. Addresses outside your own network begin with https.',
  },
  'endpoint-unknown': { text: 'There is no such endpoint in the list.', next: 'It may be gone already: look at the list again.' },
} as const
