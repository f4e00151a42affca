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

/** Follows the setting, and keeps it in this browser so that the next start is right before a state is there. A theme in the address stays in force for its page. */
export function chooseTheme(choice: Theme | 'system'): void {
  try {
    if (choice === 'system') globalThis.localStorage.removeItem(KEY)
    else globalThis.localStorage.setItem(KEY, choice)
  } catch {
    // Storage can be switched off; the choice counts for this page then.
  }
  if (new URLSearchParams(globalThis.location.search).has('theme')) return
  if (choice === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = choice
}
