/** One file in a tar archive, the form in which the engine takes and gives files. ustar, as POSIX.1-1988 says; names under 100 bytes. */

const BLOCK = 512

/** @param name of the file inside the archive @returns a whole archive with this one file */
export function packFile(name: string, content: Uint8Array, owner: { mode: number; uid: number; gid: number; mtimeMs: number }): Buffer {
  if (name === '' || Buffer.byteLength(name) > 100) throw new Error('no file name, or one too long for the archive')
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0)
  header.write(octal(owner.mode, 7), 100)
  header.write(octal(owner.uid, 7), 108)
  header.write(octal(owner.gid, 7), 116)
  header.write(octal(content.length, 11), 124)
  header.write(octal(Math.max(0, Math.floor(owner.mtimeMs / 1000)), 11), 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\u000000', 257)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${octal(sum, 6)}\u0000 `, 148)
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * BLOCK)])
}

/** The content of an archive's first entry if that is an ordinary file; undefined for a folder or a link. Throws when the archive is cut off. */
export function unpackFile(archive: Buffer): Buffer | undefined {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return undefined
    const size = Number.parseInt(header.toString('latin1', 124, 136).replace(/\0.*$/, '').trim() || '0', 8)
    const type = header.toString('latin1', 156, 157)
    const start = at + BLOCK
    if (type === '0' || type === '\0') {
      if (start + size > archive.length) throw new Error('the archive is cut off')
      return archive.subarray(start, start + size)
    }
    // Extended headers (POSIX "x" and "g") come before the entry that they describe.
    if (type !== 'x' && type !== 'g') return undefined
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  return undefined
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
