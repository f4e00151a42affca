import type { AppState } from '#shared/api/state.ts'

/** States in which a volume is gone, or somebody copied a container, by key of the sentence. */

const ATM = 1_795_367_520_000

type Lane = AppState['clock']['lanes'][number]
export const lane = (end: number, stage: Lane['stage'], claimedUpokt: string | null = null, relays: string | null = null): Lane => ({
  number: end / 10,
  start: end - 9,
  end,
  graceEnd: end + 1,
  claimOpen: end + 2,
  claimClose: end + 6,
  proofOpen: end + 6,
  proofClose: end + 10,
  settle: end + 10,
  stage,
  relays,
  claimedUpokt,
  settledUpokt: null,
  claimHeight: null,
  proofHeight: null,
})
const node = (id: string, kind: AppState['nodes'][string]['kind'], title: string): AppState['nodes'] => ({
  [id]: { id, kind, title, wanted: 'running', seen: 'starting' } as AppState['nodes'][string],
})
const miner = (s: AppState, risk: number[] | null, lanes: Lane[]): void => {
  s.nodes = node('miner', 'relay-miner', 'Relay miner')
  s.engine.lost = [{ nodeId: 'miner', atMs: ATM, risk }]
  s.clock = { ...s.clock, lanes, height: 45 }
  s.earnings.claimsSettled = 3
}
const copied = (s: AppState, copyOf: string): void => {
  s.engine = { ...s.engine, kind: 'ready', unlisted: [{ id: 'mine', title: 'mine', isUp: true, copyOf }] }
}

const row = (level: 'info' | 'warn' | 'bad', make: (s: AppState) => void, check = 'volume-lost') => ({
  check,
  level,
  fix: 'nodes' as const,
  make,
})

export const SICK_VOLUMES = {
  'volume-lost-claims': row('bad', (s) =>
    miner(s, [30, 40], [lane(40, 'claimed', '7000000'), lane(30, 'proof-due', '5000000'), lane(20, 'proof-due', '1')]),
  ),
  'volume-lost-relays': row('bad', (s) => miner(s, [30, 40], [lane(50, 'serving'), lane(40, 'open', null, '3'), lane(30, 'settled', '5')])),
  'volume-lost-unknown': row('bad', (s) => miner(s, null, [])),
  'volume-lost': row('info', (s) => miner(s, [], [lane(50, 'serving'), lane(30, 'proven', '5')])),
  'volume-lost-chain': row('warn', (s) => {
    miner(s, [30], [lane(30, 'claimed', '5')])
    s.nodes = { ...s.nodes, ...node('pocket', 'chain-node', 'Pocket node') }
    s.engine.lost = [...(s.engine.lost ?? []), { nodeId: 'pocket', atMs: ATM, risk: [] }]
  }),
  'volume-lost-node': row('warn', (s) => {
    s.nodes = node('eth-geth', 'backend', 'Ethereum: geth')
    s.engine.lost = [
      { nodeId: 'eth-geth', atMs: ATM, risk: [] },
      // Of a node that is not set up any more.
      { nodeId: 'old', atMs: ATM, risk: [] },
    ]
  }),
  'containers-copied': row('warn', (s) => copied(s, 'ingress'), 'containers-unlisted'),
  'containers-copied-miner': row('bad', (s) => copied(s, 'miner'), 'containers-unlisted'),
}
