import { describe, expect, test } from 'vitest'
import { createFrameReader } from '#main/adapters/docker/frames.ts'
import { demux } from '#main/adapters/docker/logs.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const content = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(content.length, 4)
  return Buffer.concat([header, content])
}
const at = (second: number): string => `2024-05-01T10:00:0${second}.000000000Z`

describe('createFrameReader', () => {
  test('gives the same frames wherever the stream is cut', () => {
    const whole = Buffer.concat([frame(1, 'first ü'), frame(2, ''), frame(2, 'second'), frame(1, 'x'.repeat(300))])
    const expected = ['out:first ü', 'err:', 'err:second', `out:${'x'.repeat(300)}`]
    for (const size of [1, 2, 7, 8, 9, 50, whole.length]) {
      const frames: string[] = []
      const take = createFrameReader((stream, content) => frames.push(`${stream}:${content.toString()}`))
      for (let from = 0; from < whole.length; from += size) take(whole.subarray(from, from + size))
      expect(frames, `pieces of ${size}`).toEqual(expected)
    }
  })

  test('keeps back a frame that has not come whole', () => {
    const frames: string[] = []
    const take = createFrameReader((_stream, content) => frames.push(content.toString()))
    take(frame(1, 'complete'))
    take(frame(1, 'incomplete').subarray(0, 12))
    expect(frames).toEqual(['complete'])
  })
})

describe('demux', () => {
  test('lines carry stream and the time of the engine, in order of time', () => {
    const raw = Buffer.concat([frame(1, `${at(3)} third\n`), frame(2, `${at(1)} first\n`), frame(1, `${at(2)} second\n`)])
    expect(demux(raw)).toEqual([
      { timeMs: Date.parse('2024-05-01T10:00:01Z'), stream: 'err', text: 'first' },
      { timeMs: Date.parse('2024-05-01T10:00:02Z'), stream: 'out', text: 'second' },
      { timeMs: Date.parse('2024-05-01T10:00:03Z'), stream: 'out', text: 'third' },
    ])
  })

  test('lines of one time keep the order in which they came', () => {
    const raw = Buffer.concat(['b', 'a', 'c'].map((text, index) => frame(index === 1 ? 2 : 1, `${at(1)} ${text}\n`)))
    expect(demux(raw).map((line) => line.text)).toEqual(['b', 'a', 'c'])
  })

  test('colours and other control sequences go, the text stays', () => {
    const raw = frame(1, `${at(1)} \u001b[1;31mERR\u001b[0m stake \u001b[?25lfailed\u001b[K [31m\r\n`)
    expect(demux(raw)[0]?.text).toBe('ERR stake failed [31m')
  })

  test('a line that the engine has cut in pieces becomes one, without the times in between', () => {
    const raw = Buffer.concat([
      frame(1, `${at(1)} begin-`),
      frame(2, `${at(1)} other\n`),
      frame(1, `${at(2)} middle-`),
      frame(1, `${at(3)} end\n`),
    ])
    expect(
      demux(raw)
        .map((line) => `${line.stream} ${line.text}`)
        .toSorted(),
    ).toEqual(['err other', 'out begin-middle-end'])
  })

  test('the last line may lack its end, an empty line stays, a very long one is cut', () => {
    const lines = demux(Buffer.concat([frame(1, `${at(1)} \n`), frame(1, `${at(2)} ${'y'.repeat(9_000)}\n`), frame(1, `${at(3)} open`)]))
    expect(lines.map((line) => line.text.length)).toEqual([0, 4_000, 4])
    expect(lines[2]?.text).toBe('open')
    expect(lines[1]?.text.endsWith('y…')).toBe(true)
  })

  test('a letter that the engine has cut in its middle stays whole', () => {
    const bytes = Buffer.from(`${at(1)} price 5 € and more\n`)
    const middle = bytes.indexOf(Buffer.from('€')) + 1
    const raw = (content: Buffer): Buffer => {
      const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
      header.writeUInt32BE(content.length, 4)
      return Buffer.concat([header, content])
    }
    const cut = [raw(bytes.subarray(0, middle)), raw(Buffer.concat([Buffer.from(`${at(2)} `), bytes.subarray(middle)]))]
    expect(demux(Buffer.concat(cut)).map((line) => line.text)).toEqual(['price 5 € and more'])
  })

  test('a line without a time is kept whole', () => {
    expect(demux(frame(2, 'no time here\n'))).toEqual([{ timeMs: 0, stream: 'err', text: 'no time here' }])
    expect(demux(Buffer.alloc(0))).toEqual([])
  })
})
