import { describe, expect, test } from 'vitest'
import type { BlockRows, ClaimChange, ClaimPlace, ClaimRow, MovementPlace, MovementRow, Page, Store } from '#main/core/ports/store.ts'
import { blockRows, DAY, DAY_MS, identity, movement, reward } from './rows.ts'

/** What every store must do with long tables: pages that hold still while rows come in, and many blocks at once. */
export function longTableContract(name: string, open: () => Promise<Store>): void {
  const begun = async (): Promise<Store> => {
    const store = await open()
    await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
    return store
  }
  const claim = (sessionEndHeight: number, serviceId: string, stage: ClaimChange['stage'] = 'claimed'): ClaimChange => ({
    ...identity,
    sessionEndHeight,
    serviceId,
    stage,
  })
  const label = (row: ClaimRow): string => `${row.sessionEndHeight}${row.serviceId}`

  /** Walks all pages; `between` runs after each. */
  async function walk<Row, Place>(
    read: (after: Place | undefined, revision: number | undefined) => Promise<Page<Row, Place>>,
    between: (page: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ rows: Row[]; last: Page<Row, Place> }> {
    const rows: Row[] = []
    let page = await read(undefined, undefined)
    for (let number = 1; ; number += 1) {
      rows.push(...page.rows)
      await between(number)
      if (page.next === undefined) return { rows, last: page }
      page = await read(page.next, page.revision)
    }
  }

  describe(`${name}: pages`, () => {
    test('claims: each exactly once while blocks bring rows above, below and in the middle', async () => {
      const store = await begun()
      const first = [10, 20, 30, 40].flatMap((end) => ['a', 'b', 'c'].map((service) => claim(end, service)))
      await store.applyBlock(blockRows(2, [], first))
      const { rows, last } = await walk<ClaimRow, ClaimPlace>(
        (after, revision) =>
          store.claimsPage({ network: 'local', limit: 2, ...(after ? { after } : {}), ...(revision === undefined ? {} : { revision }) }),
        async (number) => {
          const late = [claim(50 + number, 'new'), claim(15, `late${number}`), claim(40, `a${number}`), claim(10, 'a', 'settled')]
          await store.applyBlock(blockRows(2 + number, [], late))
        },
      )
      expect(rows.map(label)).toEqual(['40a', '40b', '40c', '30a', '30b', '30c', '20a', '20b', '20c', '10a', '10b', '10c'])
      expect(last.revision).toBe(2)
      expect(last.current).toBeGreaterThan(2)
      // The first page of a new walk has what came in.
      const fresh = await store.claimsPage({ network: 'local', limit: 100 })
      expect(fresh.rows).toHaveLength(12 + 3 * 6)
      expect(fresh.revision).toBe(fresh.current)
      expect(fresh.next).toBeUndefined()
    })

    test('claims of a stage, and of another network', async () => {
      const store = await begun()
      await store.applyBlock(blockRows(2, [], [claim(10, 'a', 'settled'), claim(20, 'b'), claim(30, 'c', 'settled')]))
      const page = await store.claimsPage({ network: 'local', stages: ['settled'], limit: 1 })
      expect(page.rows.map(label)).toEqual(['30c'])
      const rest = await store.claimsPage({
        network: 'local',
        stages: ['settled'],
        limit: 5,
        revision: page.revision,
        ...(page.next ? { after: page.next } : {}),
      })
      expect(rest.rows.map(label)).toEqual(['10a'])
      expect(rest.next).toBeUndefined()
      expect(await store.claimsPage({ network: 'beta', limit: 5 })).toEqual({ rows: [], next: undefined, revision: 0, current: 0 })
    })

    test('claims of one supplier among those of others, by page and by stage', async () => {
      const store = await begun()
      const of = (operatorAddress: string, end: number, stage: ClaimChange['stage'] = 'settled'): ClaimChange => ({
        ...claim(end, 'a', stage),
        operatorAddress,
      })
      await store.applyBlock(
        blockRows(
          2,
          [],
          [10, 20, 30].flatMap((end) => [of('one', end), of('two', end, end === 30 ? 'claimed' : 'settled')]),
        ),
      )
      const { rows } = await walk<ClaimRow, ClaimPlace>((after, revision) =>
        store.claimsPage({
          network: 'local',
          operatorAddress: 'two',
          limit: 2,
          ...(after ? { after } : {}),
          ...(revision === undefined ? {} : { revision }),
        }),
      )
      expect(rows.map((row) => [row.operatorAddress, row.sessionEndHeight])).toEqual([
        ['two', 30],
        ['two', 20],
        ['two', 10],
      ])
      const whose = async (query: { operatorAddress?: string; stages?: ClaimChange['stage'][] }): Promise<string[]> =>
        (await store.claims({ network: 'local', limit: 10, ...query })).map((row) => `${row.operatorAddress} ${row.sessionEndHeight}`)
      expect(await whose({ operatorAddress: 'one', stages: ['settled'] })).toEqual(['one 30', 'one 20', 'one 10'])
      expect(await whose({ operatorAddress: 'two', stages: ['claimed'] })).toEqual(['two 30'])
      expect(await whose({ operatorAddress: 'one', stages: ['claimed'] })).toEqual([])
      expect(await whose({ operatorAddress: 'nobody' })).toEqual([])
      expect(await whose({})).toHaveLength(6)
    })

    test('movements: a page may end inside a block and nothing is lost or shown twice', async () => {
      const store = await begun()
      const rowsOf = (height: number): MovementRow[] =>
        ['tx:0:0', 'tx:0:1', 'end:1'].flatMap((position) =>
          ['owner', 'operator'].map((address) => movement({ height, position, address, deltaUpokt: BigInt(height) })),
        )
      for (const height of [2, 3, 4]) await store.applyBlock(blockRows(height, rowsOf(height)))
      const read = (address?: string) =>
        walk<MovementRow, MovementPlace>(
          (after, revision) =>
            store.movementsPage({
              network: 'local',
              limit: 4,
              ...(address === undefined ? {} : { address }),
              ...(after ? { after } : {}),
              ...(revision === undefined ? {} : { revision }),
            }),
          async () => {
            const height = ((await store.cursor('local'))?.height ?? 0) + 1
            await store.applyBlock(blockRows(height, rowsOf(height)))
          },
        )
      const all = await read()
      const keys = all.rows.map((row) => `${row.height} ${row.position} ${row.address}`)
      expect(new Set(keys).size).toBe(18)
      expect(keys).toHaveLength(18)
      expect(all.rows.map((row) => row.height)).toEqual(all.rows.map((row) => row.height).sort((a, b) => b - a))
      const { rows } = await read('owner')
      expect(new Set(rows.map((row) => row.address))).toEqual(new Set(['owner']))
      expect(rows.length % 3).toBe(0)
      expect(await store.movementsPage({ network: 'local', address: 'nobody', limit: 4 })).toMatchObject({ rows: [], next: undefined })
    })

    test('a chain that was made anew has no old pages', async () => {
      const store = await begun()
      for (const height of [2, 3]) await store.applyBlock(blockRows(height, [], [claim(height, 'a')]))
      const page = await store.claimsPage({ network: 'local', limit: 1 })
      await store.removeChain('local')
      await store.setCursor({ network: 'local', height: 1, hash: 'OTHER' })
      const next = await store.claimsPage({
        network: 'local',
        limit: 1,
        revision: page.revision,
        ...(page.next ? { after: page.next } : {}),
      })
      expect(next).toEqual({ rows: [], next: undefined, revision: 1, current: 1 })
    })
  })

  describe(`${name}: many blocks at once`, () => {
    /** A life of claims over three blocks each, with rewards, some days apart. */
    const blocks = (): BlockRows[] => {
      const made: BlockRows[] = []
      for (let height = 2; height <= 40; height += 1) {
        const timeMs = DAY + Math.floor(height / 4) * DAY_MS
        const movements =
          height % 3 === 0
            ? [reward({ height, timeMs, deltaUpokt: BigInt(height) }), movement({ height, position: 'tx:1:1', timeMs, deltaUpokt: -3n })]
            : []
        const claims = [
          { ...claim(height, 'anvil'), relays: 7n, claimedUpokt: BigInt(height), claimHeight: height },
          ...(height > 3 ? [{ ...claim(height - 1, 'anvil', 'proven'), proofHeight: height }] : []),
          ...(height > 4
            ? [{ ...claim(height - 2, 'anvil', 'settled'), settledHeight: height, settledAtMs: timeMs, settledUpokt: 5n }]
            : []),
        ]
        made.push({ network: 'local', height, hash: `HASH${height}`, timeMs, claims, movements })
      }
      return made
    }
    const contents = async (store: Store): Promise<unknown> => ({
      cursor: await store.cursor('local'),
      claims: await store.claims({ network: 'local', limit: 1_000 }),
      movements: await store.movements({ network: 'local', limit: 1_000 }),
      days: await store.rewardsPerDay('local', ['owner'], 0),
      totals: await store.totals('local', ['owner'], DAY),
      sums: await store.rewardSums('local'),
      page: await store.claimsPage({ network: 'local', limit: 1_000, revision: 20 }),
    })
    const batch = (part: BlockRows[], fromHeight = part[0]?.height ?? 0) => {
      const last = part.at(-1)
      return { network: 'local', fromHeight, toHeight: last?.height ?? 0, toHash: last?.hash ?? '', blocks: part }
    }

    test('end with the rows of one after the other, in whatever pieces and however often', async () => {
      const one = await begun()
      for (const block of blocks()) await one.applyBlock(block)
      const wanted = await contents(one)
      const pieces = await begun()
      const all = blocks()
      await pieces.applyBlocks(batch(all.slice(0, 11)))
      // What a block under the cursor says now is not heard.
      const retold = all
        .slice(5, 25)
        .map((block) => (block.height > 12 ? block : { ...block, movements: [movement({ height: block.height, position: 'tx:9:9' })] }))
      await pieces.applyBlocks(batch(retold))
      await pieces.applyBlocks(batch(all.slice(0, 20)))
      await pieces.applyBlocks(batch(all.slice(25)))
      expect(await contents(pieces)).toEqual(wanted)
      const whole = await begun()
      await whole.applyBlocks(batch(all))
      expect(await contents(whole)).toEqual(wanted)
    })

    test('blocks without rows may be left out; the cursor stands at the end', async () => {
      const store = await begun()
      await store.applyBlocks({
        network: 'local',
        fromHeight: 2,
        toHeight: 500,
        toHash: 'H500',
        blocks: [blockRows(100, [movement({ height: 100 })])],
      })
      expect(await store.cursor('local')).toEqual({ network: 'local', height: 500, hash: 'H500' })
      expect(await store.movementSum('local', 'owner', 99)).toBe(0n)
      expect(await store.movementSum('local', 'owner', 100)).toBe(5n)
    })

    test('a gap, a height out of order or out of range and a foreign row are refused, and nothing is kept', async () => {
      const store = await begun()
      const good = blockRows(3, [reward({ height: 3 })])
      const range = { network: 'local', fromHeight: 2, toHeight: 4, toHash: 'H4' }
      await expect(store.applyBlocks({ ...range, fromHeight: 3, blocks: [good] })).rejects.toThrow(/gap/)
      await expect(store.applyBlocks({ ...range, blocks: [good, blockRows(3)] })).rejects.toThrow(/no place/)
      await expect(store.applyBlocks({ ...range, blocks: [good, blockRows(2)] })).rejects.toThrow(/no place/)
      await expect(store.applyBlocks({ ...range, blocks: [good, blockRows(5)] })).rejects.toThrow(/no place/)
      await expect(store.applyBlocks({ ...range, blocks: [blockRows(3, [movement({ height: 4 })])] })).rejects.toThrow(/another block/)
      await expect(store.applyBlocks({ ...range, blocks: [good, { ...blockRows(4), network: 'beta' }] })).rejects.toThrow(/no place/)
      // One bad row in the last block takes the others with it, and the names that they brought.
      const bad = blockRows(4, [movement({ height: 4, kind: 'gift' as 'other', address: 'newcomer' })])
      await expect(store.applyBlocks({ ...range, blocks: [good, bad] })).rejects.toThrow()
      expect(await store.cursor('local')).toEqual({ network: 'local', height: 1, hash: 'HASH1' })
      expect(await store.movements({ network: 'local', limit: 9 })).toEqual([])
      await store.applyBlocks({ ...range, blocks: [good, blockRows(4, [movement({ height: 4, address: 'newcomer' })])] })
      expect((await store.movements({ network: 'local', limit: 9 })).map((row) => row.address)).toEqual(['newcomer', 'owner'])
      expect(await store.rewardSums('local')).toEqual([{ address: 'owner', rowsUpokt: 5n, daysUpokt: 5n }])
    })
  })

  describe(`${name}: ages`, () => {
    test('old journal rows go, oldest first and a piece at a time; what is young, earned or paid stays', async () => {
      const store = await begun()
      await store.applyBlock(blockRows(2, [reward({ timeMs: 1 })], [{ ...claim(10, 'a', 'settled'), settledAtMs: 1 }]))
      const result = {
        batchId: 'b',
        serviceId: 's',
        sessionId: 'x',
        operatorAddress: 'o',
        ok: true,
        signatureOk: true,
        latencyMs: 1,
        httpStatus: 200,
        answer: 'x'.repeat(2_000),
        error: undefined,
      }
      await store.addRelayResults(Array.from({ length: 300 }, (_row, index) => ({ ...result, atMs: index })))
      for (const atMs of [1, 2, 300]) await store.addActivity({ atMs, actor: 'you', level: 'info', text: 'a', facts: {} })
      expect(await store.prune({ relayResultsMs: 250, activityMs: 3, limit: 100 })).toEqual({ relayResults: 100, activity: 2 })
      expect((await store.relayResults({ limit: 500 })).at(-1)?.atMs).toBe(100)
      expect(await store.prune({ relayResultsMs: 250, activityMs: 3, limit: 1_000 })).toEqual({ relayResults: 150, activity: 0 })
      expect(await store.relayResults({ limit: 500 })).toHaveLength(50)
      expect((await store.activity({ limit: 9 })).map((row) => row.atMs)).toEqual([300])
      const first = await store.vacuum(5)
      expect(first.freedPages).toBe(5)
      expect(first.leftPages).toBeGreaterThan(5)
      const rest = await store.vacuum(1_000_000)
      expect(rest).toMatchObject({ freedPages: first.leftPages, leftPages: 0 })
      expect(await store.claims({ network: 'local', limit: 9 })).toHaveLength(1)
      expect(await store.movementSum('local', 'owner', 9)).toBe(5n)
    })
  })
}
