/** Words of the nodes pages. */
export const nodes = {} as const satisfies Record<string, string>
