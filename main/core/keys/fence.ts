import type { Clock } from '../ports/clock.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'

/**
 * One supplier key, one machine: two miners with one operator key void each other's proofs, and that is slashed. The store notes which installation (machine and data
 * folder) serves with which key. A key without such a note, or with the note of another place, is given to no miner until the user says that nobody else serves with it.
 */
export interface Fence {
  /** @returns why this installation may not serve with the key; undefined when it may */
  of(key: Pick<PublicKeyInfo, 'network' | 'address'>): Promise<FenceReason | undefined>
  /** From now on this installation serves with these keys. @param by what said so, for whoever looks into the store */
  claim(keys: Pick<PublicKeyInfo, 'network' | 'address'>[], by: FenceClaim): Promise<void>
  forget(key: Pick<PublicKeyInfo, 'network' | 'address'>): Promise<void>
}

/** `moved`: the note is of another machine or folder. `new-here`: restored or brought in, and nobody said yet who else serves with it. */
export type FenceReason = 'moved' | 'new-here'
/** `made`: these words never were anywhere else. `own-chain`: the chain itself is on this machine. `upgraded`: from before there was a fence. */
export type FenceClaim = 'made' | 'own-chain' | 'upgraded' | 'other-off' | 'settled'

export const FENCE_SETTING = 'key-fence'
type Notes = Record<string, { place: string; atMs: number; by: FenceClaim }>

export function createFence(deps: {
  store: { setting(key: string): Promise<string | undefined>; setSetting(key: string, value: string): Promise<void> }
  /** Fingerprint of this installation. */
  place(): Promise<string>
  clock: Clock
}): Fence {
  const { store, clock } = deps
  let here: string | undefined
  const place = async (): Promise<string> => (here ??= await deps.place())
  let last: Promise<unknown> = Promise.resolve()
  /** One change after the other: each reads, changes and writes the whole note. */
  const change = (apply: (notes: Notes, place: string) => void): Promise<void> => {
    const result = last.then(async () => {
      const notes = readNotes(await store.setting(FENCE_SETTING))
      apply(notes, await place())
      await store.setSetting(FENCE_SETTING, JSON.stringify(notes))
    })
    last = result.catch(() => undefined)
    return result
  }

  return {
    async of(key) {
      const note = readNotes(await store.setting(FENCE_SETTING))[nameOf(key)]
      if (!note) return 'new-here'
      return note.place === (await place()) ? undefined : 'moved'
    },
    claim: (keys, by) =>
      change((notes, where) => {
        for (const key of keys) notes[nameOf(key)] = { place: where, atMs: clock.now(), by }
      }),
    forget: (key) =>
      change((notes) => {
        Reflect.deleteProperty(notes, nameOf(key))
      }),
  }
}

const nameOf = (key: Pick<PublicKeyInfo, 'network' | 'address'>): string => `${key.network}/${key.address}`

/** A note that cannot be read fences: the safe side of the two. */
function readNotes(text: string | undefined): Notes {
  const notes: Notes = Object.create(null) as Notes
  if (text === undefined) return notes
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return notes
    for (const [name, note] of Object.entries(parsed as Record<string, Partial<Notes[string]> | null>))
      if (typeof note?.place === 'string') notes[name] = { place: note.place, atMs: note.atMs ?? 0, by: note.by ?? 'made' }
  } catch {
    return notes
  }
  return notes
}
