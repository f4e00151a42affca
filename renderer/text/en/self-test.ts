/** The self-test: stages, what each proves, and what was found. */
export const selfTest = {
  title: 'Self-test',
  text: 'Goes the way of a relay from the outside in and stops where it does not get through.',
  page: {
    never: 'Is your relay miner found?',
    found: { public: 'Your public address answers', loopback: 'Your relay miner answers on this PC' },
    lost: { public: 'Your public address was not reached', loopback: 'Your relay miner does not answer on this PC' },
    at: 'Tested {{when}}, for {{service}}.',
    text: 'Looked at from this PC, after each start of the relay miner and every so often.',
    textReal:
      'Looked at from this PC, after each start of the relay miner and every so often. A signed relay can come from a gateway alone; all before it is tested.',
  },
  service: 'Service',
  here: 'Test on this PC',
  public: 'Test the public address',
  cancel: 'Stop the test',
  testing: 'Testing {{url}}',
  never: 'Not tested yet. Hearth tests after each start of the relay miner, and again every so often.',
  notServing: 'There is nothing to test until a service is active.',
  ownAddress: 'Your staked address is of this PC alone, so there is no way from outside to test. Nobody else can send you relays.',
  lookedFrom: 'Tested from this PC. Some routers do not let a PC reach itself by its public address; then a test from outside says more.',
  outcome: {
    good: 'Passed {{when}}',
    bad: 'Stopped {{when}}',
  },
  paths: { loopback: 'This PC', public: 'Public address' },
  stages: {
    name: 'Name resolves',
    port: 'Port opens',
    certificate: 'Certificate valid',
    miner: 'Relay miner answers',
    refusal: 'Unsigned relay refused',
    relay: 'Signed relay answered',
  },
  /** What a passed stage proves, and what it does not. */
  proves: {
    name: 'The name leads to an address. Not yet that it is yours.',
    port: 'Something takes connections there. Not yet that it is Hearth.',
    certificate: 'Gateways can trust the address.',
    miner: 'A relay miner stands there, not another program. Whether it is yours, only a signed answer proves.',
    refusal: 'What nobody signed is not worked for. Whether a false signature is noticed before or after serving is said above.',
    relay: 'The whole way works, and the answer is signed by your operator key. A claim is proven by the chain alone.',
  },
  findings: {
    resolved: 'to {{address}}',
    'not-resolved': 'The name leads nowhere: {{reason}}. Look at the record of your domain or dynamic DNS.',
    'private-address':
      'From this PC the name leads to {{address}}, an address of a home network that nobody outside reaches. It was not asked. If your router answers so on purpose, look from outside: open the address on a phone without Wi-Fi.',
    'machine-address':
      'The name leads to {{address}}, a service of a machine and no relay miner. It was not asked. Look at the record of your domain: somebody may have changed it.',
    opens: 'takes the connection',
    closed: 'Nobody takes the connection: {{reason}}. Look at the port forwarding of your router and at the firewall.',
    'no-answer': 'No answer: {{reason}}.',
    'certificate-good': '{{days}} days left, from {{issuer}}',
    'certificate-ends': 'Ends in {{days}} days. Renew it before gateways turn away.',
    'certificate-bad': 'Not valid: {{reason}}. Gateways refuse it; renew it or look at the name it was made for.',
    'miner-answers': 'in its own words',
    drained: 'The ingress refuses relays now: the relay miner is being stopped or restarted.',
    'nobody-behind': 'The door answers with HTTP {{status}}: nothing serves behind it. Look at the relay miner on the Nodes page.',
    'not-a-miner': 'Another program answers there with HTTP {{status}}: {{said}}',
    refused: 'for the reason {{code}}',
    'served-unsigned': 'A relay that nobody signed was served. It would never be paid: the miner validates after it serves.',
    'not-served':
      'The relay miner does not serve this service ({{code}}): it is staked, and gateways get no answer. Look on the Supplier page at what differs.',
    'relay-good': 'and the signature holds',
    'relay-bad': '{{reason}}',
    'no-application':
      'Not here: Hearth has no application of its own for this service. The refusal above is all that can be proven without a gateway; whether the service is answered is not.',
  },
  /** By mode and why. */
  validation: {
    eager: {
      chosen: 'The relay miner judges each relay before it serves it, as you chose.',
      near: 'The relay miner judges each relay before it serves it: the node that it asks answers in {{nodeMs}} ms, so that costs nothing.',
      far: 'The relay miner judges each relay before it serves it.',
      unknown: 'The relay miner judges each relay before it serves it. How fast the node that it asks answers could not be measured.',
    },
    lazy: {
      chosen: 'The relay miner serves first and judges behind, as you chose. An answer then proves neither session nor claim.',
      near: 'The relay miner serves first and judges behind.',
      far: 'The relay miner serves first and judges behind: the node that it asks takes {{nodeMs}} ms to answer, and each session would begin with slow relays. An answer then proves neither session nor claim.',
      unknown: 'The relay miner serves first and judges behind.',
    },
  },
  timeline: 'Timeline',
  timelineAside: 'last {{count}}, newest right',
  latency: 'Answer time',
  last: 'Answer',
  times: '{{good}} of {{all}} passed',
  triggers: { user: 'by hand', start: 'after a start', schedule: 'on schedule' },
} as const
