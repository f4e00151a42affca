import { describe, expect, test } from 'vitest'
import type { SelfTestRow } from '#shared/model/self-test.ts'
import type { ClaimChange, Store } from '#main/core/ports/store.ts'
import { HearthError } from '#shared/api/errors.ts'
import { claimKey } from '#shared/model/claim.ts'
import type { IntentRow, IntentStatus } from '#shared/model/intent.ts'
import { blockRows, DAY, DAY_MS, HUGE, identity, intentRow, movement, reward } from './rows.ts'

/**
 * What every store must do. `open` gives a store that is closed when the test ends; `reopen` closes it and opens the same one again.
 */
export function storeContract(name: string, open: () => Promise<{ store: Store; reopen: () => Promise<Store> }>): void {
  const opened = async (): Promise<Store> => (await open()).store
  const begun = async (): Promise<Store> => {
    const store = await opened()
    await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
    return store
  }

  describe(`${name}: wishes`, () => {
    test('a setting is absent, kept, replaced, and there after a restart', async () => {
      const { store, reopen } = await open()
      expect(await store.setting('network')).toBeUndefined()
      await store.setSetting('network', 'local')
      await store.setSetting('network', 'mainnet')
      expect(await (await reopen()).setting('network')).toBe('mainnet')
    })

    test('nodes by network, replaced by id, removed together', async () => {
      const store = await opened()
      const node = {
        id: 'pocket',
        network: 'local',
        wanted: 'running' as const,
        wantedBy: 'user' as const,
        imagePin: undefined,
        ports: { '26657': 36_657 },
        updatedAtMs: 5,
      }
      await store.putNode(node)
      await store.putNode({ ...node, network: 'beta' })
      await store.putNode({ ...node, wanted: 'stopped', imagePin: 'sha256:1', updatedAtMs: 6 })
      expect(await store.nodes('local')).toEqual([{ ...node, wanted: 'stopped', imagePin: 'sha256:1', updatedAtMs: 6 }])
      await store.putNode({ ...node, id: 'fuse-nethermind-fuse' })
      await store.removeNode('local', 'fuse-nethermind-fuse')
      expect((await store.nodes('local')).map((row) => row.id)).toEqual([node.id])
      await store.removeNodes('local')
      expect(await store.nodes('local')).toEqual([])
      expect(await store.nodes('beta')).toHaveLength(1)
    })

    test('a local chain is forgotten with all that was read from it; a real network never', async () => {
      const store = await begun()
      const row = {
        network: 'local',
        chainId: 'hearth-local-1',
        block1Hash: undefined,
        genesisTime: undefined,
        createdAtMs: 1,
        facts: { a: 'b' },
      }
      await store.putChain(row)
      expect(await store.chain('local')).toEqual(row)
      await store.putChain({ ...row, block1Hash: 'AA' })
      await store.putWatched({ network: 'local', address: 'owner', label: 'Owner', sinceHeight: 1, openingUpokt: 5n })
      await store.applyBlock(blockRows(2, [reward()], [{ ...identity, stage: 'settled', settledHeight: 2, settledAtMs: DAY }]))
      await store.putIntent(intentRow('prepared'))
      await store.putIntent(intentRow('prepared', { id: 'other', network: 'mainnet' }))
      await store.putChain({ ...row, network: 'mainnet' })
      await expect(store.removeChain('mainnet')).rejects.toMatchObject({ code: 'not-allowed' })
      await store.removeChain('local')
      expect(await store.chain('local')).toBeUndefined()
      expect(await store.cursor('local')).toBeUndefined()
      expect(await store.claims({ network: 'local', limit: 10 })).toEqual([])
      expect(await store.movements({ network: 'local', limit: 10 })).toEqual([])
      expect(await store.watched('local')).toEqual([])
      expect(await store.intents('local')).toEqual([])
      expect(await store.totals('local', ['owner'], 0)).toEqual({ settledUpokt: 0n, todayUpokt: 0n, claimsSettled: 0, claimsLost: 0 })
      expect(await store.chain('mainnet')).toBeDefined()
      expect(await store.intents('mainnet')).toHaveLength(1)
    })
  })

  describe(`${name}: intents`, () => {
    test('travel forwards with their bytes, and are there after a restart', async () => {
      const { store, reopen } = await open()
      await store.putIntent(intentRow('prepared'))
      await store.putIntent(intentRow('signed'))
      await store.putIntent(intentRow('broadcast', { updatedAtMs: 3 }))
      const again = await reopen()
      expect(await again.intent('i1')).toEqual(intentRow('broadcast', { updatedAtMs: 3 }))
      await again.putIntent(intentRow('included', { includedHeight: 7, code: 0, log: '' }))
      expect(await again.intents('local')).toEqual([intentRow('included', { includedHeight: 7, code: 0, log: '' })])
      expect(await again.intent('nothing')).toBeUndefined()
    })

    test.each<[IntentStatus, IntentStatus]>([
      ['signed', 'prepared'],
      ['broadcast', 'signed'],
      ['included', 'broadcast'],
      ['included', 'refused'],
      ['discarded', 'signed'],
      ['signed', 'discarded'],
      ['refused', 'prepared'],
    ])('never from %s to %s', async (from, to) => {
      const store = await opened()
      await store.putIntent(intentRow(from))
      await expect(store.putIntent(intentRow(to))).rejects.toThrow(/cannot go/)
      expect((await store.intent('i1'))?.status).toBe(from)
    })

    test.each<[string, Partial<IntentRow>]>([
      ['bytes to sign', { signDocBytes: new Uint8Array([9]) }],
      ['signed bytes', { txBytes: new Uint8Array([9]) }],
      ['hash', { txHash: 'CD' }],
      ['timeout', { timeoutHeight: 51 }],
      ['signer', { signerAddress: 'pokt1b' }],
      ['chain', { chainId: 'pocket' }],
    ])('once signed, its %s cannot change', async (_what, fields) => {
      const store = await opened()
      await store.putIntent(intentRow('signed'))
      await expect(store.putIntent(intentRow('broadcast', fields))).rejects.toThrow(/intent i1/)
      expect(await store.intent('i1')).toEqual(intentRow('signed'))
    })

    test('signed without bytes is refused', async () => {
      const store = await opened()
      await expect(store.putIntent(intentRow('signed', { txBytes: undefined }))).rejects.toThrow()
      expect(await store.intent('i1')).toBeUndefined()
    })
  })

  describe(`${name}: blocks`, () => {
    test('one after the other; a gap is refused, an old height does nothing, no cursor is an error', async () => {
      const store = await opened()
      await expect(store.applyBlock(blockRows(2))).rejects.toThrow(/no cursor/)
      await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
      await expect(store.applyBlock(blockRows(3, [movement({ height: 3 })]))).rejects.toThrow(/gap/)
      expect(await store.movements({ network: 'local', limit: 10 })).toEqual([])
      await store.applyBlock(blockRows(2, [movement()]))
      expect(await store.cursor('local')).toEqual({ network: 'local', height: 2, hash: 'HASH2' })
      await store.applyBlock({ ...blockRows(2, [movement({ position: 'tx:9:9' })]), hash: 'OTHER' })
      expect(await store.cursor('local')).toEqual({ network: 'local', height: 2, hash: 'HASH2' })
      expect(await store.movements({ network: 'local', limit: 10 })).toEqual([movement()])
    })

    test('all or nothing: one bad row leaves no row, no daily sum and the cursor where it was', async () => {
      const store = await begun()
      const bad = [reward(), movement({ kind: 'gift' as 'other', position: 'tx:1:0' })]
      await expect(store.applyBlock(blockRows(2, bad, [{ ...identity, stage: 'settled' }]))).rejects.toThrow()
      expect(await store.cursor('local')).toEqual({ network: 'local', height: 1, hash: 'HASH1' })
      expect(await store.movements({ network: 'local', limit: 10 })).toEqual([])
      expect(await store.claims({ network: 'local', limit: 10 })).toEqual([])
      expect((await store.totals('local', ['owner'], 0)).settledUpokt).toBe(0n)
    })

    test('a row of another block is refused', async () => {
      const store = await begun()
      await expect(store.applyBlock(blockRows(2, [movement({ height: 3 })]))).rejects.toThrow(/another block/)
      await expect(store.applyBlock(blockRows(2, [movement({ network: 'beta' })]))).rejects.toThrow(/another block/)
    })

    test('rows read again from an earlier cursor count once', async () => {
      const store = await begun()
      await store.applyBlock(blockRows(2, [reward()]))
      await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
      await store.applyBlock(blockRows(2, [reward()]))
      expect(await store.movementSum('local', 'owner', 2)).toBe(5n)
      expect((await store.totals('local', ['owner'], 0)).settledUpokt).toBe(5n)
    })

    test('a claim grows: what a later block leaves out stays', async () => {
      const store = await begun()
      await store.applyBlock(
        blockRows(2, [], [{ ...identity, stage: 'claimed', relays: 20n, claimedUpokt: HUGE, claimHeight: 2, claimTxHash: 'AA' }]),
      )
      await store.applyBlock(blockRows(3, [], [{ ...identity, stage: 'proven', proofHeight: 3, proofTxHash: 'BB' }]))
      await store.applyBlock(
        blockRows(
          4,
          [],
          [
            {
              ...identity,
              stage: 'settled',
              settledUpokt: 0n,
              settledHeight: 4,
              settledAtMs: DAY,
              reason: 'R',
              sessionId: 's',
              proofRequirement: 'threshold',
            },
          ],
        ),
      )
      expect(await store.claims({ network: 'local', limit: 10 })).toEqual([
        {
          ...identity,
          sessionId: 's',
          stage: 'settled',
          relays: 20n,
          claimedComputeUnits: 0n,
          estimatedComputeUnits: 0n,
          claimedUpokt: HUGE,
          settledUpokt: 0n,
          mintedUpokt: undefined,
          overservicingLossUpokt: undefined,
          deflationLossUpokt: undefined,
          slashedUpokt: undefined,
          claimHeight: 2,
          claimTxHash: 'AA',
          proofHeight: 3,
          proofTxHash: 'BB',
          settledHeight: 4,
          settledAtMs: DAY,
          proofRequirement: 'threshold',
          reason: 'R',
        },
      ])
    })

    test('claims by page and stage: newest session first, every one exactly once', async () => {
      const store = await begun()
      const claims = [30, 10, 20].flatMap((sessionEndHeight) =>
        ['c', 'a', 'b'].map((serviceId): ClaimChange => ({
          ...identity,
          sessionEndHeight,
          serviceId,
          stage: serviceId === 'a' ? 'settled' : 'claimed',
        })),
      )
      await store.applyBlock(blockRows(2, [], claims))
      const seen: string[] = []
      let before: { sessionEndHeight: number; key: string } | undefined
      for (;;) {
        const page = await store.claims({ network: 'local', limit: 2, ...(before ? { before } : {}) })
        seen.push(...page.map((claim) => `${claim.sessionEndHeight}${claim.serviceId}`))
        const last = page.at(-1)
        if (!last) break
        before = { sessionEndHeight: last.sessionEndHeight, key: claimKey(last) }
      }
      expect(seen).toEqual(['30a', '30b', '30c', '20a', '20b', '20c', '10a', '10b', '10c'])
      expect((await store.claims({ network: 'local', stages: ['settled'], limit: 9 })).map((claim) => claim.sessionEndHeight)).toEqual([
        30, 20, 10,
      ])
    })
  })

  describe(`${name}: sums`, () => {
    test('movements are exact beyond 64 bits, by address and height', async () => {
      const store = await begun()
      await store.applyBlock(blockRows(2, [movement({ deltaUpokt: HUGE }), movement({ address: 'other', deltaUpokt: 1n })]))
      await store.applyBlock(
        blockRows(3, [movement({ height: 3, deltaUpokt: HUGE }), movement({ height: 3, position: 'tx:0:1', deltaUpokt: -7n })]),
      )
      expect(await store.movementSum('local', 'owner', 1)).toBe(0n)
      expect(await store.movementSum('local', 'owner', 2)).toBe(HUGE)
      expect(await store.movementSum('local', 'owner', 3)).toBe(2n * HUGE - 7n)
      expect(await store.movementSum('mainnet', 'owner', 3)).toBe(0n)
      expect((await store.movements({ network: 'local', address: 'owner', limit: 2 })).map((row) => row.height)).toEqual([3, 3])
      expect(await store.movements({ network: 'local', limit: 9, beforeHeight: 3 })).toHaveLength(2)
    })

    test('rewards by day and recipient, totals, and claims counted once however many they paid', async () => {
      const store = await begun()
      const settled = (height: number, settledAtMs: number, sessionEndHeight: number): ClaimChange => ({
        ...identity,
        sessionEndHeight,
        stage: 'settled',
        settledHeight: height,
        settledAtMs,
      })
      await store.applyBlock({
        ...blockRows(
          2,
          [
            reward({ deltaUpokt: HUGE }),
            reward({ address: 'operator', deltaUpokt: 2n }),
            movement({ position: 'x', kind: 'other', deltaUpokt: 99n }),
          ],
          [settled(2, DAY, 10)],
        ),
      })
      const tomorrow = DAY + DAY_MS
      await store.applyBlock({
        ...blockRows(
          3,
          [
            reward({ height: 3, timeMs: tomorrow + 5, deltaUpokt: 4n }),
            reward({ height: 3, address: 'friend', timeMs: tomorrow, deltaUpokt: 50n }),
          ],
          [
            settled(3, tomorrow + 5, 20),
            { ...identity, sessionEndHeight: 30, stage: 'expired', settledHeight: 3, settledAtMs: tomorrow },
            { ...identity, sessionEndHeight: 40, stage: 'discarded', settledHeight: 3, settledAtMs: tomorrow },
            { ...identity, sessionEndHeight: 50, stage: 'claimed' },
          ],
        ),
      })
      expect(await store.totals('local', ['owner', 'operator'], tomorrow)).toEqual({
        settledUpokt: HUGE + 6n,
        todayUpokt: 4n,
        claimsSettled: 2,
        claimsLost: 2,
      })
      expect(await store.rewardsPerDay('local', ['owner', 'operator'], DAY)).toEqual([
        { dayStartMs: DAY, upokt: HUGE + 2n, claims: 1 },
        { dayStartMs: tomorrow, upokt: 4n, claims: 1 },
      ])
      expect(await store.rewardsPerDay('local', ['owner'], tomorrow + 100)).toEqual([{ dayStartMs: tomorrow, upokt: 4n, claims: 1 }])
      expect(await store.rewardSums('local')).toEqual(
        expect.arrayContaining([
          { address: 'owner', rowsUpokt: HUGE + 4n, daysUpokt: HUGE + 4n },
          { address: 'operator', rowsUpokt: 2n, daysUpokt: 2n },
          { address: 'friend', rowsUpokt: 50n, daysUpokt: 50n },
        ]),
      )
      expect(await store.claimRewards(identity)).toHaveLength(4)
      expect(await store.claimRewards({ ...identity, serviceId: 'eth' })).toEqual([])
    })

    test('an opening balance is written once; the label may change', async () => {
      const store = await begun()
      await store.putWatched({ network: 'local', address: 'owner', label: 'A', sinceHeight: 1, openingUpokt: HUGE })
      await store.putWatched({ network: 'local', address: 'owner', label: 'B', sinceHeight: 9, openingUpokt: 0n })
      expect(await store.watched('local')).toEqual([{ network: 'local', address: 'owner', label: 'B', sinceHeight: 1, openingUpokt: HUGE }])
    })
  })

  describe(`${name}: journals`, () => {
    test('self-tests, newest first, of one network, the oldest gone when there are too many', async () => {
      const store = await opened()
      const stage = { key: 'port', outcome: 'failed', ms: 3, finding: 'closed', facts: { reason: 'ECONNREFUSED' } } as const
      const row = (atMs: number): SelfTestRow => ({
        id: `t${atMs}`,
        network: 'local',
        atMs,
        trigger: 'user',
        path: 'public',
        serviceId: 'anvil',
        url: 'https://relay.example.org',
        ok: false,
        stages: [stage],
        latencyMs: null,
        answer: '',
      })
      for (let atMs = 1; atMs <= 3_010; atMs += 1) await store.addSelfTest(row(atMs))
      await store.addSelfTest({ ...row(9_000), network: 'practice' })
      expect((await store.selfTests({ network: 'local', limit: 2 })).map((each) => each.atMs)).toEqual([3_010, 3_009])
      expect(await store.selfTests({ network: 'local', beforeMs: 3_009, limit: 1 })).toEqual([row(3_008)])
      expect((await store.selfTests({ network: 'local', beforeMs: 15, limit: 20 })).map((each) => each.atMs)).toEqual([14, 13, 12, 11])
      await store.removeSelfTests('local')
      expect(await store.selfTests({ network: 'local', limit: 5 })).toEqual([])
      expect(await store.selfTests({ network: 'practice', limit: 5 })).toHaveLength(1)
    })

    test('relay results and activity, newest first, by page', async () => {
      const store = await opened()
      const result = {
        batchId: 'b',
        atMs: 1,
        serviceId: 's',
        sessionId: 'x',
        operatorAddress: 'o',
        ok: true,
        signatureOk: false,
        latencyMs: 3.5,
        httpStatus: 200,
        answer: '{}',
        error: undefined,
      }
      await store.addRelayResults([result, { ...result, ok: false, error: 'refused' }, result])
      const [newest, middle] = await store.relayResults({ limit: 2 })
      expect(middle).toMatchObject({ ok: false, error: 'refused' })
      expect(await store.relayResults({ limit: 9, beforeId: middle?.id ?? 0 })).toEqual([{ ...result, id: expect.any(Number) as number }])
      expect(newest?.id).toBeGreaterThan(middle?.id ?? 0)
      await store.addActivity({ atMs: 1, actor: 'you', level: 'info', text: 'a', facts: { x: 'y' } })
      await store.addActivity({ atMs: 2, actor: 'network', level: 'bad', text: 'b', facts: {} })
      const [second] = await store.activity({ limit: 1 })
      expect(second).toMatchObject({ text: 'b', actor: 'network', level: 'bad' })
      expect(await store.activity({ limit: 9, beforeId: second?.id ?? 0 })).toMatchObject([{ text: 'a', facts: { x: 'y' } }])
    })
  })

  describe(`${name}: end`, () => {
    test('calls before the close are done, later ones refused, closing twice is fine', async () => {
      const { store, reopen } = await open()
      const writes = Array.from({ length: 20 }, (_, index) => store.setSetting(`k${index}`, 'v'))
      await Promise.all([...writes, store.close()])
      await expect(store.setting('k0')).rejects.toThrow(/closed/)
      await store.close()
      expect(await (await reopen()).setting('k19')).toBe('v')
    })

    test('expected failures keep their code on the way', async () => {
      const store = await opened()
      await expect(store.removeChain('mainnet')).rejects.toBeInstanceOf(HearthError)
    })
  })
}
