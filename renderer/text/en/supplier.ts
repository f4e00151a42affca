/** Words of the supplier pages. */
export const supplier = {} as const satisfies Record<string, string>
