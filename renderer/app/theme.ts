const KEY = 'hearth-theme'
const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** Puts the user's choice, if there is one, before the system's. `?theme=dark` in the address is a choice for this page alone. */
export function applyTheme(): void {
  const asked = new URLSearchParams(globalThis.location.search).get('theme')
  const chosen = THEMES.find((theme) => theme === (asked ?? stored()))
  if (chosen) document.documentElement.dataset['theme'] = chosen
}

function stored(): string | null {
  try {
    return globalThis.localStorage.getItem(KEY)
  } catch {
    // Storage can be switched off; then the system decides.
    return null
  }
}
