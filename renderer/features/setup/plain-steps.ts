import { en } from '#renderer/text/en.ts'
import type { EngineStepKey } from '#shared/model/engines.ts'

/** Whether there are words for a step that has no command to type. */
export const hasPlain = (key: EngineStepKey): key is EngineStepKey & keyof typeof en.setup.engine.plain =>
  Object.hasOwn(en.setup.engine.plain, key)
