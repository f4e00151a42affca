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
  'endpoint-no-grpc': {
    text: 'The relay miner cannot ask {{host}}: no gRPC address of it is known.',
    next: 'Remove this endpoint and add it again with its gRPC address, or choose another one.',
  },
  'bundle-absent': {
    text: 'There is no relay miner on this PC for this network yet. Nothing was changed.',
    next: 'Set it up on the Nodes page first.',
  },
  'work-unsent': {
    text: 'The relay miner has served relays in {{sessions}} sessions and not sent their proof yet. Without it they stay unpaid.',
    next: 'Stop the ingress so that nothing new comes in, wait for “nothing to lose” on Home, and remove it then. Or agree to lose them.',
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
  'fee-too-high': {
    text: 'Not prepared: the fee would be {{fee}} POKT, and your highest fee is {{ceiling}} POKT. Hosts ask for {{price}} upokt per gas. Nothing was signed.',
    next: 'Look at the hosts under "Where the chain is asked" on the Nodes page. If the price is right, raise "Highest fee" in Settings.',
  },
  'chain-address-invalid': {
    text: 'This cannot be the address of an endpoint: {{reason}}.',
    next: 'Type both addresses in full, such as https://rpc.example.org, without a password in them. Addresses outside your own network begin with https.',
  },
  'endpoint-unknown': { text: 'There is no such endpoint in the list.', next: 'It may be gone already: look at the list again.' },
} as const
