import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FromKeyProcess, ToKeyProcess } from '#main/adapters/vault/messages.ts'
import { connectParent, type ChildSide } from '#main/adapters/vault/parent-channel.ts'

const saved: ToKeyProcess = { type: 'saved', id: 1, ok: true, path: '/vault', bytes: new Uint8Array(0) }
const answer: FromKeyProcess = { type: 'answer', id: 1, value: {} }
const esrch = (): Error => Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' })

/** A process as its own code sees it. */
class FakeChild extends EventEmitter implements ChildSide {
  ppid = 100
  readonly posted: unknown[] = []
  /** What a signal to the parent is answered with. */
  signalled: Error | undefined
  parentPort?: NonNullable<ChildSide['parentPort']> & EventEmitter
  send?: (message: unknown) => boolean

  kill(): boolean {
    if (this.signalled) throw this.signalled
    return true
  }
}

const nodeChild = (): FakeChild => {
  const child = new FakeChild()
  child.send = (message) => child.posted.push(message) > 0
  return child
}
const utility = (): FakeChild => {
  const child = new FakeChild()
  child.parentPort = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => void child.posted.push(structuredClone(message)),
  })
  return child
}

describe('the way to the parent', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('in a Node child is its own channel, which also tells when the parent is gone', () => {
    const child = nodeChild()
    const parent = connectParent(child)
    const heard: ToKeyProcess[] = []
    let gone = 0
    parent.onMessage((message) => heard.push(message))
    parent.onGone(() => (gone += 1))
    parent.post(answer)
    child.emit('message', saved)
    expect(child.posted).toEqual([answer])
    expect(heard).toEqual([saved])
    expect(gone).toBe(0)
    child.emit('disconnect')
    expect(gone).toBe(1)
  })

  it('in a utility process is the parent port, where a message lies in an event', () => {
    const child = utility()
    const parent = connectParent(child)
    const heard: ToKeyProcess[] = []
    parent.onMessage((message) => heard.push(message))
    parent.post(answer)
    child.parentPort?.emit('message', { data: saved, ports: [] })
    expect(child.posted).toEqual([answer])
    expect(heard).toEqual([saved])
  })

  it('posts the bytes of the file and not the memory that they share with others', () => {
    const child = utility()
    const memory = new TextEncoder().encode('private key|sealed file')
    connectParent(child).post({ type: 'save', id: 1, file: memory.subarray(12), target: { kind: 'vault' } })
    const [message] = child.posted as { file: Uint8Array }[]
    expect(new TextDecoder().decode(message?.file.buffer)).toBe('sealed file')
    expect(new TextDecoder().decode(memory)).toBe('private key|sealed file')
  })

  it.each([
    ['it has another parent', (child: FakeChild) => (child.ppid = 1), 1],
    ['its parent is no more', (child: FakeChild) => (child.signalled = esrch()), 1],
    ['its parent may not be signalled', (child: FakeChild) => (child.signalled = Object.assign(new Error(), { code: 'EPERM' })), 0],
  ])('in a utility process looks for the parent: when %s', async (_what, change, expected) => {
    const child = utility()
    let gone = 0
    connectParent(child).onGone(() => (gone += 1))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(gone).toBe(0)
    change(child)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(gone).toBe(expected)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(gone).toBe(expected)
  })

  it('is not there for a process that nobody started', () => {
    expect(() => connectParent(new FakeChild())).toThrow('no parent')
  })
})
