import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { ServingKey } from '#main/core/keys/serving-keys.ts'
import { createKeeperKeys, keeperTarget } from '#main/core/nodes/keeper-keys.ts'
import type { Engine, SeenContainer } from '#main/core/ports/engine.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { servingKey, servingNow } from '#test/fakes/serving-keys.ts'

const [A, B, C] = ['pokt1aaaaaaaa', 'pokt1bbbbbbbb', 'pokt1cccccccc'] as const
const NAME = { a: 'operator-aaaaaaaa', b: 'operator-bbbbbbbb', c: 'operator-cccccccc' }
const keeperIn = (startedAtMs: number): SeenContainer => ({ id: 'k', name: 'keeper', state: 'running', startedAtMs }) as SeenContainer
const DOWN = { id: 'k', name: 'keeper', state: 'exited' } as SeenContainer
const MINER = { id: 'm', name: 'miner', state: 'running', startedAtMs: 1 } as SeenContainer

const setup = () => {
  const clock = createTestClock()
  const app = { version: '0', shell: 'web' as const, host: 'h', network: 'local' as const, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const log = createTestLog()
  const world = {
    serving: servingNow(A, B),
    readFails: false,
    /** What lies in the keyring, by the name of the file; undefined = there is no folder yet. */
    files: undefined as string[] | undefined,
    /** The keeper ends before it is asked. */
    gone: false,
    /** Whether the keeper is to run. */
    isKept: true,
    /** Whose key lies there under the name of earlier versions. */
    earlier: '',
    looks: [] as string[][],
    /** What the giving does. */
    give: (_missing: readonly ServingKey[]): Promise<boolean> => Promise.resolve(false),
    asked: [] as string[][],
    othersThere: undefined as boolean | undefined,
  }
  const engine: Pick<Engine, 'exec'> = {
    exec: (container, command) => {
      world.looks.push([container, ...command])
      if (world.gone) return Promise.reject(new HearthError('engine-failed', { reason: 'not running' }))
      if (command[0] === 'pocketd')
        return Promise.resolve({ exitCode: world.earlier === '' ? 1 : 0, stdout: `${world.earlier}\n`, stderr: '' })
      // What a program says that failed is no list.
      if (world.files === undefined)
        return Promise.resolve({ exitCode: 1, stdout: `${NAME.a}.info\n`, stderr: 'No such file or directory' })
      return Promise.resolve({ exitCode: 0, stdout: `${world.files.join('\n')}\n`, stderr: '' })
    },
  }
  const keys = createKeeperKeys({
    engine,
    serving: { read: () => (world.readFails ? Promise.reject(new Error('locked file')) : Promise.resolve(world.serving)) },
    giveKeys: (missing, othersThere) => {
      world.othersThere = othersThere
      world.asked.push(missing.map((key) => key.name))
      return world.give(missing)
    },
    state,
    log,
  })
  const put = (...names: string[]): void => void (world.files = [...(world.files ?? []), ...names.map((name) => `${name}.info`)])
  /** One round as the reconciler makes it. */
  const round = async (keeper: SeenContainer | undefined = keeperIn(1), miner?: SeenContainer) => {
    await keys.look(keeper, miner, world.isKept)
    const seen = { mayServe: keys.mayServe, names: keys.signing().map(({ name }) => name), lacks: keys.lacks }
    if (keys.lacks) await keys.give().catch(() => false)
    return seen
  }
  return { world, keys, state, log, put, round }
}

describe('the keys in the keeper', () => {
  it('are asked for all at once, and the miner waits until each was given', async () => {
    const { world, round, put } = setup()
    world.give = (missing) => {
      put(...missing.map((key) => key.name))
      return Promise.resolve(true)
    }
    expect(await round()).toEqual({ mayServe: false, names: [NAME.a, NAME.b], lacks: true })
    expect(world.asked).toEqual([[NAME.a, NAME.b]])
    expect(await round()).toEqual({ mayServe: true, names: [NAME.a, NAME.b], lacks: false })
    expect(world.asked).toHaveLength(1)
  })
  it('of which one cannot be given: the miner runs with the other, whose turn is not waited for a second time', async () => {
    const { world, round, put } = setup()
    world.give = () => {
      if (world.files === undefined) put(NAME.b)
      return Promise.reject(new HearthError('engine-failed'))
    }
    expect((await round()).mayServe).toBe(false)
    expect(world.othersThere).toBe(false)
    expect(await round()).toEqual({ mayServe: true, names: [NAME.b], lacks: true })
    expect(world.othersThere).toBe(true)
    await round()
    expect(world.asked).toEqual([[NAME.a, NAME.b], [NAME.a], [NAME.a]])
    put(NAME.a)
    expect(await round()).toEqual({ mayServe: true, names: [NAME.a, NAME.b], lacks: false })
  })
  it('with none of them the miner does not start, however often it was tried', async () => {
    const { round } = setup()
    for (let tries = 0; tries < 3; tries += 1) expect((await round()).mayServe).toBe(false)
  })
  it('a key that is wanted anew is given before the miner is made with it', async () => {
    const { world, round, put } = setup()
    world.serving = servingNow(A)
    put(NAME.a)
    await round()
    world.serving = servingNow(A, B)
    expect(await round(keeperIn(1), MINER)).toEqual({ mayServe: false, names: [NAME.a], lacks: true })
    // Locked: it was tried, and what runs goes on as it is.
    expect(await round(keeperIn(1), MINER)).toEqual({ mayServe: true, names: [NAME.a], lacks: true })
    put(NAME.b)
    expect(await round(keeperIn(1), MINER)).toEqual({ mayServe: true, names: [NAME.a, NAME.b], lacks: false })
  })
  it('are looked at once per start of the keeper and after a change of what is wanted, and each round while one is missing', async () => {
    const { world, round, put } = setup()
    put(NAME.a, NAME.b, NAME.c)
    for (let rounds = 0; rounds < 3; rounds += 1) await round()
    expect(world.looks).toEqual([['keeper', 'ls', '/keys/keyring-test']])
    await round(keeperIn(2))
    expect(world.looks).toHaveLength(2)
    world.serving = servingNow(A, C)
    await round(keeperIn(2))
    expect(world.looks).toHaveLength(3)
    world.files = [`${NAME.a}.info`]
    await round(keeperIn(3))
    await round(keeperIn(3))
    expect(world.looks).toHaveLength(5)
  })
  it('in another life of the keeper the giving is tried anew before the miner starts without one', async () => {
    const { world, round, put } = setup()
    put(NAME.a)
    await round()
    expect((await round()).mayServe).toBe(true)
    expect((await round(keeperIn(2))).mayServe).toBe(false)
    expect((await round(keeperIn(2))).mayServe).toBe(true)
    expect(world.asked).toHaveLength(4)
  })
  it('a running miner keeps the names that it was made with when the keeper loses them', async () => {
    const { world, round, put } = setup()
    put(NAME.a, NAME.b)
    await round()
    world.files = [`${NAME.a}.info`]
    await round(keeperIn(2), MINER)
    expect((await round(keeperIn(2), MINER)).names).toEqual([NAME.a, NAME.b])
    // Once it is down it could not start with what is not there.
    expect((await round(keeperIn(2), { ...MINER, state: 'restarting' })).names).toEqual([NAME.a])
    expect((await round(keeperIn(2), MINER)).names).toEqual([NAME.a])
  })
  it('one that is not wanted any more is named no longer, also while the miner runs', async () => {
    const { world, round, put } = setup()
    put(NAME.a, NAME.b)
    await round(keeperIn(1), MINER)
    world.serving = servingNow(B)
    expect(await round(keeperIn(1), MINER)).toEqual({ mayServe: true, names: [NAME.b], lacks: false })
  })
  it('before the first look at the chain those that lie there are enough, and none there means all', async () => {
    const { world, round, put } = setup()
    world.serving = { ...servingNow(A, B), isKnown: false }
    expect((await round()).lacks).toBe(true)
    put(NAME.b)
    expect(await round()).toEqual({ mayServe: true, names: [NAME.b], lacks: false })
    world.serving = servingNow(A, B)
    expect((await round()).lacks).toBe(true)
  })
  it('one that is gone from the vault serves on from the keeper, and is neither asked for nor waited for', async () => {
    const { world, round, put } = setup()
    const gone = { ...servingKey(B), key: undefined }
    world.serving = { keys: [servingKey(A), gone], isKnown: true }
    put(NAME.a)
    expect(await round()).toEqual({ mayServe: true, names: [NAME.a], lacks: false })
    put(NAME.b)
    expect((await round(keeperIn(2))).names).toEqual([NAME.a, NAME.b])
  })
  it('one that was fenced since signs on from the keeper beside a free one, and is neither asked for nor waited for', async () => {
    const { world, round, put, keys } = setup()
    const fenced = { ...servingKey(B), fenced: 'new-here' as const }
    world.serving = { keys: [servingKey(A), fenced], isKnown: true }
    put(NAME.a)
    expect(await round()).toEqual({ mayServe: true, names: [NAME.a], lacks: false })
    expect(keys.signsOn()).toEqual([])
    put(NAME.b)
    expect(await round(keeperIn(2), MINER)).toEqual({ mayServe: true, names: [NAME.a, NAME.b], lacks: false })
    expect(keys.signsOn()).toEqual([B])
    // The keeper lost it: the miner that runs still signs with it, and once it is down nobody does.
    world.files = [`${NAME.a}.info`]
    expect(await round(keeperIn(3), MINER)).toEqual({ mayServe: true, names: [NAME.a, NAME.b], lacks: false })
    expect(await round(keeperIn(3))).toEqual({ mayServe: true, names: [NAME.a], lacks: false })
    expect(keys.signsOn()).toEqual([])
    expect(world.asked).toEqual([])
  })
  it('a fenced one is asked for where no other is, so that it can be told of', async () => {
    const { world, round } = setup()
    world.serving = { keys: [{ ...servingKey(B), fenced: 'moved' as const }], isKnown: true }
    expect(await round()).toEqual({ mayServe: false, names: [NAME.b], lacks: true })
    expect(world.asked).toEqual([[NAME.b]])
  })
  it('one with the name of earlier versions signs on under it, and is not given a second time', async () => {
    const { world, round, put } = setup()
    world.earlier = B
    put('operator')
    expect(await round(keeperIn(1), MINER)).toEqual({ mayServe: false, names: ['operator'], lacks: true })
    expect(world.asked).toEqual([[NAME.a]])
    put(NAME.a)
    expect(await round(keeperIn(1), MINER)).toEqual({ mayServe: true, names: [NAME.a, 'operator'], lacks: false })
    await round(keeperIn(1), MINER)
    expect(world.looks.filter(([, program]) => program === 'pocketd')).toEqual([
      ['keeper', 'pocketd', 'keys', 'show', 'operator', '-a', '--keyring-backend', 'test', '--keyring-dir', '/keys'],
    ])
    // Another keeper: it is given under its own name.
    world.files = [`${NAME.a}.info`]
    expect(await round(keeperIn(2))).toMatchObject({ names: [NAME.a], lacks: true })
    expect(world.asked.at(-1)).toEqual([NAME.b])
  })
  it('one with the name of earlier versions that is nobody’s, or cannot be read, stands for none', async () => {
    const { world, round, put } = setup()
    put('operator', NAME.a)
    expect(await round()).toMatchObject({ names: [NAME.a], lacks: true })
    world.earlier = C
    expect(await round()).toMatchObject({ names: [NAME.a], lacks: true })
  })
  it('are not there while the keeper is down or does not answer', async () => {
    const { world, round, put } = setup()
    put(NAME.a, NAME.b)
    expect((await round()).mayServe).toBe(true)
    expect(await round(DOWN)).toMatchObject({ mayServe: false, lacks: false })
    world.gone = true
    expect(await round(keeperIn(2))).toMatchObject({ mayServe: false, lacks: false })
    world.gone = false
    expect((await round(keeperIn(2))).mayServe).toBe(true)
  })
  it('with no operator key at all there is nothing to wait for and nothing to name', async () => {
    const { world, round } = setup()
    world.serving = servingNow()
    expect(await round()).toEqual({ mayServe: false, names: [], lacks: false })
  })
  it('what was wanted stays so while that cannot be read, and it is said once', async () => {
    const { world, round, put, log } = setup()
    put(NAME.a, NAME.b)
    await round()
    world.readFails = true
    expect((await round()).names).toEqual([NAME.a, NAME.b])
    await round()
    expect(log.lines.filter((line) => line.message.includes('could not be read'))).toHaveLength(1)
  })
  it('nothing waits for the vault any more once all are there, or none is wanted that is not', async () => {
    const { world, round, put, state } = setup()
    const needed = { reason: 'after-restart' as const, sinceMs: 1, claimsAtRisk: 0, deadlineHeight: null, deadlineMs: null }
    put(NAME.a)
    state.patch('vault', { needed })
    await round()
    expect(state.state.vault.needed).not.toBeNull()
    world.serving = servingNow(A)
    await round(DOWN)
    expect(state.state.vault.needed).not.toBeNull()
    await round()
    expect(state.state.vault.needed).toBeNull()
  })
  it('nothing waits for the vault where no keeper is to run', async () => {
    const { world, round, state } = setup()
    state.patch('vault', { needed: { reason: 'key-missing', sinceMs: 1, claimsAtRisk: 0, deadlineHeight: null, deadlineMs: null } })
    await round(DOWN)
    expect(state.state.vault.needed).not.toBeNull()
    world.isKept = false
    await round(DOWN)
    expect(state.state.vault.needed).toBeNull()
  })
})

describe('where a key is handed over', () => {
  it('is the keeper that runs, under the name given', () => {
    expect(keeperTarget(keeperIn(1), 'unix:///x', NAME.b)).toEqual({
      engineEndpoint: 'unix:///x',
      container: 'keeper',
      command: ['pocketd', 'keys', 'import-hex', NAME.b, '--keyring-backend', 'test', '--keyring-dir', '/keys'],
    })
    expect(keeperTarget(DOWN, 'unix:///x', NAME.b)).toBeUndefined()
    expect(keeperTarget(undefined, 'unix:///x', NAME.b)).toBeUndefined()
  })
})
