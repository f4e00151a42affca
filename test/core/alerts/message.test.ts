import { describe, expect, it } from 'vitest'
import { alertMessage, type AlertLine } from '#main/core/alerts/message.ts'
import { isQuiet } from '#main/core/alerts/quiet.ts'

const MINUTE = 60_000

describe('quiet hours', () => {
  it.each([
    [22, 7, [22, 23, 0, 6], [7, 12, 21]],
    [1, 5, [1, 4], [0, 5, 23]],
    [8, 8, [], [0, 8, 23]],
  ])('from %d to %d', (from, to, quiet, loud) => {
    for (const hour of quiet) expect(isQuiet(hour, from, to), String(hour)).toBe(true)
    for (const hour of loud) expect(isQuiet(hour, from, to), String(hour)).toBe(false)
  })
})

describe('the form of a message', () => {
  const lines: AlertLine[] = [
    { id: 'a', network: 'Mainnet', key: 'keys-needed', level: 'bad', kind: 'began', ms: Date.UTC(2026, 10, 22, 14, 2) },
    { id: 'b', network: undefined, key: 'engine-gone', level: 'warn', kind: 'over', ms: 12 * MINUTE },
  ]
  const told = 'Act now: Mainnet: keys needed, since 2026-11-22 14:02 UTC\nOver: engine gone, after 12 min'

  it('is what each service reads', () => {
    const of = (url: string) => alertMessage(url, 'oakroom', lines)
    expect(JSON.parse(of('https://discord.com/api/webhooks/1/x').body)).toEqual({
      content: `Hearth on oakroom\n${told}`,
      allowed_mentions: { parse: [] },
    })
    expect(JSON.parse(of('https://hooks.slack.com/services/x').body)).toEqual({ text: `Hearth on oakroom\n${told}` })
    expect(JSON.parse(of('https://api.telegram.org/bot1:x/sendMessage?chat_id=1').body)).toEqual({ text: `Hearth on oakroom\n${told}` })
    expect(of('https://ntfy.sh/topic')).toEqual({
      body: told,
      headers: { 'content-type': 'text/plain; charset=utf-8', title: 'Hearth on oakroom', priority: 'high' },
    })
    expect(JSON.parse(of('https://discord.com.evil.example/x').body)).toMatchObject({ source: 'hearth' })
  })

  it('puts no strange letter of a PC’s name into a header', () => {
    const { headers } = alertMessage('https://ntfy.sh/topic', 'küche\r\nx-evil: 1', lines)
    expect(headers['title']).toBe('Hearth on k?che??x-evil: 1')
  })
})
