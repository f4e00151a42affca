import { first } from './0010-first.ts'

/** One step of the schema. Runs in one transaction together with its `user_version`. */
export interface Migration {
  /** Numbers go in tens, so that a hotfix fits between two. */
  version: number
  name: string
  sql: string
}

/** All steps, oldest first, listed by hand. A step that was released never changes. */
export const MIGRATIONS: readonly Migration[] = [first]
