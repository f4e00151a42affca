/** Why the chain refuses something, in its own words (onchain facts 2.2). */
export class Refusal extends Error {
  readonly code: number
  readonly codespace: string

  constructor(code: number, codespace: string, text: string) {
    super(text)
    this.name = 'Refusal'
    this.code = code
    this.codespace = codespace
  }
}

export type GrpcCode = 'InvalidArgument' | 'NotFound' | 'AlreadyExists' | 'PermissionDenied' | 'FailedPrecondition' | 'Internal'

/** Errors of the SDK keep their code. */
const SDK_CODES = {
  unauthorized: 4,
  'insufficient funds': 5,
  'invalid address': 7,
  'unknown address': 9,
  'invalid coins': 10,
  'out of gas': 11,
  'insufficient fee': 13,
  'incorrect account sequence': 32,
} as const

export function sdkRefusal(description: keyof typeof SDK_CODES, text: string): Refusal {
  return new Refusal(SDK_CODES[description], 'sdk', `${text}: ${description}`)
}

/**
 * Errors of Pocket's own handlers lose code and codespace on their way: only the text says what it was.
 * @param description the registered description, which comes last
 */
export function pocketRefusal(code: GrpcCode, text: string, description?: string): Refusal {
  return new Refusal(1, 'undefined', `rpc error: code = ${code} desc = ${text}${description === undefined ? '' : `: ${description}`}`)
}

/** A bank error that a Pocket handler passes on. */
export function wrapped(code: GrpcCode, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal && error.codespace === 'sdk') throw pocketRefusal(code, error.message)
    throw error
  }
}

/** A text as Go quotes it. */
export const quoted = (text: string): string => JSON.stringify(text)
