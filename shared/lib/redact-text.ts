/** Private keys are 64 hex digits; so are hashes. Only what is called a hash, a session's id (it is a hash too), or an image digest, may be told in full. */

const LONG_HEX = /(?<![0-9a-fA-F])[0-9a-fA-F]{64,}(?![0-9a-fA-F])/g
/** What may stand right before the digits: `hash=`, `"txHash": "`, `tx hash 0x`, `sha256:`, `session_id=`, `sessionID (`. */
const NAMED_HASH = /(?:(?:hash|session_?id)["']?\s*[:= ]\s*["'(]?(?:0x)?|sha256:)$/i

/** @returns the text with everything that looks like a private key taken out */
export function redactText(text: string): string {
  return text.replace(LONG_HEX, (found, offset: number) =>
    NAMED_HASH.test(text.slice(Math.max(0, offset - 24), offset)) && found.length === 64 ? found : `[${found.length} hex digits taken out]`,
  )
}
