import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'

/** One entry of an archive. Paths are relative to its root, without a leading slash. Owner 0:0 unless said. */
export type TarEntry = { path: string; mode: number; uid?: number; gid?: number } & (
  | { kind: 'folder' }
  | { kind: 'text'; text: string }
  /** `capabilities`: of the program's file, as Linux keeps them in its attribute. */
  | { kind: 'file'; source: string; capabilities?: 'net-bind-service' }
  | { kind: 'link'; target: string }
)

const BLOCK = 512

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

function header(entry: TarEntry, size: number, type?: 'x'): Buffer {
  const block = Buffer.alloc(BLOCK)
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path
  if (Buffer.byteLength(path) > 100) throw new Error(`path too long for a plain tar header: ${path}`)
  block.write(path, 0)
  block.write(octal(entry.mode, 8), 100)
  block.write(octal(entry.uid ?? 0, 8), 108)
  block.write(octal(entry.gid ?? 0, 8), 116)
  block.write(octal(size, 12), 124)
  // A fixed time makes the same files give the same archive.
  block.write(octal(0, 12), 136)
  block.write('        ', 148)
  block.write(type ?? (entry.kind === 'folder' ? '5' : entry.kind === 'link' ? '2' : '0'), 156)
  if (entry.kind === 'link') block.write(entry.target, 157)
  block.write('ustar\x0000', 257)
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Revision 2 of the attribute, effective, with number 10 permitted: what `setcap cap_net_bind_service=+ep` writes. */
const NET_BIND_SERVICE = Buffer.from('0100000200040000000000000000000000000000', 'hex')

/** An extended header (POSIX.1-2001) for the entry that follows, with the attribute as engines write it. */
function attributes(entry: TarEntry): Buffer {
  const rest = Buffer.concat([Buffer.from(' SCHILY.xattr.security.capability='), NET_BIND_SERVICE, Buffer.from('\n')])
  // The length counts its own digits.
  const digits = String(rest.length + 2).length
  const record = Buffer.concat([Buffer.from(String(rest.length + digits)), rest])
  const block = header({ kind: 'text', text: '', path: 'attributes', mode: entry.mode }, record.length, 'x')
  return Buffer.concat([block, record, Buffer.alloc((BLOCK - (record.length % BLOCK)) % BLOCK)])
}

async function* archive(entries: readonly TarEntry[]): AsyncGenerator<Buffer> {
  const seen = new Set<string>()
  for (const entry of entries) {
    // Recipes are put together from parts that name the same folders; the engine refuses a path given twice.
    if (seen.has(entry.path)) continue
    seen.add(entry.path)
    if (entry.kind === 'text') {
      const content = Buffer.from(entry.text)
      yield header(entry, content.length)
      yield content
      yield Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
    } else if (entry.kind === 'file') {
      const { size } = await stat(entry.source)
      if (entry.capabilities !== undefined) yield attributes(entry)
      yield header(entry, size)
      for await (const chunk of createReadStream(entry.source, { highWaterMark: 1 << 20 })) yield chunk as Buffer
      yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
    } else {
      yield header(entry, 0)
    }
  }
  yield Buffer.alloc(2 * BLOCK)
}

/**
 * A ustar archive as a stream. Owners and modes come from the entries, so that neither root nor a
 * particular `tar` program is needed to make an image. Of two entries with one path the first counts.
 */
export function tarStream(entries: readonly TarEntry[]): Readable {
  return Readable.from(archive(entries), { objectMode: false })
}
