import { describe, expect, it } from 'vitest'
import { checkPasswordStrength } from '#main/adapters/vault/password-strength.ts'
import { createTries, type TriesMemory } from '#main/adapters/vault/tries.ts'
import { HearthError } from '#shared/api/errors.ts'
import { createTestClock } from '../../fakes/clock.ts'

const memory = (text?: string): TriesMemory => {
  let bytes = text === undefined ? undefined : new TextEncoder().encode(text)
  return {
    read: () => Promise.resolve(bytes),
    write: (next) => Promise.resolve(void (bytes = Uint8Array.from(next))),
    remove: () => Promise.resolve(void (bytes = undefined)),
  }
}

const refused = (password: string): string | undefined => {
  try {
    checkPasswordStrength(password)
    return undefined
  } catch (error) {
    if (!(error instanceof HearthError) || error.code !== 'weak-password') throw error
    expect(error.detail['advice']).not.toBe('')
    return error.detail['reason']
  }
}

describe('password strength', () => {
  it.each(['', 'abc', 'Xk7#pQ2!m', '9 letters'])('refuses %j as too short', (password) => expect(refused(password)).toBe('too-short'))
  it.each([
    'passwordpassword',
    'P4ssw0rd12345',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    '12345678901234567890',
    'qwertyuiopasdfghjkl',
    'hearthpocket123',
    'abababababababab',
    '1029384756',
    'letmein1234',
  ])('refuses %j as too simple', (password) => expect(refused(password)).toBe('too-simple'))
  it.each([
    'correct horse battery',
    'violet tractor seldom ink',
    'Xk7#pQ2!mZ',
    'gVt93hqLwe',
    'ünter den Linden 7',
    '堅固な密碼を選ぶこと十分',
  ])('takes %j', (password) => expect(refused(password)).toBeUndefined())
})

describe('wrong passwords', () => {
  it('grow a delay that ends, and a right one clears it', async () => {
    const clock = createTestClock()
    const tries = await createTries(clock, memory())
    const waits: number[] = []
    for (let count = 0; count < 12; count += 1) {
      await tries.wrong()
      waits.push(tries.waitSeconds())
    }
    expect(waits).toEqual([0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    expect(() => tries.check()).toThrowError(expect.objectContaining({ code: 'too-many-tries', detail: { seconds: '300' } }))
    await clock.advance(299_000)
    expect(tries.waitSeconds()).toBe(1)
    await clock.advance(1_000)
    expect(() => tries.check()).not.toThrow()
    await tries.wrong()
    await tries.right()
    expect(tries.waitSeconds()).toBe(0)
  })
  it('are still counted after a restart, and forgotten after a right one', async () => {
    const clock = createTestClock()
    const kept = memory()
    const before = await createTries(clock, kept)
    for (let count = 0; count < 5; count += 1) await before.wrong()
    const after = await createTries(clock, kept)
    expect(after.waitSeconds()).toBe(8)
    await after.right()
    expect((await createTries(clock, kept)).waitSeconds()).toBe(0)
  })
  it('never shut the door for longer than their step, whatever the clock and the file say', async () => {
    const clock = createTestClock()
    const kept = memory(`{"count":9,"lastAtMs":${clock.now() + 10 * 24 * 3_600_000}}`)
    const tries = await createTries(clock, kept)
    expect(tries.waitSeconds()).toBe(128)
    await clock.advance(128_000)
    expect(tries.waitSeconds()).toBe(0)
    for (const text of ['', '{', '{"count":-1,"lastAtMs":0}', 'null', '{"count":1e99,"lastAtMs":0}'])
      expect((await createTries(clock, memory(text))).waitSeconds()).toBe(0)
  })
})
