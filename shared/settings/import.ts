import { z } from 'zod'

const scalar = z.union([z.string().max(2_000), z.number(), z.boolean()])

/** What a settings file would change, told before anything is changed. */
export const settingsImportSchema = z.strictObject({
  changes: z.array(z.strictObject({ key: z.string(), from: scalar, to: scalar, restarts: z.array(z.enum(['hearth', 'miner'])) })).max(200),
  /** Left out, each with its reason: of no known setting, of one that went, not as its setting wants it, or one that a file may not change. */
  ignored: z
    .array(z.strictObject({ key: z.string(), reason: z.enum(['unknown', 'retired', 'invalid', 'stays-here']), value: z.string() }))
    .max(200),
  /** How many are in the file and as they are here. */
  same: z.number().int(),
  /** Of what would be changed; handed back to apply just that. */
  digest: z.string().max(64),
})
export type SettingsImport = z.infer<typeof settingsImportSchema>
export const settingScalarSchema = scalar
