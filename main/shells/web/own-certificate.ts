import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** Apple's systems take no certificate that is good for longer than 825 days. */
export const OWN_CERTIFICATE_DAYS = 820
const DAY_MS = 86_400_000

/** A certificate that speaks for itself, and its key, both PEM. */
export interface OwnCertificate {
  cert: string
  key: string
}

/**
 * Makes a self-signed server certificate (X.509 v3, RFC 5280; P-256 with SHA-256). Node signs and checks certificates and makes none, so the few DER values are written here.
 * @param names host names and IP addresses that it stands for @param nowMs it is good from a day before, for clocks that go wrong
 */
export function makeOwnCertificate(names: string[], nowMs: number): OwnCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from('Hearth on this machine', 'utf8')))))
  const altNames = sequence(...names.map(altName))
  const extensions = sequence(
    extension('551d13', true, sequence()),
    extension('551d0f', true, der(0x03, Buffer.from([7, 0x80]))),
    extension('551d25', false, sequence(oid('2b06010505070301'))),
    extension('551d11', false, altNames),
  )
  // The first bit is zero: a serial number is positive. The second is one: it needs no shortening.
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(nowMs - DAY_MS), time(nowMs + OWN_CERTIFICATE_DAYS * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = sign('sha256', body, privateKey)
  const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** One DER value: tag, length, content. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts)
const set = (...parts: Uint8Array[]): Buffer => der(0x31, ...parts)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const extension = (id: string, isCritical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(id), ...(isCritical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return text < '2050' ? der(0x17, Buffer.from(text.slice(2), 'ascii')) : der(0x18, Buffer.from(text, 'ascii'))
}

function altName(name: string): Buffer {
  const family = isIP(name)
  if (family === 0) return der(0x82, Buffer.from(name, 'ascii'))
  return der(0x87, family === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name))
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser writes every spelling in one way, embedded IPv4 included.
  const [head = '', tail] = new URL(`http://[${address.split('%', 1)[0] ?? ''}]/`).hostname.slice(1, -1).split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...front, ...Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => '0'), ...back]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
