import type { AppState } from '#shared/api/state.ts'

/** One thing that can be wrong, with its cause and the screen that has its fix. A check only reads; it runs at every change of what it reads. */
export interface Check {
  id: string
  /** @returns nothing when all is well */
  look(state: AppState, nowMs: number): Finding | undefined
}

export interface Finding {
  level: AppState['attention'][string]['level']
  /** Sentence of renderer/text: cause and effect. */
  key: string
  facts: Record<string, string>
  fix: AppState['attention'][string]['fix']
}
