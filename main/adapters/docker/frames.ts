/** Which of a program's two outputs a frame belongs to. */
export type OutputStream = 'out' | 'err'

const HEADER_BYTES = 8

/**
 * Takes apart the engine's multiplexed output: 8 bytes of header (stream, three zeros, length), then the bytes. Headers and bytes may be cut anywhere.
 * @returns a function that takes the next piece
 */
export function createFrameReader(onFrame: (stream: OutputStream, content: Buffer) => void): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let at = 0
    while (at + HEADER_BYTES <= rest.length) {
      const end = at + HEADER_BYTES + rest.readUInt32BE(at + 4)
      if (end > rest.length) break
      onFrame(rest[at] === 2 ? 'err' : 'out', rest.subarray(at + HEADER_BYTES, end))
      at = end
    }
    rest = rest.subarray(at)
  }
}
