import { utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import { parseMinerMetrics } from '#main/core/relays/miner-metrics.ts'
import {
  application,
  operator as first,
  page,
  relay,
  SERVICE,
  sessionNow,
  settled,
  stakedWorld,
  startMiner,
  stranger,
  targetNow,
  type Bench,
} from './miner-bench.ts'
import { keyFile, keyNameOf, minerFiles, mustSubmit, person, type Files, type Person, type TestWorld } from './world.ts'

/** One relay miner that answers for two suppliers, as the stock miner does with two keys. */

const second = person('second operator')
const BOTH = [first, second]
/** Longer than the miner waits before it writes what it has mined. */
const BLOCK_MS = 20_000

function twoServed(options: Parameters<typeof stakedWorld>[1] = {}): Bench {
  const world = stakedWorld(BOTH, { blockMs: BLOCK_MS, ...options })
  return { world, ...startMiner(world, minerFiles(BOTH)) }
}

const workOf = (files: Files, who: Person): string[] =>
  [...files.keys()].filter((path) => path.startsWith(`${MINER_PATHS.smtStore}/mined_relays/${who.address}/`))
const logOf = ({ handle }: Pick<Bench, 'handle'>): string => handle.lines.join('\n')
const serve = ({ miner, world }: Pick<Bench, 'miner' | 'world'>, who: Person, relays: number) =>
  miner.takeBatch(who.address, SERVICE, application.address, sessionNow({ world }), relays)
/** Senders of the transactions of a kind, by block. */
const senders = (world: TestWorld, type: string): string[][] =>
  Array.from({ length: world.node.ledger.height }, (_, index) => world.node.ledger.block(index + 1)?.txs ?? []).flatMap((txs) => {
    const found = txs.flatMap(({ events }) => {
      const of = events.filter((event) => event.type === `pocket.proof.${type}`)
      return of.length === 0 ? [] : [[...new Set(of.map((event) => String(event.attributes['supplier_operator_address'])))].join()]
    })
    return found.length === 0 ? [] : [found]
  })

describe('a relay names its supplier', () => {
  it('and is answered in its name, with its key', async () => {
    const made = twoServed()
    for (const each of BOTH) expect(await relay(made, targetNow(made, each))).toMatchObject({ ok: true, signatureOk: true })
    // The answer of the one is no answer of the other.
    const crossed = { ...targetNow(made, first), operatorPubKey: targetNow(made, second).operatorPubKey }
    expect(await relay(made, crossed)).toMatchObject({ signatureOk: false })
    expect(made.miner.operatorAddresses).toEqual(BOTH.map((each) => each.address))
    const metrics = await page(made.miner)
    expect(metrics).toContain(`relayminer_requests_total{service_id="anvil",supplier_operator_address="${first.address}"} 2\n`)
    expect(metrics).toContain(`relayminer_requests_total{service_id="anvil",supplier_operator_address="${second.address}"} 1\n`)
    expect(parseMinerMetrics(metrics).services[SERVICE]).toMatchObject({ requests: 3, successes: 3 })
  })

  it('and is refused when its key is not here, or it is not in the session', async () => {
    const made = twoServed()
    expect(await relay(made, targetNow(made, stranger))).toMatchObject({
      failure: 'miner-refused',
      detail: 'relayer_proxy/9 supplier(s) not reachable',
    })
    expect(logOf(made)).toContain(`("${stranger.address}") is not available for relaying!`)
    expect(logOf(made)).toContain(`Available suppliers: [${first.address}, ${second.address}]`)
    // Counted under the one that was asked for, as the real one does.
    expect(await page(made.miner)).toContain(`supplier_operator_address="${stranger.address}"} 1\n`)
    expect(serve(made, stranger, 7)).toEqual({ served: 0, failed: 7, reason: 'no-key' })

    const more = startMiner(made.world, minerFiles([...BOTH, stranger]))
    expect(await relay({ ...more, world: made.world }, targetNow(made, stranger))).toMatchObject({
      detail: 'relay_authenticator/2 supplier does not belong to session',
    })
    expect(logOf(more)).toContain(`failed to get Supplier with address "${stranger.address}" onchain information`)
    expect(logOf(more)).toContain('Number of Suppliers configured in this RelayMiner: 3')
    expect(more.miner.serving).toBe(true)
  })
})

describe('each supplier has its own work', () => {
  it('claimed, proven and paid in transactions of its own, out of its own money', () => {
    const made = twoServed()
    const { world, files } = made
    const session = sessionNow(made)
    const before = BOTH.map((each) => world.node.ledger.balance(each.address))
    expect(serve(made, first, 12_000)).toMatchObject({ served: 12_000 })
    expect(serve(made, second, 12_000)).toMatchObject({ served: 12_000 })
    world.blocks(1)
    for (const each of BOTH)
      expect(workOf(files, each)).toEqual([`${MINER_PATHS.smtStore}/mined_relays/${each.address}/${session.sessionId}.wal`])
    world.untilHeight(session.endHeight + 11)
    for (const [at, each] of BOTH.entries()) {
      expect(settled(world, 'EventClaimSettled', each)).toMatchObject([
        { num_relays: '12000', claimed_upokt: '175188upokt', claim_proof_status_int: 1 },
      ])
      // As much as one supplier alone pays for its claim, its proof and the proof's fee.
      expect(world.node.ledger.balance(each.address)).toBe((before[at] ?? 0n) + 134_938n - 2n - 3n - 1n)
      expect(workOf(files, each)).toEqual([])
    }
    // One transaction of each in the same block.
    expect(senders(world, 'EventClaimCreated')).toEqual([BOTH.map((each) => each.address)])
    expect(senders(world, 'EventProofSubmitted')).toEqual([BOTH.map((each) => each.address)])
  })

  it('and the one without money loses its own claims alone', () => {
    const made = twoServed()
    const { world } = made
    const session = sessionNow(made)
    serve(made, first, 5_000)
    serve(made, second, 5_000)
    const feeUpokt = 1_000n
    const amountUpokt = world.node.ledger.balance(second.address) - feeUpokt
    mustSubmit(world, {
      messages: [{ kind: 'send', fromAddress: second.address, toAddress: stranger.address, amountUpokt }],
      feePayer: second.address,
      feeUpokt,
    })
    world.untilHeight(session.endHeight + 11)
    expect(settled(world, 'EventClaimSettled', first)).toMatchObject([{ num_relays: '5000' }])
    expect(settled(world, 'EventClaimSettled', second)).toEqual([])
    expect(settled(world, 'EventSupplierSlashed', second)).toEqual([])
    const poor = made.handle.lines.filter((line) => line.includes('insufficient funds to submit claim & proof'))
    expect(poor).toHaveLength(1)
    expect(poor[0]).toContain(second.address)
    expect(logOf(made)).toContain(`Supplier operator "${second.address}" can only process 0 out of 1 claims`)
    expect(made.miner.serving).toBe(true)
  })

  it('but both share what the application can pay one of them: the stock miner meters by session alone', () => {
    const made = twoServed()
    // Half of 50,000 POKT for each of two suppliers, at 14.599 upokt a relay.
    expect(serve(made, first, 1_000_000_000)).toMatchObject({ served: 1_000_000_000 })
    expect(serve(made, second, 1_000_000_000)).toEqual({ served: 712_446_057, failed: 287_553_943, reason: 'budget' })
    expect(serve(made, first, 1)).toMatchObject({ served: 0, reason: 'budget' })
  })
})

describe('a start with several keys', () => {
  const startWith = (change: (files: Files) => void, operators: readonly Person[] = BOTH) => {
    const world = stakedWorld([])
    const files = minerFiles(operators)
    change(files)
    return startMiner(world, files)
  }
  const rewrite = (change: (yaml: string) => string) => (files: Files) => {
    const before = new TextDecoder().decode(files.get(MINER_PATHS.config))
    const after = change(before)
    expect(after).not.toBe(before)
    files.set(MINER_PATHS.config, utf8ToBytes(after))
  }

  it('is refused for all of them when one is not in the keyring', () => {
    const name = keyNameOf(second)
    const { miner, handle } = startWith((files) => void files.delete(`${MINER_PATHS.keys}/keyring-test/${name}.info`))
    expect(handle.lines.at(-1)).toBe(
      `name "${name}": ${name}.info: key not found: signing key does not exist [cosmossdk.io/errors@v1.0.2/errors.go:155]`,
    )
    expect(handle.exitCode).toBe(1)
    expect(miner.serving).toBe(false)
    expect(miner.operatorAddresses).toEqual([])
  })

  it('takes the keys that an entry names in place of the default ones', () => {
    const third = person('third operator')
    const own = (yaml: string): string =>
      yaml.replace(/( - service_id: "?eth"?)\n/, `$1\n    signing_key_names:\n      - ${keyNameOf(third)}\n      - ${keyNameOf(first)}\n`)
    const world = stakedWorld([])
    const files = minerFiles(BOTH, ['eth', 'anvil'])
    rewrite(own)(files)
    files.set(...keyFile(keyNameOf(third), third))
    const made = startMiner(world, files)
    expect(made.miner.operatorAddresses).toEqual([third.address, first.address, second.address])
    expect(logOf(made)).toContain(`SigningKeyNames:[${keyNameOf(third)} ${keyNameOf(first)}]`)
    expect(logOf(made)).toContain(`SigningKeyNames:[${keyNameOf(first)} ${keyNameOf(second)}]`)
  })

  it('needs no default keys where each entry names its own, and is refused where one does not', () => {
    const without = (yaml: string): string => yaml.replace(/^default_signing_key_names:\n( +- .*\n)*/m, '')
    const named = (yaml: string): string =>
      without(yaml).replace(/( - service_id: "?anvil"?)\n/, `$1\n    signing_key_names: [${keyNameOf(second)}]\n`)
    expect(startWith(rewrite(named)).miner.operatorAddresses).toEqual([second.address])
    const { handle } = startWith(rewrite(without))
    expect(handle.lines.at(-1)).toMatch(
      /^'default_signing_key_names' is not configured and 'signing_key_names' is empty for the supplier anvil: invalid signing key name in RelayMiner config \[/,
    )
    expect(handle.exitCode).toBe(1)
  })

  it('counts two names of one key as one supplier', () => {
    const twice = (yaml: string): string => yaml.replace(/^default_signing_key_names:\n/m, '$&  - again\n')
    const made = startWith((files) => {
      rewrite(twice)(files)
      files.set(...keyFile('again', first))
    })
    expect(made.handle.exitCode).toBeUndefined()
    expect(made.miner.operatorAddresses).toEqual(BOTH.map((each) => each.address))
  })
})

describe('after a restart', () => {
  it.each(['before the claim', 'between claim and proof'])('%s the work of both goes on', async (when) => {
    const made = twoServed()
    const { world, files } = made
    const session = sessionNow(made)
    serve(made, first, 5_000)
    serve(made, second, 6_000)
    world.blocks(1)
    if (when !== 'before the claim') world.untilHeight(session.endHeight + 3)
    expect(BOTH.map((each) => world.node.ledger.pendingClaims(each.address).length)).toEqual(when === 'before the claim' ? [0, 0] : [1, 1])
    await made.miner.stop()
    const again = startMiner(world, files)
    expect(logOf(again)).toContain('about to load 2 persisted sessions into memory')
    const taken = again.handle.lines.filter((line) => line.includes('Reconstructing the session SMT from the persisted WAL'))
    for (const [at, each] of BOTH.entries()) expect(taken[at]).toContain(`mined_relays/${each.address}/${session.sessionId}.wal`)
    world.untilHeight(session.endHeight + 11)
    expect(settled(world, 'EventClaimSettled', first)).toMatchObject([{ num_relays: '5000' }])
    expect(settled(world, 'EventClaimSettled', second)).toMatchObject([{ num_relays: '6000' }])
  })

  it('a volume of the time with one supplier is read on', async () => {
    const world = stakedWorld(BOTH, { blockMs: BLOCK_MS })
    const alone = startMiner(world, minerFiles(first))
    const session = sessionNow({ world })
    alone.miner.takeBatch(first.address, SERVICE, application.address, session, 5_000)
    world.blocks(1)
    await alone.miner.stop()
    const files = new Map([...alone.files, ...minerFiles(BOTH)])
    // An index that names sessions and not whose they are.
    const index = `${MINER_PATHS.smtStore}/sessions_metadata/index.json`
    expect(files.has(index)).toBe(true)
    files.set(index, utf8ToBytes(JSON.stringify([session.sessionId])))
    startMiner(world, files)
    world.untilHeight(session.endHeight + 11)
    expect(settled(world, 'EventClaimSettled', first)).toMatchObject([{ num_relays: '5000' }])
  })
})

describe('work whose key is not configured at a start', () => {
  /** Both have claimed a session; then the miner starts with the first one's key alone. */
  const claimedThenAlone = async () => {
    const made = twoServed()
    const { world, files } = made
    const session = sessionNow(made)
    serve(made, first, 5_000)
    serve(made, second, 6_000)
    world.untilHeight(session.endHeight + 3)
    expect(world.node.ledger.pendingClaims(second.address)).toHaveLength(1)
    await made.miner.stop()
    for (const [path, content] of minerFiles(first)) files.set(path, content)
    const alone = startMiner(world, files)
    expect(alone.miner.operatorAddresses).toEqual([first.address])
    return { world, files, session, alone }
  }

  it('is taken up and left alone: its claim is not proven, and the supplier is slashed', async () => {
    const { world, files, session, alone } = await claimedThenAlone()
    expect(logOf(alone)).toContain('imported a session tree WITH A PREVIOUSLY COMMITTED onchain claim')
    world.untilHeight(session.endHeight + 11)
    expect(settled(world, 'EventClaimSettled', first)).toMatchObject([{ num_relays: '5000' }])
    expect(settled(world, 'EventClaimSettled', second)).toEqual([])
    expect(settled(world, 'EventClaimExpired', second)).toMatchObject([{ expiration_reason: 'PROOF_MISSING' }])
    expect(settled(world, 'EventSupplierSlashed', second)).toHaveLength(1)
    // Nothing but a start deletes it.
    world.blocks(30)
    expect(workOf(files, first)).toEqual([])
    expect(workOf(files, second)).toHaveLength(1)
    await alone.miner.stop()
    const later = startMiner(world, files)
    expect(logOf(later)).toContain('Session deleted: expired past proof submission window')
    expect(workOf(files, second)).toEqual([])
  })

  it('goes on when the key is back before its windows are over', async () => {
    const { world, files, session, alone } = await claimedThenAlone()
    await alone.miner.stop()
    for (const [path, content] of minerFiles(BOTH)) files.set(path, content)
    startMiner(world, files)
    world.untilHeight(session.endHeight + 11)
    expect(settled(world, 'EventClaimSettled', second)).toMatchObject([{ num_relays: '6000' }])
    expect(settled(world, 'EventSupplierSlashed', second)).toEqual([])
  })

  it('that was never claimed is never claimed, and deleted at a start after its window', async () => {
    const made = twoServed()
    const { world, files } = made
    const session = sessionNow(made)
    serve(made, second, 6_000)
    world.blocks(1)
    await made.miner.stop()
    for (const [path, content] of minerFiles(first)) files.set(path, content)
    const alone = startMiner(world, files)
    expect(logOf(alone)).toContain('imported a session tree WITHOUT A PREVIOUSLY COMMITTED onchain claim')
    world.untilHeight(session.endHeight + 7)
    expect(world.node.ledger.pendingClaims(second.address)).toEqual([])
    expect(workOf(files, second)).toHaveLength(1)
    await alone.miner.stop()
    const later = startMiner(world, files)
    expect(logOf(later)).toContain('deleting session WITHOUT onchain claim')
    expect(workOf(files, second)).toEqual([])
  })
})
