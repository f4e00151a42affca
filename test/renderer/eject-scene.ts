import type { RequestOutput } from '#shared/api/requests.ts'

/** What would be written for a relay miner of Mainnet with an endpoint behind the gate. */
export function ejectPreview(change: Partial<RequestOutput<'eject.preview'>> = {}): RequestOutput<'eject.preview'> {
  const file = (name: string, text: string, secret = false) => ({ name, bytes: 2_048, secret, text })
  return {
    parent: '/data/eject',
    taken: [],
    files: [
      file(
        'compose.yaml',
        'name: "hearth-4f0c2d11-mainnet-ejected"\nservices:\n  keeper:\n    image: "ghcr.io/pokt-network/pocketd@sha256:1d0a"\n',
      ),
      file('relayminer.yaml', 'default_signing_key_names:\n  - "operator"\n'),
      file('ingress.json', '{}\n'),
      file('gate.json', '', true),
      file('README.md', '# Your supplier without Hearth\n'),
    ],
    containers: [
      { nodeId: 'keeper', title: 'Key keeper', image: 'a' },
      { nodeId: 'miner', title: 'Relay miner', image: 'a' },
      { nodeId: 'ingress', title: 'Ingress', image: 'b' },
      { nodeId: 'gate', title: 'Backend gate', image: 'b' },
    ],
    secrets: [
      { serviceId: 'eth', host: 'eth.example.org', what: 'path' },
      { serviceId: 'eth', host: 'eth.example.org', what: 'token' },
    ],
    withMiner: true,
    written: null,
    handOver: null,
    ...change,
  }
}
