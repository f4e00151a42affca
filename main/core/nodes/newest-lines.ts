import { MAX_RESULT_LENGTH } from '#shared/api/requests.ts'
import type { LogLine } from '../ports/engine.ts'

/** A little less than an answer may be: commas and the rest of it need room too. */
const MAX_LENGTH = MAX_RESULT_LENGTH - 16 * 1024

/** The newest lines that one answer has room for: two thousand lines of four thousand letters are more than a page can take. */
export function newestLines(lines: LogLine[]): LogLine[] {
  let length = 0
  let first = lines.length
  while (first > 0) {
    length += JSON.stringify(lines[first - 1]).length + 1
    if (length > MAX_LENGTH) break
    first -= 1
  }
  return lines.slice(first)
}
