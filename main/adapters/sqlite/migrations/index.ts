import { first } from './0010-first.ts'
import { shortRows } from './0020-short-rows.ts'
import { wallet } from './0030-wallet.ts'
import { updates } from './0040-updates.ts'
import { selfTests } from './0050-self-tests.ts'
import type { Migration } from './migration.ts'

/** All steps, oldest first, listed by hand. A step that was released never changes. */
export const MIGRATIONS: readonly Migration[] = [first, shortRows, wallet, updates, selfTests]

export type { Migration } from './migration.ts'
