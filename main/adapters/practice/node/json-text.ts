/** JSON that keeps bigint: `{"$bigint":"12"}`. Nothing of ours has a field of that name. */

const TAG = '$bigint'

/** @returns JSON text of plain values, arrays, objects and bigint */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? { [TAG]: each.toString() } : each))
}

/** Reads what `toJsonText` wrote. @throws SyntaxError for anything that is no JSON */
export function fromJsonText(text: string): unknown {
  return JSON.parse(text, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || !(TAG in each)) return each
    const digits = each[TAG]
    if (typeof digits !== 'string' || !/^-?\d+$/.test(digits)) throw new SyntaxError('not a whole number')
    return BigInt(digits)
  })
}
