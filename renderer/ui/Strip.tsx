import type { ReactNode } from 'react'

/** Hatched strip on every window of a network with play money; the word stands in the bar. */
export const Strip = (): ReactNode => <div className="strip" aria-hidden="true" />
