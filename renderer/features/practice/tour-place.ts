import { useSyncExternalStore } from 'react'

/**
 * Whether the tour is open, and which steps that ask for nothing were looked at. The page's own: it survives a reload, and decides nothing.
 * Kept in the browser; where that is refused it lives as long as the page.
 */
interface TourPlace {
  isOpen: boolean
  seen: string[]
}
const KEY = 'hearth-tour'
const listeners = new Set<() => void>()
let place: TourPlace = read()

function read(): TourPlace {
  try {
    const text = globalThis.localStorage?.getItem(KEY)
    const value: unknown = text === null || text === undefined ? null : JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'isOpen' in value && 'seen' in value && Array.isArray(value.seen))
      return { isOpen: value.isOpen === true, seen: value.seen.filter((step): step is string => typeof step === 'string') }
  } catch {
    // Garbage, or no storage: the tour begins closed.
  }
  return { isOpen: false, seen: [] }
}

function write(next: TourPlace): void {
  place = next
  try {
    globalThis.localStorage?.setItem(KEY, JSON.stringify(next))
  } catch {
    // It is still open on this page.
  }
  for (const listener of listeners) listener()
}

export const openTour = (): void => write({ ...place, isOpen: true })
export const closeTour = (): void => write({ ...place, isOpen: false })
export const markSeen = (step: string): void => (place.seen.includes(step) ? undefined : write({ ...place, seen: [...place.seen, step] }))

export function useTourPlace(): TourPlace {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => place,
  )
}
