import { act } from 'react'
import type { ErrorCode } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { asked, usualLink, type PageStage } from './page-stage.tsx'
import { serving } from './scene.ts'
import { SECOND, secondInView } from './suppliers-scene.ts'

/** Opens a page over a main that brings either of two suppliers into view, as the real one does. */
export async function showSuppliers(
  stage: PageStage,
  state: AppState,
  path: string,
  more: Record<string, unknown> = {},
): Promise<FakeLink> {
  globalThis.location.hash = path
  const link = usualLink(state, more)
  // The other one is in the state with the next patch.
  link.answers['supplier.choose'] = (input) => {
    const { operatorAddress } = input as { operatorAddress: string }
    const { supplier } = operatorAddress === SECOND ? secondInView(link.state) : { supplier: serving(Date.now()).supplier }
    link.change({ slice: 'supplier', value: supplier }, { supplier })
    return { ok: true, value: {} }
  }
  return stage.open(link)
}

export const page = (): string => document.querySelector('#page')?.textContent ?? ''

/** What can be chosen at the head of the page. */
export const options = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role="option"]')]
export const chosen = (): string => options().find((each) => each.getAttribute('aria-selected') === 'true')?.textContent ?? ''

/** The button or link of that name. */
export function named(name: string): HTMLElement {
  const all = [...document.querySelectorAll<HTMLElement>('button, a')]
  const found = all.find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
  if (!found) throw new Error(`nothing is named ${name}`)
  return found
}

export const press = (element: HTMLElement | undefined): Promise<void> =>
  act(async () => {
    element?.click()
    await settle()
  })

/** A key, pressed where the focus is. */
export const typeKey = (key: string): Promise<void> =>
  act(async () => {
    for (const kind of ['keydown', 'keyup'])
      document.activeElement?.dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true, cancelable: true }))
    await settle()
  })

/** The choice under a label. */
export function select(label: string): HTMLSelectElement {
  const byName = document.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`)
  const byLabel = [...document.querySelectorAll('label')].find((each) => each.textContent === label)
  const found = byName ?? document.querySelector<HTMLSelectElement>(`[id="${byLabel?.getAttribute('for') ?? ''}"]`)
  if (!found) throw new Error(`no choice ${label}`)
  return found
}

export const pick = (choice: HTMLSelectElement, value: string): Promise<void> =>
  act(async () => {
    choice.value = value
    choice.dispatchEvent(new Event('change', { bubbles: true }))
    await settle()
  })

export const refuse = (link: FakeLink, name: string, code: ErrorCode): void => {
  link.answers[name] = () => ({ ok: false, error: { code, detail: {}, ref: 'r' } })
}

/** Which suppliers main was asked to bring into view. */
export const choices = (link: FakeLink): unknown[] => asked(link, 'supplier.choose')
