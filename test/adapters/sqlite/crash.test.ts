import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Store } from '#main/core/ports/store.ts'
import { CRASH_BLOCKS, crashBlock } from './crash-rows.ts'
import { openTestStore, temporaryFolder } from './open-test-store.ts'

// Real files, synced for real: slow on a busy disk.
vi.setConfig({ testTimeout: 30_000 })

/** Runs the filling process until its fault kills it. */
function crashAt(file: string, fault: string): void {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), file], {
    env: { ...process.env, HEARTH_FAULT: fault },
    encoding: 'utf8',
  })
  expect(`${run.signal} ${run.stderr}`).toMatch(/^SIGKILL/)
}

async function contents(store: Store): Promise<unknown> {
  return {
    cursor: await store.cursor('local'),
    claims: await store.claims({ network: 'local', limit: 100 }),
    movements: await store.movements({ network: 'local', limit: 100 }),
    totals: await store.totals('local', ['owner', 'op'], 0),
    owner: await store.movementSum('local', 'owner', 100),
    operator: await store.movementSum('local', 'op', 100),
  }
}

async function expectedContents(): Promise<unknown> {
  const store = await openTestStore()
  await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
  for (let height = 2; height <= CRASH_BLOCKS; height += 1) await store.applyBlock(crashBlock(height))
  return contents(store)
}

test.each(['store.block.before-cursor#3', 'store.block.before-commit#4', 'store.block.after-commit#5'])(
  'killed at %s: whole blocks only, and reading on from the cursor ends where an undisturbed reading ends',
  async (fault) => {
    const file = join(temporaryFolder(), 'hearth.db')
    crashAt(file, fault)
    const store = await openTestStore(file)
    const cursor = await store.cursor('local')
    const read = (cursor?.height ?? 0) - 1
    expect(read).toBe(fault.startsWith('store.block.after') ? 5 : Number(fault.split('#')[1]) - 1)
    expect(await store.movements({ network: 'local', limit: 100 })).toHaveLength(3 * read)
    expect((await store.totals('local', ['owner', 'op'], 0)).settledUpokt).toBe(BigInt(100 * read))
    for (let height = 2; height <= CRASH_BLOCKS; height += 1) await store.applyBlock(crashBlock(height))
    expect(await contents(store)).toEqual(await expectedContents())
  },
)

test('killed between storing a signed transaction and going on: it is there, and it can only go forwards', async () => {
  const file = join(temporaryFolder(), 'hearth.db')
  crashAt(file, 'store.intent.after-commit#2')
  const store = await openTestStore(file)
  const intent = await store.intent('i1')
  expect(intent).toMatchObject({ status: 'signed', txHash: 'AB' })
  if (intent) await expect(store.putIntent({ ...intent, status: 'prepared' })).rejects.toThrow(/cannot go/)
})

test('killed before a signed transaction is stored: it is still only a wish', async () => {
  const file = join(temporaryFolder(), 'hearth.db')
  crashAt(file, 'store.intent.before-commit#2')
  expect(await (await openTestStore(file)).intent('i1')).toMatchObject({ status: 'prepared', txHash: undefined })
})

test('killed while the store is made: the next start makes it', async () => {
  const file = join(temporaryFolder(), 'hearth.db')
  crashAt(file, 'store.migration.before-commit#1')
  crashAt(file, 'store.create.before-rename#1')
  expect(await (await openTestStore(file)).intents('mainnet')).toEqual([])
})
