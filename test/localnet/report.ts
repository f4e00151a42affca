/** One thing that has to hold. @param seen what was there instead */
export type Check = (what: string, good: boolean, seen: unknown) => void

export type Figures = Record<string, { value: number; goal?: number }>
