/** A form as the surface posts it. Field names repeat never; a body that does not follow the rules is none. */
export type Form = ReadonlyMap<string, string>

const MAX_BODY_BYTES = 16 * 1024

/** Reads `application/x-www-form-urlencoded` bytes and zeroes them. @returns undefined for anything malformed */
export function readForm(body: Uint8Array): Form | undefined {
  try {
    if (body.length > MAX_BODY_BYTES) return undefined
    const fields = new Map<string, string>()
    for (const [name, value] of new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(body))) {
      if (fields.has(name)) return undefined
      fields.set(name, value)
    }
    return fields
  } catch {
    return undefined
  } finally {
    body.fill(0)
  }
}
