import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'

/** Paths of all TypeScript under the named folders of the project. */
export function sourceFiles(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => join(projectRoot, folder, path)),
  )
}
