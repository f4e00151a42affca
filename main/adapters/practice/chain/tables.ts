/** Tables that can take back what a failed transaction did. Records are never changed in place: a changed one replaces the old. */

export class Journal {
  private undo: (() => void)[] | undefined

  /** From here on, changes can be taken back. */
  begin(): void {
    this.undo = []
  }

  commit(): void {
    this.undo = undefined
  }

  rollback(): void {
    const steps = this.undo ?? []
    this.undo = undefined
    for (let index = steps.length - 1; index >= 0; index -= 1) steps[index]?.()
  }

  note(step: () => void): void {
    this.undo?.push(step)
  }
}

export class Table<K, V> {
  readonly map: Map<K, V>
  private readonly journal: Journal

  constructor(journal: Journal, entries: Iterable<readonly [K, V]> = []) {
    this.journal = journal
    this.map = new Map(entries)
  }

  get size(): number {
    return this.map.size
  }

  get(key: K): V | undefined {
    return this.map.get(key)
  }

  has(key: K): boolean {
    return this.map.has(key)
  }

  set(key: K, value: V): void {
    const before = this.map.get(key)
    if (before === undefined) this.journal.note(() => void this.map.delete(key))
    else this.journal.note(() => void this.map.set(key, before))
    this.map.set(key, value)
  }

  delete(key: K): void {
    const before = this.map.get(key)
    if (before === undefined) return
    this.journal.note(() => void this.map.set(key, before))
    this.map.delete(key)
  }
}
