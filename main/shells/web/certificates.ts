import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import type { Log } from '#main/core/ports/log.ts'
import { makeOwnCertificate } from './own-certificate.ts'

const REREAD_MS = 60_000
const DAY_MS = 86_400_000
/** Own certificates are made anew this long before they end. */
export const RENEW_BEFORE_MS = 30 * DAY_MS
/** Given ones are warned about. */
const WARN_BEFORE_MS = 14 * DAY_MS

export interface CertificatePair {
  cert: Buffer
  key: Buffer
}

/** Certificate and key of the listeners, read again when the files change. */
export interface Certificates {
  current(): CertificatePair
  /** SHA-256 of the certificate, in the form browsers show: AB:CD:… */
  fingerprint(): string
  /** Looks at the files now. Broken or half-written ones are said in the log and change nothing. @returns whether another pair is in use */
  reread(): Promise<boolean>
  onChange(listener: (pair: CertificatePair) => void): void
  close(): void
}

export interface CertificateParts {
  log: Log
  now: () => number
}

/** @param certFile PEM, the whole chain @param keyFile PEM, without a passphrase @throws Error with one sentence for the user */
export async function givenCertificates(certFile: string, keyFile: string, parts: CertificateParts): Promise<Certificates> {
  return follow(async () => ({ cert: await readNamed(certFile), key: await readNamed(keyFile) }), parts)
}

/**
 * A certificate of Hearth's own in `tls/` of the data folder, made when there is none and made anew a month before it ends. It stays the same over restarts, so that a
 * browser that was told to trust it keeps doing so.
 * @param names host names and addresses for a new one
 */
export async function ownCertificates(dataDir: string, names: string[], parts: CertificateParts): Promise<Certificates> {
  const folder = join(dataDir, 'tls')
  const files = { cert: join(folder, 'own.crt'), key: join(folder, 'own.key') }
  const read = async (): Promise<CertificatePair | undefined> => {
    let pair: CertificatePair
    try {
      pair = { cert: await readFile(files.cert), key: await readFile(files.key) }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      // A disk that fails for a moment must not change the fingerprint that people compared.
      throw error
    }
    try {
      judge(pair)
    } catch {
      return undefined
    }
    return endOf(pair) - parts.now() > RENEW_BEFORE_MS ? pair : undefined
  }
  return follow(async () => {
    const there = await read()
    if (there) return there
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { cert, key } = makeOwnCertificate(names, parts.now())
    // SECURITY: S19 the key is 0600 from its first byte. Key first: a certificate without its key would be no pair, and is made anew.
    await writeFileAtomic(files.key, key)
    await writeFileAtomic(files.cert, cert)
    return { cert: Buffer.from(cert), key: Buffer.from(key) }
  }, parts)
}

async function follow(read: () => Promise<CertificatePair>, { log, now }: CertificateParts): Promise<Certificates> {
  let pair = await read()
  judge(pair)
  const listeners = new Set<(pair: CertificatePair) => void>()
  let complaint = ''
  let warnedFor = ''
  const warn = (): void => {
    const daysLeft = Math.floor((endOf(pair) - now()) / DAY_MS)
    const fingerprint = fingerprintOf(pair)
    if (daysLeft * DAY_MS > WARN_BEFORE_MS || warnedFor === fingerprint) return
    warnedFor = fingerprint
    log.warn('the TLS certificate ends soon', { daysLeft })
  }
  const certificates: Certificates = {
    current: () => pair,
    fingerprint: () => fingerprintOf(pair),
    async reread() {
      try {
        const next = await read()
        if (next.cert.equals(pair.cert) && next.key.equals(pair.key)) {
          complaint = ''
          warn()
          return false
        }
        judge(next)
        pair = next
        complaint = ''
        log.info('the TLS certificate was read again', { fingerprint: fingerprintOf(pair) })
        for (const listener of listeners) listener(pair)
        return true
      } catch (error) {
        // Renewal programs replace two files one after the other: until both fit, the old pair serves.
        const text = error instanceof Error ? error.message : String(error)
        if (text !== complaint) log.warn('the new TLS certificate cannot be used yet', { why: text })
        complaint = text
        return false
      }
    },
    onChange(listener) {
      listeners.add(listener)
    },
    close: () => clearInterval(timer),
  }
  const timer = setInterval(() => void certificates.reread(), REREAD_MS)
  timer.unref()
  warn()
  return certificates
}

/** @throws Error with one sentence when the two do not belong together or cannot be read */
function judge({ cert, key }: CertificatePair): void {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch (error) {
    throw new Error('The file of --tls-cert holds no certificate in PEM form.', { cause: error })
  }
  let fits: boolean
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw new Error('The file of --tls-key holds no key in PEM form, or one with a passphrase.', { cause: error })
  }
  if (!fits) throw new Error('The key of --tls-key does not belong to the certificate of --tls-cert.')
  createSecureContext({ cert, key })
}

const fingerprintOf = (pair: CertificatePair): string => new X509Certificate(pair.cert).fingerprint256
const endOf = (pair: CertificatePair): number => Date.parse(new X509Certificate(pair.cert).validTo)

async function readNamed(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new Error(`The file ${path} could not be read.`, { cause: error })
  }
}
