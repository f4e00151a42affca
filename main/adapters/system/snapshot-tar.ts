import { HearthError } from '#shared/api/errors.ts'

/** Reads a tar (ustar, with the long names of POSIX "pax" and of GNU) and writes another that holds files and folders alone. Sizes in bytes. */

const BLOCK = 512
const LONGEST_NAME = 4_096
/** Extended headers are short; one that is not is no header. */
const LONGEST_EXTENDED = 1024 * 1024
const FILE_TYPES = new Set(['0', '\0'])
/** Where eleven octal digits end. */
const OCTAL_LIMIT = 8 ** 11

export interface SafeTarOptions {
  /** Path that goes before every name; empty for none. */
  folder: string
  owner?: { uid: number; gid: number }
  /** What all files together may take. */
  limitBytes?: number
}

/**
 * @param source a tar as it comes, piece by piece @returns one that can be unpacked anywhere
 * Iterating rejects `snapshot-refused` (a path that leads out, a link, a device, another form), `snapshot-damaged` (cut off, a wrong checksum), `disk-full` (beyond the limit).
 */
export async function* safeTar(source: AsyncIterable<Uint8Array>, options: SafeTarOptions): AsyncGenerator<Uint8Array> {
  const reader = createReader(source)
  let longName: string | undefined
  let longSize: number | undefined
  let unpacked = 0
  for (const folder of foldersOf(options.folder))
    yield* headerOf({ name: `${folder}/`, size: 0, mode: 0o755, type: '5', mtime: 0, options })
  for (;;) {
    const header = await reader.block()
    // Two blocks of zeros end it; some writers leave them out.
    if (header === undefined || header.every((byte) => byte === 0)) break
    mustHaveChecksum(header)
    const type = header.toString('latin1', 156, 157)
    const size = type === 'x' || type === 'g' || type === 'L' ? numberOf(header, 124, 12) : (longSize ?? numberOf(header, 124, 12))
    if (type === 'x' || type === 'g' || type === 'L') {
      if (size > LONGEST_EXTENDED) throw damaged('a header in it is far too long')
      const text = (await reader.exactly(size)).toString('utf8')
      await reader.skip(paddingOf(size))
      if (type === 'L') longName = text.replace(/\0.*$/s, '')
      if (type === 'x') {
        const fields = paxOf(text)
        longName = fields.get('path') ?? longName
        const given = fields.get('size')
        longSize = given === undefined ? undefined : Number(given)
        if ([...fields.keys()].some((key) => key.startsWith('GNU.sparse'))) throw refused('it holds sparse files')
      }
      continue
    }
    const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textOf(header, 345, 155) : ''
    const own = textOf(header, 0, 100)
    const name = cleanName(longName ?? (prefix === '' ? own : `${prefix}/${own}`))
    longName = undefined
    longSize = undefined
    const isFolder = type === '5' || (FILE_TYPES.has(type) && own.endsWith('/'))
    if (!isFolder && !FILE_TYPES.has(type)) throw refused(`${shown(name)} is ${KINDS[type] ?? 'of an unknown kind'}`)
    if (!Number.isSafeInteger(size) || size < 0) throw damaged('a size in it is no number')
    if (isFolder && size > 0) throw refused(`${shown(name)} is a folder with a content`)
    unpacked += size
    if (options.limitBytes !== undefined && unpacked > options.limitBytes)
      throw new HearthError('disk-full', { freeBytes: String(options.limitBytes), reason: 'the snapshot unpacks to more' })
    // The archive's own top: it is there already, or made above.
    if (name === '') {
      await reader.skip(size + paddingOf(size))
      continue
    }
    const path = options.folder === '' ? name : `${options.folder}/${name}`
    const mode = isFolder ? 0o755 : (numberOf(header, 100, 8) & 0o777) | 0o600
    const ids = options.owner ?? { uid: numberOf(header, 108, 8), gid: numberOf(header, 116, 8) }
    const entry = { name: isFolder ? `${path}/` : path, size, mode, type: isFolder ? '5' : '0', mtime: numberOf(header, 136, 12) }
    yield* headerOf({ ...entry, options: { ...options, owner: ids } })
    yield* reader.pieces(size)
    await reader.skip(paddingOf(size))
    if (paddingOf(size) > 0) yield Buffer.alloc(paddingOf(size))
  }
  // What follows the end is read, so that whoever checks or decompresses it sees it whole.
  await reader.drain()
  yield Buffer.alloc(2 * BLOCK)
}

const KINDS: Record<string, string> = {
  '1': 'a link',
  '2': 'a link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  K: 'a link',
  S: 'a sparse file',
}

/** SECURITY: S16 what is unpacked stays below its folder: nothing absolute, nothing that climbs. */
function cleanName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (name.length > LONGEST_NAME || /[\u0000-\u001f\u007f\\]/.test(name)) throw refused('a name in it is no name of a file')
  if (name.startsWith('/')) throw refused(`${shown(name)} leads out of the folder`)
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refused(`${shown(name)} leads out of the folder`)
  return parts.join('/')
}

/** `a/b/c` as `a`, `a/b`, `a/b/c`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

interface Wanted {
  name: string
  size: number
  mode: number
  type: string
  mtime: number
  options: SafeTarOptions
}

function* headerOf({ name, size, mode, type, mtime, options }: Wanted): Generator<Uint8Array> {
  const isLong = Buffer.byteLength(name) > 100
  if (isLong || size >= OCTAL_LIMIT) {
    const fields = `${isLong ? paxField('path', name) : ''}${size >= OCTAL_LIMIT ? paxField('size', String(size)) : ''}`
    const body = Buffer.from(fields)
    yield block('hearth-long-name', body.length, 0o600, 'x', 0, options)
    yield Buffer.concat([body, Buffer.alloc(paddingOf(body.length))])
  }
  yield block(isLong ? 'long' : name, size >= OCTAL_LIMIT ? 0 : size, mode, type, mtime, options)
}

function block(name: string, size: number, mode: number, type: string, mtime: number, { owner }: SafeTarOptions): Buffer {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0)
  header.write(octal(mode, 7), 100)
  header.write(octal(Math.min(owner?.uid ?? 0, 0o7777777), 7), 108)
  header.write(octal(Math.min(owner?.gid ?? 0, 0o7777777), 7), 116)
  header.write(octal(size, 11), 124)
  header.write(octal(Math.max(0, mtime) % OCTAL_LIMIT, 11), 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\u000000', 257)
  header.write(`${octal(sumOf(header), 6)}\u0000 `, 148)
  return header
}

/** Its length counts itself. */
function paxField(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes + String(bytes).length
  if (bytes + String(length).length !== length) length = bytes + String(length).length
  return `${length}${rest}`
}

function paxOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 12), 10)
    if (!Number.isSafeInteger(length) || length < 5 || at + length > bytes.length) throw damaged('an extended header in it cannot be read')
    const line = bytes.toString('utf8', at, at + length - 1)
    const match = /^\d+ ([^=]+)=(.*)$/s.exec(line)
    if (match?.[1] !== undefined) fields.set(match[1], match[2] ?? '')
    at += length
  }
  return fields
}

function mustHaveChecksum(header: Buffer): void {
  if (numberOf(header, 148, 8) !== sumOf(header)) throw damaged('it is no archive of a kind that can be read, or a part of it was changed')
}

/** Of all bytes, with blanks where the sum itself stands. */
function sumOf(header: Buffer): number {
  let sum = 0
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0)
  return sum
}

/** Octal text, or GNU's binary form for what is too large for that. */
function numberOf(header: Buffer, at: number, length: number): number {
  const first = header[at] ?? 0
  if ((first & 0x80) !== 0) {
    let value = first & 0x3f
    for (let index = at + 1; index < at + length; index += 1) value = value * 256 + (header[index] ?? 0)
    return value
  }
  const text = header
    .toString('latin1', at, at + length)
    .replace(/\0.*$/s, '')
    .trim()
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN
}

const textOf = (header: Buffer, at: number, length: number): string => header.toString('utf8', at, at + length).replace(/\0.*$/s, '')
const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK
const shown = (name: string): string => `“${name.slice(0, 80)}”`
const damaged = (reason: string): HearthError => new HearthError('snapshot-damaged', { reason })
const refused = (reason: string): HearthError => new HearthError('snapshot-refused', { reason })

interface Reader {
  /** The next 512 bytes; undefined at the end. */
  block(): Promise<Buffer | undefined>
  exactly(bytes: number): Promise<Buffer>
  /** So many bytes as they come. */
  pieces(bytes: number): AsyncGenerator<Uint8Array>
  skip(bytes: number): Promise<void>
  drain(): Promise<void>
}

function createReader(source: AsyncIterable<Uint8Array>): Reader {
  const iterator = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const next = await iterator.next()
    if (next.done === true) return false
    rest = rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([rest, next.value])
    return true
  }
  async function* pieces(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      if (rest.length === 0 && !(await more())) throw damaged('it is cut off')
      const piece = rest.subarray(0, Math.min(left, rest.length))
      rest = rest.subarray(piece.length)
      left -= piece.length
      if (piece.length > 0) yield piece
    }
  }
  const exactly = async (bytes: number): Promise<Buffer> => {
    while (rest.length < bytes) if (!(await more())) throw damaged('it is cut off')
    const value = rest.subarray(0, bytes)
    rest = rest.subarray(bytes)
    return value
  }
  return {
    pieces,
    exactly,
    async block() {
      while (rest.length < BLOCK) {
        if (await more()) continue
        if (rest.length === 0) return undefined
        throw damaged('it is cut off')
      }
      return exactly(BLOCK)
    },
    async skip(bytes) {
      const passed = pieces(bytes)
      while ((await passed.next()).done !== true) continue
    },
    async drain() {
      rest = Buffer.alloc(0)
      while (await more()) rest = Buffer.alloc(0)
    },
  }
}
