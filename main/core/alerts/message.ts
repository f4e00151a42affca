/** What is told of one finding: its name and how long, never its facts. SECURITY: S18 a message leaves this PC for a service that others run. */
export interface AlertLine {
  id: string
  /** Title of the network it is about; undefined for what is about this PC. */
  network: string | undefined
  key: string
  level: 'bad' | 'warn'
  /** Since when; for what is over, how long it was. */
  kind: 'began' | 'over'
  ms: number
}

export interface OutMessage {
  body: string
  headers: Record<string, string>
}

/** "node-failing" -> "node failing": findings are named by main in plain words. */
const inWords = (key: string): string => key.replaceAll('-', ' ')
const WORD: Record<AlertLine['level'], string> = { bad: 'Act now', warn: 'Look soon' }

function lineText(line: AlertLine): string {
  const what = `${line.network === undefined ? '' : `${line.network}: `}${inWords(line.key)}`
  if (line.kind === 'over') return `Over: ${what}, after ${minutes(line.ms)}`
  return `${WORD[line.level]}: ${what}, since ${new Date(line.ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const minutes = (ms: number): string => {
  const count = Math.max(1, Math.round(ms / 60_000))
  return count < 120 ? `${count} min` : `${Math.round(count / 60)} h`
}

/**
 * One message about all lines, in the form that the service behind the address reads: ntfy takes text, Discord, Slack and Telegram each their own field, and anything
 * else gets JSON with all of them and the lines apart.
 * @param host name of this PC, so that one knows where to look
 */
export function alertMessage(url: string, host: string, lines: readonly AlertLine[]): OutMessage {
  const title = `Hearth on ${host}`
  const text = [title, ...lines.map(lineText)].join('\n')
  const isBad = lines.some((line) => line.kind === 'began' && line.level === 'bad')
  const json = (value: unknown): OutMessage => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
  const { hostname } = new URL(url)
  if (hostname === 'discord.com' || hostname === 'discordapp.com') return json({ content: text, allowed_mentions: { parse: [] } })
  if (hostname === 'hooks.slack.com' || hostname === 'api.telegram.org') return json({ text })
  if (hostname === 'ntfy.sh' || hostname.startsWith('ntfy.')) {
    const priority = isBad ? 'high' : 'default'
    return {
      body: lines.map(lineText).join('\n'),
      headers: { 'content-type': 'text/plain; charset=utf-8', title: headerText(title), priority },
    }
  }
  return json({
    source: 'hearth',
    host,
    text,
    content: text,
    lines: lines.map((line) => ({ finding: line.key, level: line.level, kind: line.kind, ...(line.network && { network: line.network }) })),
  })
}

/** The name of a PC may hold anything; a header takes plain letters only. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
