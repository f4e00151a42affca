/** An answer that is valid JSON and still not what a node says. `path` is the field that is wrong. */
export class NotUnderstood extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(`${path}: ${message}`)
    this.name = 'NotUnderstood'
    this.path = path
  }
}
