import { createContext, useContext } from 'react'

/** Opens the unlock dialog from anywhere; the frame provides it. */
export const UnlockContext = createContext<() => void>(() => undefined)
export const useUnlock = (): (() => void) => useContext(UnlockContext)
