/** One step of the schema. Runs in one transaction together with its `user_version`. */
export interface Migration {
  /** Numbers go in tens, so that a hotfix fits between two. */
  version: number
  name: string
  sql: string
}
