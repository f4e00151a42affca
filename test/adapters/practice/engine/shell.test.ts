import { describe, expect, it } from 'vitest'
import { createPlainProgram } from '#main/adapters/practice/engine/programs/plain.ts'
import { parseScript } from '#main/adapters/practice/engine/programs/shell.ts'
import { boxSpec, bytes, createEngineScene, OWNER, text } from './engine-scene.ts'

async function shellScene(command: string[] = ['sleep', '600']) {
  const scene = createEngineScene({ choose: () => undefined })
  await scene.engine.create(boxSpec('box', { command, user: '1025:1025' }))
  await scene.engine.start('box')
  return { ...scene, exec: (...argv: string[]) => scene.engine.exec('box', argv) }
}

describe('the small programs of Practice', () => {
  it.each([
    [`echo one; printf 'two\\n' >&2 && exit 3`, { exitCode: 3, stdout: 'one\n', stderr: 'two\n' }],
    ['false && echo no; echo yes', { exitCode: 0, stdout: 'yes\n', stderr: '' }],
    [`echo 'a  b' "c"d`, { exitCode: 0, stdout: 'a  b cd\n', stderr: '' }],
    ['exec echo last; echo never', { exitCode: 0, stdout: 'last\n', stderr: '' }],
    ['echo 1>&2 x', { exitCode: 0, stdout: '', stderr: 'x\n' }],
    ['false || echo saved; true || echo no', { exitCode: 0, stdout: 'saved\n', stderr: '' }],
    ['false && echo no || echo yes', { exitCode: 0, stdout: 'yes\n', stderr: '' }],
    ['ls /nowhere 2>/dev/null; echo 2 > /dev/null', { exitCode: 0, stdout: '', stderr: '' }],
    ['ls /nowhere 2> /dev/null', { exitCode: 1, stdout: '', stderr: '' }],
    ['id -u', { exitCode: 0, stdout: '1025\n', stderr: '' }],
  ])('run %j', async (script, result) => {
    expect(await (await shellScene()).exec('sh', '-c', script)).toEqual(result)
  })
  it('write, find, list and remove files', async () => {
    const scene = await shellScene()
    await scene.exec('sh', '-c', 'echo one > /tmp/a/x; echo two >> /tmp/a/x; touch /tmp/a/y /tmp/b')
    expect(text(await scene.engine.readFile('box', '/tmp/a/x'))).toBe('one\ntwo\n')
    expect((await scene.exec('ls', '/tmp')).stdout).toBe('a\nb\n')
    expect((await scene.exec('ls', '/tmp/b')).stdout).toBe('/tmp/b\n')
    expect(await scene.exec('ls', '/tmp/c')).toEqual({ exitCode: 1, stdout: '', stderr: 'ls: /tmp/c: No such file or directory\n' })
    expect((await scene.exec('cat', '/tmp/a/x')).stdout).toBe('one\ntwo\n')
    for (const [flag, path, code] of [
      ['-f', '/tmp/a/x', 0],
      ['-f', '/tmp/a', 1],
      ['-d', '/tmp/a', 0],
      ['-e', '/no', 1],
      ['-s', '/tmp/b', 1],
      ['-?', '/no', 2],
    ] as const)
      expect({ flag, path, code: (await scene.exec('test', flag, path)).exitCode }).toEqual({ flag, path, code })
    expect((await scene.exec('rm', '/tmp/a')).exitCode).toBe(1)
    expect((await scene.exec('rm', '/tmp/nothing')).exitCode).toBe(1)
    expect((await scene.exec('rm', '-rf', '/tmp/a', '/tmp/nothing')).exitCode).toBe(0)
    expect((await scene.exec('test', '-d', '/tmp/a')).exitCode).toBe(1)
    expect((await scene.exec('cat', '/tmp/a/x')).exitCode).toBe(1)
  })
  it('say that the disk is full', async () => {
    const scene = await shellScene()
    await scene.engine.writeFile('box', '/x', bytes('x'), OWNER)
    scene.practice.setDisk(0)
    expect((await scene.exec('touch', '/empty')).exitCode).toBe(0)
    expect(await scene.exec('sh', '-c', 'echo long > /x')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('No space left on device') as string,
    })
    expect(text(await scene.engine.readFile('box', '/x'))).toBe('x')
  })
  it('end as an engine ends what is not there', async () => {
    expect(await (await shellScene()).exec('no-such-program')).toMatchObject({
      exitCode: 127,
      stdout: expect.stringContaining('executable file not found') as string,
    })
  })
  it.each([
    'while :; do sleep 1; done',
    'echo $HOME',
    'echo a | cat',
    'trap x TERM',
    'echo `id`',
    "echo 'open",
    'a & b',
    '(x)',
    'echo "$x"',
  ])('do not pretend to understand %j', async (script) => {
    expect(parseScript(script)).toBeUndefined()
    expect((await (await shellScene()).exec('sh', '-c', script)).exitCode).toBe(2)
  })
  it('of a container end it with their code, and wait in practised time', async () => {
    const scene = await shellScene(['sh', '-c', 'echo hello; sleep 5; exit 7'])
    await scene.clock.advance(4_999)
    expect((await scene.engine.list())[0]?.state).toBe('running')
    await scene.clock.advance(1)
    expect((await scene.engine.list())[0]).toMatchObject({ state: 'exited', exitCode: 7 })
    expect((await scene.engine.logs('box', { tail: 5 })).map((line) => line.text)).toEqual(['hello'])
  })
  it('that Practice does not know wait until they are stopped', async () => {
    const scene = await shellScene(['caddy', 'run'])
    await scene.clock.advance(86_400_000)
    expect((await scene.engine.list())[0]?.state).toBe('running')
    await scene.engine.stop('box', 1)
    expect((await scene.engine.list())[0]?.exitCode).toBe(143)
  })
  it('are not there before the start', () => {
    expect(() => createPlainProgram().exec(['true'], {})).toThrow(/before the start/)
  })
})
