import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { PendingClaim, ProvenSupplier } from '#main/core/ports/chain.ts'
import { HearthError } from '#shared/api/errors.ts'
import { bech32Decode } from '../tx/bech32.ts'
import { ProofInvalid } from './proof-invalid.ts'

/** Where rows of interest lie in the stores of the chain, and how they are written there. Seen on a real chain of v0.1.35; other versions are told apart by failing to read. */

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Row of the bank with an address's balance in one denomination: 2, length of the address, address, denomination. */
export function balanceKey(address: string): Uint8Array {
  const bytes = bech32Decode(address)?.bytes
  if (bytes === undefined || bytes.length > 255) throw new HearthError('address-invalid', { address: address.slice(0, 100) })
  return join(Uint8Array.of(2, bytes.length), bytes, text('upokt'))
}

/** The bank writes amounts as decimal text and removes rows of zero. */
export function readBalance(value: Uint8Array | undefined): bigint {
  if (value === undefined) return 0n
  const digits = Buffer.from(value).toString('latin1')
  if (!/^\d{1,80}$/.test(digits)) throw new ProofInvalid('a balance that cannot be read')
  return BigInt(digits)
}

export function supplierKey(operatorAddress: string): Uint8Array {
  return text(`Supplier/operator_address/${operatorAddress}/`)
}

export function claimKey(sessionId: string, operatorAddress: string): Uint8Array {
  return text(`Claim/primary_key/${sessionId}/${operatorAddress}`)
}

type Field = bigint | Uint8Array

/** Fields of a protobuf message by number, the last of each as the standard says. */
function fieldsOf(bytes: Uint8Array): Map<number, Field> {
  const fields = new Map<number, Field>()
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag()
      if (type === WireType.Varint) fields.set(number, BigInt(reader.uint64()))
      else if (type === WireType.LengthDelimited) fields.set(number, reader.bytes())
      else reader.skip(type, number)
    }
  } catch {
    throw new ProofInvalid('a row that cannot be read')
  }
  return fields
}

const bytesField = (fields: Map<number, Field>, number: number): Uint8Array => {
  const field = fields.get(number)
  return field instanceof Uint8Array ? field : new Uint8Array()
}
const textField = (fields: Map<number, Field>, number: number): string => Buffer.from(bytesField(fields, number)).toString('utf8')
const numberField = (fields: Map<number, Field>, number: number): bigint => {
  const field = fields.get(number)
  return typeof field === 'bigint' ? field : 0n
}

/** `pocket.shared.Supplier` as it is stored: without services, which lie in rows of their own. */
export function readSupplierRow(operatorAddress: string, value: Uint8Array): ProvenSupplier {
  const fields = fieldsOf(value)
  const coin = fieldsOf(bytesField(fields, 3))
  const amount = textField(coin, 2)
  if (textField(fields, 2) !== operatorAddress || textField(coin, 1) !== 'upokt' || !/^\d{1,80}$/.test(amount)) {
    throw new ProofInvalid('a supplier that cannot be read')
  }
  return {
    ownerAddress: textField(fields, 1),
    operatorAddress,
    stakeUpokt: BigInt(amount),
    unstakeSessionEndHeight: Number(numberField(fields, 5)),
  }
}

const PROOF_STATUS: Record<string, PendingClaim['proofStatus']> = { '0': 'pending', '1': 'validated', '2': 'invalid' }

/** `pocket.proof.Claim`. */
export function readClaimRow(value: Uint8Array): PendingClaim {
  const fields = fieldsOf(value)
  const header = fieldsOf(bytesField(fields, 2))
  const root = Buffer.from(bytesField(fields, 3))
  const proofStatus = PROOF_STATUS[numberField(fields, 4).toString()]
  // Onchain facts 3.2: 32 bytes digest, then sum and count, big-endian.
  if (root.length !== 48 || proofStatus === undefined) throw new ProofInvalid('a claim that cannot be read')
  return {
    operatorAddress: textField(fields, 1),
    applicationAddress: textField(header, 1),
    serviceId: textField(header, 2),
    sessionId: textField(header, 3),
    sessionEndHeight: Number(numberField(header, 5)),
    computeUnits: root.readBigUInt64BE(32),
    relays: root.readBigUInt64BE(40),
    proofStatus,
  }
}
