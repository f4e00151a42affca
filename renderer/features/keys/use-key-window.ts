import { useState } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'

export interface KeyWindow {
  /** Where the key window waits; null = it is not open, or what was asked there is done. */
  url: string | null
  open: (surfaceUrl: string) => void
  close: () => void
}

/** A page of the key window that was opened from here. It counts as done as soon as main says that something about the keys changed. */
export function useKeyWindow(): KeyWindow {
  const revision = useAppState((state) => state.custody.revision)
  const [opened, setOpened] = useState<{ url: string; revision: number } | null>(null)
  return {
    url: opened !== null && opened.revision === revision ? opened.url : null,
    open(surfaceUrl) {
      setOpened({ url: surfaceUrl, revision })
      globalThis.open(surfaceUrl, '_blank', 'noopener')
    },
    close: () => setOpened(null),
  }
}
