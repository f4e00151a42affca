import { beforeEach, describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { createMiner } from '#main/adapters/practice/traffic/miner.ts'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import { parseMinerMetrics } from '#main/core/relays/miner-metrics.ts'
import {
  application,
  bench,
  operator,
  page,
  relay,
  SERVICE,
  sessionNow,
  settled,
  startMiner,
  stranger,
  targetNow,
  type Bench,
} from './miner-bench.ts'
import { codec, minerFiles, mustSubmit, silent, testHandle } from './world.ts'

describe('a relay over HTTP', () => {
  let made: Bench
  beforeEach(() => {
    made = bench()
  })

  it('goes to the backend and comes back signed, so that Hearth believes it', async () => {
    expect(await relay(made)).toMatchObject({ ok: true, signatureOk: true, failure: undefined, httpStatus: 200 })
    expect(made.backend.asked).toEqual(['POST / {"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'])
    expect(parseMinerMetrics(await page(made.miner)).services[SERVICE]).toMatchObject({ requests: 1, successes: 1, errors: 0 })
  })

  it('is refused before it is served when the signature is not the application’s', async () => {
    expect(await relay(made, undefined, stranger)).toMatchObject({
      ok: false,
      failure: 'miner-refused',
      detail: 'rings/3 invalid relay request signature',
    })
    expect(made.backend.asked).toEqual([])
    expect(parseMinerMetrics(await page(made.miner)).services[SERVICE]).toMatchObject({ requests: 1, successes: 0, errors: 1 })
  })

  it('is refused for a session of another id, of the past, and of another supplier', async () => {
    const target = targetNow(made)
    const wrong = { ...target, session: { ...target.session, sessionId: '00'.repeat(32) } }
    expect(await relay(made, wrong)).toMatchObject({
      failure: 'miner-refused',
      sessionRefused: true,
      detail: 'relay_authenticator/1 invalid session in relayer request',
    })
    const moved = { ...target, session: { ...target.session, startHeight: target.session.startHeight - 1 } }
    expect(await relay(made, moved)).toMatchObject({ failure: 'miner-refused', sessionRefused: true })
    expect(await relay(made, { ...target, operatorAddress: stranger.address })).toMatchObject({
      failure: 'miner-refused',
      detail: 'relayer_proxy/9 supplier(s) not reachable',
    })
    // In the grace block still good, after it no more.
    made.world.untilHeight(target.session.endHeight + 1)
    expect(await relay(made, target)).toMatchObject({ ok: true })
    made.world.blocks(1)
    expect(await relay(made, target)).toMatchObject({ failure: 'miner-refused', sessionRefused: true })
    expect(made.handle.lines.join('\n')).toContain(
      `session expired, expecting: ${target.session.endHeight}, got: ${target.session.endHeight + 2}`,
    )
  })

  it('is refused for a service that is not in the configuration', async () => {
    const other = startMiner(made.world, minerFiles(operator, ['eth']))
    expect(await relay({ world: made.world, ...other })).toMatchObject({
      failure: 'miner-refused',
      detail: 'relayer_proxy/3 service endpoint not handled by relayer proxy',
    })
  })

  it('of garbage is answered as the real miner answers it', async () => {
    const answer = await made.miner.http?.(8545, { method: 'POST', path: '/', headers: {}, body: Uint8Array.of(255, 1) })
    expect(answer?.status).toBe(200)
    expect(parseMinerMetrics(await page(made.miner)).services['unknown_service_id']).toMatchObject({ requests: 1, errors: 1 })
  })

  it('whose backend is gone or fails is told apart', async () => {
    made.backend.answer = undefined
    expect(await relay(made)).toMatchObject({ failure: 'miner-refused', detail: 'relayer_proxy/5 internal error' })
    expect(made.handle.lines.join('\n')).toContain('Failed sending the relay request to the native service')
    made.backend.answer = { status: 503, text: 'busy' }
    expect(await relay(made)).toMatchObject({ failure: 'backend-status', signatureOk: true, httpStatus: 503 })
    // Neither is paid: no tree was made.
    made.world.untilHeight(30)
    expect(settled(made.world)).toEqual([])
  })

  it('is not heard on another port, nor after the stop', async () => {
    expect(made.miner.http?.(8546, { method: 'POST', path: '/', headers: {}, body: new Uint8Array() })).toBeUndefined()
    await made.miner.stop()
    expect(await relay(made)).toMatchObject({ failure: 'unreachable' })
    expect(made.handle.exitCode).toBe(1)
    expect(made.handle.lines.at(-1)).toBe('http: Server closed')
  })
})

describe('relays of gateways, counted at once', () => {
  it('are claimed and proven in their windows and paid to the upokt', () => {
    const made = bench()
    const { world, miner } = made
    const session = sessionNow(made)
    const before = world.node.ledger.balance(operator.address)
    expect(miner.takeBatch(operator.address, SERVICE, application.address, session, 12_000)).toEqual({
      served: 12_000,
      failed: 0,
      reason: undefined,
    })
    world.untilHeight(session.endHeight + 11)
    // 12,000 relays of 100 compute units at 0.14599 upokt, of which 97.5 % are minted and 79 % of that are the supplier's; and the global mint's part.
    const [event] = settled(world)
    expect(event).toMatchObject({ num_relays: '12000', claimed_upokt: '175188upokt', claim_proof_status_int: 1 })
    // Spent on the claim's transaction, the proof's and the proof's own fee.
    expect(world.node.ledger.balance(operator.address)).toBe(before + 134_938n - 2n - 3n - 1n)
    const log = made.handle.lines.join('\n')
    for (const words of [
      'claim creation window is now open',
      'created a new claim',
      'submitted a new proof',
      'rewards secured',
      'committed at height',
    ])
      expect(log).toContain(words)
    expect(made.handle.list(MINER_PATHS.smtStore).filter((path) => path.endsWith('.wal'))).toEqual([])
  })

  it('beyond what the application can pay are refused, and cost nothing', () => {
    const made = bench()
    const session = sessionNow(made)
    // The whole stake for the one supplier there is: 50,000 POKT at 14.599 upokt a relay.
    const outcome = made.miner.takeBatch(operator.address, SERVICE, application.address, session, 4_000_000_000)
    expect(outcome).toEqual({ served: 3_424_892_115, failed: 575_107_885, reason: 'budget' })
    expect(made.miner.takeBatch(operator.address, SERVICE, application.address, session, 1)).toEqual({
      served: 0,
      failed: 1,
      reason: 'budget',
    })
    made.world.untilHeight(session.endHeight + 11)
    // All but what the global mint takes on top.
    const [event] = settled(made.world)
    expect(event).toMatchObject({ claimed_upokt: '49999999986upokt', settled_upokt: '49999950000upokt' })
  })

  it('are mined as often as the difficulty lets them be', () => {
    const made = bench({ params: { targetNumRelays: 1_000n } })
    const { world, miner } = made
    const first = sessionNow(made)
    miner.takeBatch(operator.address, SERVICE, application.address, first, 4_000)
    world.untilHeight(first.endHeight + 12)
    // The session that begins after the settlement has a target of a quarter.
    world.untilHeight(first.endHeight + 21)
    const session = sessionNow(made)
    const share = Number(BigInt(`0x${world.node.ledger.difficulty(SERVICE, session.startHeight)}`) >> 200n) / 2 ** 56
    expect(share).toBeCloseTo(0.25, 5)
    miner.takeBatch(operator.address, SERVICE, application.address, session, 40_000)
    world.untilHeight(session.endHeight + 11)
    const event = settled(world).at(-1)
    expect(Number(event?.['num_relays'])).toBeGreaterThan(9_990)
    expect(Number(event?.['num_relays'])).toBeLessThan(10_010)
    expect(Math.abs(Number(event?.['num_estimated_relays']) - 40_000)).toBeLessThan(45)
  })

  it('fail when the backend’s container is gone, when it answers errors, and when the service is not served', async () => {
    const made = bench()
    const session = sessionNow(made)
    const none = testHandle({ clock: made.world.clock, files: minerFiles(operator), peers: { pocket: silent } })
    const lonely = createMiner({ node: made.world.node, codec })
    lonely.start(none)
    expect(lonely.takeBatch(operator.address, SERVICE, application.address, session, 10)).toEqual({
      served: 0,
      failed: 10,
      reason: 'backend',
    })
    made.backend.answer = { status: 500, text: 'no' }
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 1)
    await Promise.resolve()
    await Promise.resolve()
    expect(made.miner.takeBatch(operator.address, SERVICE, application.address, session, 10)).toMatchObject({
      served: 0,
      reason: 'backend',
    })
    made.backend.answer = { status: 200, text: '{"result":1}' }
    made.world.clock.advance(31_000)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 1)
    await Promise.resolve()
    await Promise.resolve()
    expect(made.miner.takeBatch(operator.address, SERVICE, application.address, session, 10)).toMatchObject({ served: 10 })
    expect(made.miner.takeBatch(operator.address, 'eth', application.address, session, 10)).toMatchObject({
      served: 0,
      reason: 'not-configured',
    })
  })
})

describe('what a stop and a lost volume cost', () => {
  it('a stop loses the relays of the last ten seconds, and nothing older', async () => {
    const made = bench({ blockMs: 60_000, population: { competitors: 0, applications: 0 } })
    const { world, miner, files } = made
    const session = sessionNow(made)
    miner.takeBatch(operator.address, SERVICE, application.address, session, 100)
    world.clock.advance(14_000)
    miner.takeBatch(operator.address, SERVICE, application.address, session, 30)
    world.clock.advance(300)
    await miner.stop()
    const again = startMiner(world, files)
    expect(again.handle.lines.join('\n')).toContain('Reconstructing the session SMT from the persisted WAL')
    again.miner.takeBatch(operator.address, SERVICE, application.address, session, 5)
    world.untilHeight(session.endHeight + 11)
    expect(settled(world)[0]).toMatchObject({ num_relays: '105' })
  })

  it('a volume that is gone loses the proof of what was claimed, and the supplier is slashed', async () => {
    const made = bench()
    const { world, miner, files } = made
    const session = sessionNow(made)
    miner.takeBatch(operator.address, SERVICE, application.address, session, 5_000)
    world.untilHeight(session.endHeight + 3)
    expect(world.node.ledger.pendingClaims(operator.address)).toHaveLength(1)
    await miner.stop()
    for (const path of files.keys()) if (path.startsWith(MINER_PATHS.smtStore)) files.delete(path)
    startMiner(world, files)
    world.untilHeight(session.endHeight + 11)
    expect(settled(world)).toEqual([])
    expect(settled(world, 'EventClaimExpired')[0]).toMatchObject({ expiration_reason: 'PROOF_MISSING' })
    expect(settled(world, 'EventSupplierSlashed')).toHaveLength(1)
  })

  it('with the volume kept, a stop between claim and proof costs nothing', async () => {
    const made = bench()
    const { world, miner, files } = made
    const session = sessionNow(made)
    miner.takeBatch(operator.address, SERVICE, application.address, session, 5_000)
    world.untilHeight(session.endHeight + 3)
    await miner.stop()
    startMiner(world, files)
    world.untilHeight(session.endHeight + 11)
    expect(settled(world)[0]).toMatchObject({ num_relays: '5000' })
  })

  it('a container that was killed does nothing any more', () => {
    const made = bench()
    const session = sessionNow(made)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 5_000)
    made.handle.end()
    expect(made.miner.serving).toBe(false)
    made.world.untilHeight(session.endHeight + 11)
    expect(settled(made.world)).toEqual([])
  })
})

describe('trouble', () => {
  const emptyPurse = (made: Bench): void => {
    const left = made.world.node.ledger.balance(operator.address)
    const feeUpokt = 1_000n
    mustSubmit(made.world, {
      messages: [{ kind: 'send', fromAddress: operator.address, toAddress: stranger.address, amountUpokt: left - feeUpokt }],
      feePayer: operator.address,
      feeUpokt,
    })
    expect(made.world.node.ledger.balance(operator.address)).toBe(0n)
  }

  it('an operator without money claims nothing and says why', () => {
    const made = bench()
    const session = sessionNow(made)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 5_000)
    emptyPurse(made)
    made.world.untilHeight(session.endHeight + 11)
    expect(settled(made.world)).toEqual([])
    const log = made.handle.lines.join('\n')
    expect(log).toContain('insufficient funds to submit claim & proof')
    expect(log).toContain('No claimable sessions available')
  })

  it('money that runs out between claim and proof is punished', () => {
    const made = bench()
    const session = sessionNow(made)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 5_000)
    made.world.untilHeight(session.endHeight + 3)
    emptyPurse(made)
    made.world.untilHeight(session.endHeight + 11)
    expect(made.handle.lines.join('\n')).toContain('Failed to submit proofs')
    expect(settled(made.world, 'EventSupplierSlashed')).toHaveLength(1)
  })

  it('work that is worth less than its cost is thrown away', () => {
    const made = bench({ params: { computeUnitsToTokensMultiplier: 10n } })
    const session = sessionNow(made)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 10)
    made.world.untilHeight(session.endHeight + 3)
    expect(made.handle.lines.join('\n')).toContain('cost exceeds reward by')
    expect(made.world.node.ledger.pendingClaims(operator.address)).toEqual([])
  })

  it('a deaf miner stays green while its height stands, and its next session is refused', async () => {
    const made = bench()
    made.miner.deafen()
    const height = parseMinerMetrics(await page(made.miner)).height
    made.world.untilHeight(22)
    expect(made.miner.serving).toBe(true)
    expect(parseMinerMetrics(await page(made.miner)).height).toBe(height)
    expect(made.miner.takeBatch(operator.address, SERVICE, application.address, sessionNow(made), 3)).toMatchObject({
      served: 0,
      reason: 'session',
    })
  })

  it('a node that is down for a while makes it late, not lost', () => {
    const made = bench()
    const session = sessionNow(made)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 5_000)
    made.world.node.setRunning(false)
    made.world.untilHeight(session.endHeight + 4)
    expect(made.world.node.ledger.pendingClaims(operator.address)).toEqual([])
    made.world.node.setRunning(true)
    made.world.untilHeight(session.endHeight + 11)
    expect(settled(made.world)[0]).toMatchObject({ num_relays: '5000' })
  })

  it('a full disk is said, and the miner goes on', () => {
    const made = bench()
    const session = sessionNow(made)
    made.miner.takeBatch(operator.address, SERVICE, application.address, session, 100)
    const put = made.files.set.bind(made.files)
    made.files.set = () => {
      throw new HearthError('disk-full', { reason: 'no space left on device' })
    }
    made.world.clock.advance(11_000)
    made.world.blocks(1)
    expect(made.handle.lines.join('\n')).toContain('Check disk space and permissions')
    expect(made.miner.serving).toBe(true)
    made.files.set = put
    made.world.untilHeight(session.endHeight + 11)
    expect(settled(made.world)[0]).toMatchObject({ num_relays: '100' })
  })
})
