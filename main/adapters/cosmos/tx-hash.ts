import { createHash } from 'node:crypto'

/** @returns what the chain calls a transaction: upper-case hex SHA-256 of its bytes (onchain facts 3.1) */
export function txHash(txBytes: Uint8Array): string {
  return createHash('sha256').update(txBytes).digest('hex').toUpperCase()
}
