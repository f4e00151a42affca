import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { AppState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'

export interface PageStage {
  /** Opens the whole page over a main that the test drives. */
  open(link: FakeLink): Promise<FakeLink>
  /** Takes the page away, to open another in the same test. */
  close(): Promise<void>
}

/** Called once at the top of a file: each of its tests begins with no page, and leaves none. */
export function pageStage(): PageStage {
  let root: Root | undefined
  const close = async (): Promise<void> => {
    await act(async () => root?.unmount())
    root = undefined
    document.body.replaceChildren()
  }
  beforeAll(() => {
    ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
    startText()
  })
  afterEach(async () => {
    await close()
    globalThis.location.hash = ''
    globalThis.localStorage.clear()
    delete document.documentElement.dataset['theme']
  })
  return {
    close,
    async open(link) {
      const box = document.createElement('div')
      document.body.append(box)
      root = createRoot(box)
      await act(async () => {
        root?.render(<App bridge={bridgeOver(link)} />)
        await settle()
      })
      await act(settle)
      return link
    },
  }
}

/** A main with this state that gives the usual answers. @param more values that it answers besides, or otherwise */
export function usualLink(state: AppState, more: Record<string, unknown> = {}): FakeLink {
  const link = fakeLink(state)
  for (const [name, value] of Object.entries({ ...answers(Date.now()), ...more })) link.answers[name] = () => ({ ok: true, value })
  return link
}

/** What main was asked by this name, in order. */
export const asked = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)
