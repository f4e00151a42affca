/** Words of the earnings pages. */
export const earnings = {} as const satisfies Record<string, string>
