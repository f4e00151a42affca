import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ADDRESS_PREFIXES, isAddress } from './address.ts'

/**
 * One description of a message gives its bytes, the reading of its bytes, its amino JSON (what a Ledger signs) and its plain JSON (what pocketd reads from a file), so that
 * the four can never drift apart. Reading is strict: a field that is not described throws. What reading cannot see (repeated fields, longer spellings of a number, another
 * order) is caught by the caller, who writes the result again and compares bytes.
 */
export interface Field {
  /** Name of the value in Hearth. */
  key: string
  /** Name in both JSON forms. */
  json: string
  /** Field number of onchain facts 2.3. */
  number: number
  wire: WireType
  /** The value of a field that is not there. */
  absent(): unknown
  /** @param before what was read of this field so far */
  read(reader: BinaryReader, before: unknown): unknown
  write(writer: BinaryWriter, value: unknown): void
  /** Throws when a value was read that no message may have. */
  check?(value: unknown): void
  /** undefined = left out, as the chain's encoder does with empty values (onchain facts 2.6). */
  amino(value: unknown): unknown
  plain(value: unknown): unknown
}

/** A message or a part of one. */
export interface Shape {
  /** For error texts. */
  name: string
  fields: readonly Field[]
}

export const DENOM = 'upokt'
const MAX_UINT64 = 2n ** 64n - 1n

export type Values = Record<string, unknown>

export function encodeShape(shape: Shape, values: Values): Uint8Array {
  const writer = new BinaryWriter()
  for (const field of shape.fields) field.write(writer, values[field.key])
  return writer.finish()
}

export function decodeShape(shape: Shape, bytes: Uint8Array): Values {
  const values: Values = {}
  for (const field of shape.fields) values[field.key] = field.absent()
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const field = shape.fields.find((each) => each.number === number)
    if (field === undefined) throw new Error(`${shape.name} has an unknown field ${number}`)
    if (wireType !== field.wire) throw new Error(`${shape.name} field ${number} has another type`)
    values[field.key] = field.read(reader, values[field.key])
  }
  for (const field of shape.fields) field.check?.(values[field.key])
  for (const field of shape.fields) if (values[field.key] === undefined && field.absent() === undefined) delete values[field.key]
  return values
}

/** As the chain's amino encoder writes it: uint64 as text, enums as numbers, empty values left out, sub-messages kept even when they are empty. */
export function aminoShape(shape: Shape, values: Values): Values {
  const out: Values = {}
  for (const field of shape.fields) {
    const value = field.amino(values[field.key])
    if (value !== undefined) out[field.json] = value
  }
  return out
}

/** As pocketd prints and reads transactions: every field there, uint64 as text, enums by name. */
export function plainShape(shape: Shape, values: Values): Values {
  return Object.fromEntries(shape.fields.map((field) => [field.json, field.plain(values[field.key])]))
}

const asText = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error('not a text')
  return value
}
const asBigint = (value: unknown): bigint => {
  if (typeof value !== 'bigint') throw new Error('not a whole number')
  return value
}
const asList = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

/** Strict: bytes that are no UTF-8 throw instead of turning into a replacement character. */
export function text(number: number, json: string, key: string): Field {
  return {
    key,
    json,
    number,
    wire: WireType.LengthDelimited,
    absent: () => '',
    read: (reader) => reader.string(true),
    write(writer, value) {
      const said = asText(value)
      if (!said.isWellFormed()) throw new Error(`field ${number} is not well-formed text`)
      if (said !== '') writer.tag(number, WireType.LengthDelimited).string(said)
    },
    amino: (value) => (value === '' ? undefined : value),
    plain: (value) => value,
  }
}

/** @param name of it in the refusal */
export function address(number: number, json: string, key: string, name: string): Field {
  return {
    ...text(number, json, key),
    check(value) {
      if (!isAddress(asText(value), ADDRESS_PREFIXES)) throw new Error(`${name} is not an address`)
    },
  }
}

/** @returns the amount of a `Coin` text. Only plain non-negative integers, no sign, no leading zero. */
export function parseAmount(amount: string): bigint {
  if (!/^(0|[1-9][0-9]*)$/.test(amount)) throw new Error('an amount is not a whole number')
  return BigInt(amount)
}

function readCoin(bytes: Uint8Array): bigint {
  const { denom, amount } = decodeShape(COIN, bytes)
  if (denom !== DENOM) throw new Error(`denomination ${asText(denom)}`)
  return parseAmount(asText(amount))
}

function coinBytes(amountUpokt: bigint): Uint8Array {
  if (amountUpokt < 0n) throw new Error('an amount is negative')
  return encodeShape(COIN, { denom: DENOM, amount: amountUpokt.toString() })
}

const COIN: Shape = { name: 'Coin', fields: [text(1, 'denom', 'denom'), text(2, 'amount', 'amount')] }
const coinJson = (value: unknown): { denom: string; amount: string } => ({ denom: DENOM, amount: asBigint(value).toString() })

/** One amount of upokt; undefined when it is not there. */
export function coin(number: number, json: string, key: string): Field {
  return {
    key,
    json,
    number,
    wire: WireType.LengthDelimited,
    absent: () => undefined,
    read: (reader) => readCoin(reader.bytes()),
    write(writer, value) {
      if (value !== undefined) writer.tag(number, WireType.LengthDelimited).bytes(coinBytes(asBigint(value)))
    },
    amino: (value) => (value === undefined ? undefined : coinJson(value)),
    plain: (value) => (value === undefined ? null : coinJson(value)),
  }
}

/** An amount without which the message means nothing. */
export function neededCoin(number: number, json: string, key: string, message: string): Field {
  return {
    ...coin(number, json, key),
    check(value) {
      if (value === undefined) throw new Error(`${message} has no stake`)
    },
  }
}

/** A list of coins of which exactly one may be there. */
export function oneCoin(number: number, json: string, key: string, message: string): Field {
  return {
    ...coin(number, json, key),
    read(reader, before) {
      if (before !== undefined) throw new Error(`${message} has not exactly one amount`)
      return readCoin(reader.bytes())
    },
    check(value) {
      if (value === undefined) throw new Error(`${message} has not exactly one amount`)
    },
    amino: (value) => [coinJson(value)],
    plain: (value) => [coinJson(value)],
  }
}

/** uint64 as bigint. */
export function uint64(number: number, json: string, key: string): Field {
  return {
    key,
    json,
    number,
    wire: WireType.Varint,
    absent: () => 0n,
    read: (reader) => BigInt(reader.uint64()),
    write(writer, value) {
      const said = asBigint(value)
      if (said < 0n || said > MAX_UINT64) throw new Error(`field ${number} is out of range`)
      if (said > 0n) writer.tag(number, WireType.Varint).uint64(said)
    },
    amino: (value) => (value === 0n ? undefined : asBigint(value).toString()),
    plain: (value) => asBigint(value).toString(),
  }
}

/** uint64 that holds a whole percentage from 1 to 100, as a number. */
export function percent(number: number, json: string, key: string): Field {
  return {
    key,
    json,
    number,
    wire: WireType.Varint,
    absent: () => 0,
    read(reader) {
      const said = BigInt(reader.uint64())
      if (said > 100n) throw new Error('a share is more than 100 percent')
      return Number(said)
    },
    write(writer, value) {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 100)
        throw new Error('a share is not 1 to 100 percent')
      writer.tag(number, WireType.Varint).uint64(value)
    },
    amino: (value) => String(value),
    plain: (value) => String(value),
  }
}

export function flag(number: number, json: string, key: string): Field {
  return {
    key,
    json,
    number,
    wire: WireType.Varint,
    absent: () => false,
    read: (reader) => reader.bool(),
    write(writer, value) {
      if (value === true) writer.tag(number, WireType.Varint).bool(true)
    },
    amino: (value) => (value === true ? true : undefined),
    plain: (value) => value,
  }
}

/** @param names by number; 0 is "unknown" and refused by the chain */
export function choice(number: number, json: string, key: string, names: readonly (string | undefined)[]): Field {
  const numberOf = (value: unknown): number => {
    const found = names.indexOf(asText(value))
    if (found < 1) throw new Error('unknown RPC type')
    return found
  }
  return {
    key,
    json,
    number,
    wire: WireType.Varint,
    absent: () => undefined,
    read(reader) {
      const said = reader.uint32()
      const known = names[said]
      if (known === undefined) throw new Error(`unknown RPC type ${said}`)
      return known
    },
    write: (writer, value) => void writer.tag(number, WireType.Varint).uint32(numberOf(value)),
    check(value) {
      if (value === undefined) throw new Error('unknown RPC type 0')
    },
    amino: numberOf,
    plain: (value) => value,
  }
}

/** Bytes of one length, as lower-case hex in Hearth; empty when they are not there. */
export function fixedBytes(number: number, json: string, key: string, length: number): Field {
  const base64 = (value: unknown): string => Buffer.from(asText(value), 'hex').toString('base64')
  const check = (value: unknown): void => {
    if (value !== '' && !(typeof value === 'string' && value.length === length * 2 && /^[0-9a-f]*$/.test(value)))
      throw new Error(`${json} has not ${length} bytes`)
  }
  return {
    key,
    json,
    number,
    wire: WireType.LengthDelimited,
    absent: () => '',
    read: (reader) => bytesToHex(reader.bytes()),
    write(writer, value) {
      check(value)
      if (value !== '') writer.tag(number, WireType.LengthDelimited).bytes(hexToBytes(asText(value)))
    },
    check,
    amino: (value) => (value === '' ? undefined : base64(value)),
    plain: base64,
  }
}

/** Sub-messages in a list. */
export function list(number: number, json: string, key: string, shape: Shape): Field {
  return {
    key,
    json,
    number,
    wire: WireType.LengthDelimited,
    absent: () => [],
    read: (reader, before) => [...asList(before), decodeShape(shape, reader.bytes())],
    write(writer, value) {
      for (const each of asList(value)) writer.tag(number, WireType.LengthDelimited).bytes(encodeShape(shape, each as Values))
    },
    amino: (value) => (asList(value).length === 0 ? undefined : asList(value).map((each) => aminoShape(shape, each as Values))),
    plain: (value) => asList(value).map((each) => plainShape(shape, each as Values)),
  }
}

/** Sub-messages that hold nothing but one text, as a list of texts in Hearth. */
export function listOfTexts(number: number, json: string, key: string, shape: Shape & { fields: readonly [Field] }): Field {
  const [inner] = shape.fields
  const wrapped = list(number, json, key, shape)
  const wrap = (value: unknown): Values[] => asList(value).map((each) => ({ [inner.key]: each }))
  return {
    ...wrapped,
    read: (reader, before) => [...asList(before), decodeShape(shape, reader.bytes())[inner.key]],
    write: (writer, value) => wrapped.write(writer, wrap(value)),
    amino: (value) => wrapped.amino(wrap(value)),
    plain: (value) => wrapped.plain(wrap(value)),
  }
}

/** A field that Hearth never fills: written nowhere, refused when read, shown empty in plain JSON. */
export function unused(json: string, plain: unknown): Field {
  return {
    key: `${json} (unused)`,
    json,
    number: -1,
    wire: WireType.Varint,
    absent: () => undefined,
    read: () => undefined,
    write: () => undefined,
    amino: () => undefined,
    plain: () => plain,
  }
}
