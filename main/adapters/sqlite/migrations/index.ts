import { first } from './0010-first.ts'
import { shortRows } from './0020-short-rows.ts'
import type { Migration } from './migration.ts'

/** All steps, oldest first, listed by hand. A step that was released never changes. */
export const MIGRATIONS: readonly Migration[] = [first, shortRows]

export type { Migration } from './migration.ts'
