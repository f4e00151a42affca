import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { SECTIONS } from './routes.ts'

/** Marks of the regions that F6 walks: navigation, bar, page. */
export const REGION = 'data-region'

/** Keys that work everywhere. No single key changes anything that runs or costs; locking is the one exception that harms nothing. */
export function useShortcuts({ onHelp, onUnlock }: { onHelp: () => void; onUnlock: () => void }): void {
  const [, navigate] = useLocation()
  const vault = useAppState((state) => state.vault.kind)
  const { run: lock } = useCall('vault.lock')
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      const isOpen = document.querySelector('[role="dialog"]') !== null
      if (event.key === 'F6') {
        event.preventDefault()
        nextRegion(event.shiftKey)
        return
      }
      if (isOpen) return
      const page = SECTIONS[Number(event.key) - 1]
      if ((event.ctrlKey || event.metaKey || event.altKey) && !event.shiftKey && page) {
        event.preventDefault()
        navigate(page.path)
      } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'l') {
        event.preventDefault()
        if (vault === 'unlocked') void lock({})
        else onUnlock()
      } else if (event.key === '?' && !isTyping) onHelp()
    }
    globalThis.addEventListener('keydown', onKey)
    return () => globalThis.removeEventListener('keydown', onKey)
  }, [lock, navigate, onHelp, onUnlock, vault])
}

function nextRegion(back: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>(`[${REGION}]`)]
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  const next = regions[(at + (back ? -1 : 1) + regions.length) % regions.length]
  next?.focus()
}
