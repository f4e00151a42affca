import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

export type Headers = Record<string, string>

/** Ends a request. A HEAD request gets the same headers and no body. */
export function answer(request: IncomingMessage, response: ServerResponse, status: number, headers: Headers, body: Uint8Array): void {
  response.writeHead(status, { ...headers, 'Content-Length': String(body.byteLength) })
  if (request.method === 'HEAD') response.end()
  else response.end(body)
}

/** Ends a request with one plain sentence. */
export function answerSentence(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Headers,
  sentence: string,
): void {
  // What is left of a refused body is not read: the connection goes with it.
  const rest: Headers = request.method === 'GET' || request.method === 'HEAD' ? {} : { Connection: 'close' }
  answer(request, response, status, { ...headers, ...rest, 'Content-Type': 'text/html; charset=utf-8' }, sentencePage(sentence))
}

/** Refuses on a raw connection: an upgrade, or bytes that are no HTTP. */
export function refuseRaw(socket: Duplex, status: number, headers: Headers): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const lines = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' }).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`, () => socket.destroy())
}

/** @returns the header's value when it was sent exactly once */
export function single(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name]
  return values?.length === 1 ? values[0] : undefined
}

/** @returns the value of a cookie, or undefined when it is absent or ambiguous */
export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined
}

/** HTML special characters of a sentence, so that no caller can slip markup into a page. */
function sentencePage(sentence: string): Buffer {
  const safe = sentence.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return Buffer.from(
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hearth</title></head><body><main><h1>Hearth</h1><p>${safe}</p></main></body></html>\n`,
    'utf8',
  )
}
