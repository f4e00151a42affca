import { createContext, useContext } from 'react'

/** Opens the unlock dialog from anywhere; the frame provides it. */
export const UnlockContext = createContext<() => void>(() => undefined)
/** @returns what opens the unlock dialog */
export const useUnlock = (): (() => void) => useContext(UnlockContext)
