import { z } from 'zod'

/** Text settings that name a place. Empty = not used; blanks around are typing, not meaning. */

const placeText = (isGood: (text: string) => boolean, most: number): z.ZodType<string> =>
  z
    .string()
    .max(most)
    .transform((text) => text.trim())
    .refine((text) => text === '' || (NO_CONTROL.test(text) && isGood(text)))
const NO_CONTROL = /^[^\p{Cc}\p{Cs}\s]*$/u

/** https with a host name and no name or password in it: what is in an address is readable on the way to whoever logs it. */
const isHttps = (text: string): boolean => {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' && url.hostname !== '' && url.username === '' && url.password === ''
  } catch {
    return false
  }
}

/** Where alerts are sent (an ntfy topic, a Discord, Slack or Telegram webhook, any address that takes JSON). */
export const webhookUrl: z.ZodType<string> = placeText(isHttps, 500)
/** What is called again and again while all is well; the service behind it tells when the calls stop. */
export const heartbeatUrl: z.ZodType<string> = placeText(isHttps, 500)
/** A container engine on this PC: `unix:///path`, `npipe:////./pipe/name`, or http on loopback. Another host's engine would run the containers there. */
export const engineEndpoint: z.ZodType<string> = placeText((text) => {
  if (/^unix:\/\/\/[^\0]+$/.test(text) || /^npipe:\/\/\/\/\.\/pipe\/[\w.-]+$/.test(text)) return true
  try {
    const url = new URL(text)
    return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname) && url.username === ''
  } catch {
    return false
  }
}, 300)
