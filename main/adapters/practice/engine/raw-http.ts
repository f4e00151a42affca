import type { Socket } from 'node:net'

/** Far more than any request that the key process makes. */
const MAX_HEAD_BYTES = 16 * 1024
const MAX_BODY_BYTES = 16 * 1024
const TIMEOUT_MS = 20_000

export interface RawRequest {
  method: string
  path: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** What came after the body: the first bytes of an upgraded stream. */
  rest: Buffer
}

/**
 * Reads one HTTP request with its body and leaves the connection open for what follows. Node's own server takes the body of an upgrade for the stream that comes after it,
 * and does so differently from version to version. Rejects for anything that is no small request.
 */
export async function readRequest(socket: Socket): Promise<RawRequest> {
  let bytes = Buffer.alloc(0)
  let head: Omit<RawRequest, 'body' | 'rest'> | undefined
  let bodyAt = 0
  let length = 0
  const { promise, resolve, reject } = Promise.withResolvers<RawRequest>()
  const timer = setTimeout(() => reject(new Error('no request came')), TIMEOUT_MS)
  const take = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk])
    const headEnd = head ? -1 : bytes.indexOf('\r\n\r\n')
    if (!head && headEnd < 0) {
      if (bytes.length > MAX_HEAD_BYTES) reject(new Error('too long a head'))
      return
    }
    if (!head) {
      head = parseHead(bytes.subarray(0, headEnd).toString('latin1'))
      bodyAt = headEnd + 4
      length = Number(head?.headers['content-length'] ?? 0)
    }
    if (!head || !(length >= 0 && length <= MAX_BODY_BYTES)) {
      reject(new Error('not a request'))
      return
    }
    if (bytes.length < bodyAt + length) return
    socket.pause()
    resolve({ ...head, body: bytes.subarray(bodyAt, bodyAt + length).toString('utf8'), rest: Buffer.from(bytes.subarray(bodyAt + length)) })
  }
  const fail = (): void => reject(new Error('the connection ended'))
  socket.on('data', take)
  socket.on('end', fail)
  socket.on('close', fail)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.off('data', take)
    socket.off('end', fail)
    socket.off('close', fail)
    bytes.fill(0)
  }
}

function parseHead(text: string): Omit<RawRequest, 'body' | 'rest'> | undefined {
  const [first = '', ...lines] = text.split('\r\n')
  const [, method, path] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(first) ?? []
  if (method === undefined || path === undefined) return undefined
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { method, path, headers }
}
