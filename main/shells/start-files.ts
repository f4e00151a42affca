import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ComposeOptions } from './compose-options.ts'

/** Options of the command line that name an engine or files with more to say. */
export interface StartFiles {
  engineEndpoint?: string | undefined
  imagesFile?: string | undefined
  localRulesFile?: string | undefined
}

/** Reads the files that were named. @throws Error with one sentence when one cannot be read or has another shape */
export async function readStartFiles(files: StartFiles): Promise<Pick<ComposeOptions, 'engineEndpoint' | 'imageOverrides' | 'localRules'>> {
  return {
    ...(files.engineEndpoint ? { engineEndpoint: files.engineEndpoint } : {}),
    ...(files.imagesFile ? { imageOverrides: await readJson(files.imagesFile, z.record(z.string(), z.string())) } : {}),
    ...(files.localRulesFile ? { localRules: await readJson(files.localRulesFile, z.record(z.string(), z.unknown())) } : {}),
  }
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new Error(`The file ${path} could not be read as JSON of the right shape.`, { cause: error })
  }
}
