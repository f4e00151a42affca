import type Docker from 'dockerode'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import type { LogLine } from '#main/core/ports/engine.ts'
import { statusOf, textOf } from './errors.ts'
import { createFrameReader, type OutputStream } from './frames.ts'

const MAX_LINE = 4_000

/** The last lines that a container wrote, with the engine's own times, colours removed. A container that is gone, or keeps no log (driver none), has none. */
export async function readLogs(docker: Docker, name: string, tail: number, sinceMs: number | undefined): Promise<LogLine[]> {
  // The engine takes fractions of a second although the client's types know whole numbers only.
  const since = sinceMs === undefined ? {} : { since: (sinceMs / 1000).toFixed(3) as unknown as number }
  try {
    const raw: unknown = await docker
      .getContainer(name)
      .logs({ stdout: true, stderr: true, timestamps: true, tail, follow: false, ...since })
    return demux(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0))
  } catch (error) {
    if (statusOf(error) === 404 || /does not support reading|is not logging output/i.test(textOf(error))) return []
    throw error
  }
}

/** Lines of the engine's multiplexed answer, in the order of their times; equal times keep the order in which they came. */
export function demux(raw: Buffer): LogLine[] {
  const text: Record<OutputStream, string> = { out: '', err: '' }
  // A long line may be cut in the middle of a letter.
  const letters: Record<OutputStream, StringDecoder> = { out: new StringDecoder('utf8'), err: new StringDecoder('utf8') }
  const lines: LogLine[] = []
  createFrameReader((stream, content) => {
    // The engine cuts a long line in pieces and puts a time before each; all but the first are noise in the middle of the line.
    const timeBytes = text[stream] === '' ? 0 : (TIME.exec(content.toString('latin1', 0, TIME_BYTES))?.[0].length ?? 0)
    const parts = (text[stream] + letters[stream].write(content.subarray(timeBytes))).split('\n')
    text[stream] = parts.pop() ?? ''
    for (const part of parts) lines.push(toLine(stream, part))
  })(raw)
  for (const stream of ['out', 'err'] as const) if (text[stream] !== '') lines.push(toLine(stream, text[stream]))
  return lines.sort((a, b) => a.timeMs - b.timeMs)
}

const TIME_BYTES = 64
const TIME = /^\d{4}-\d\d-\d\dT\S+ /

function toLine(stream: OutputStream, line: string): LogLine {
  const time = TIME.exec(line)?.[0].trim()
  const timeMs = time === undefined ? Number.NaN : Date.parse(time)
  const text = Number.isNaN(timeMs) ? line : line.replace(TIME, '')
  return { timeMs: Number.isNaN(timeMs) ? 0 : timeMs, stream, text: cut(stripVTControlCharacters(text).trimEnd()) }
}

const cut = (line: string): string => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE - 1)}…` : line)
