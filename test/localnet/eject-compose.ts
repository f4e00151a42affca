import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeFile } from '#main/core/eject/compose-file.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import { BUNDLE_CATALOG } from '#shared/catalog/index.ts'
import { runCommand } from './compose-tool.ts'
import type { Check } from './report.ts'

/** Values that break YAML, or that Compose would fill in from the environment, as Compose itself reads them. */
export async function composeReads(tool: string, check: Check): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-eject-compose-'))
  const bad = [
    '${HOME}',
    '$HOME',
    '$$',
    '$(id)',
    '`id`',
    'a: b',
    '# x',
    '- y',
    '"',
    "'",
    '\\',
    '\u2028z',
    'é',
    '!!int 1',
    'no',
    '~',
    '{a}',
    '[b]',
    'tab\t.',
  ]
  const [keeper] = BUNDLE_CATALOG
  if (!keeper) throw new Error('no entry')
  const made = specOf(
    keeper,
    { id: 'keeper', network: 'local', wanted: 'running', wantedBy: 'user', imagePin: 'i', ports: {}, updatedAtMs: 0 },
    namesOf('x'),
    {},
  )
  if (!made) throw new Error('no spec')
  const spec = { ...made, command: bad, env: { A: bad.join(' ') } }
  const node = { ...keeper, nodeId: 'x-execution', volumes: [], networks: ['backend' as const, 'own-x'], alias: 'execution' }
  const text = composeFile(
    [
      { entry: { ...keeper, title: 'x\n  evil: 1\u2028    worse: 2' }, spec, imageName: 'i:${TAG}' },
      { entry: node, spec, imageName: 'i' },
    ],
    { project: 'p', volumes: {} },
  )
  writeFileSync(join(folder, 'compose.yaml'), text)
  writeFileSync(join(folder, '.env'), 'TAG=filled\nHOME=filled\n')
  const { out } = await runCommand(tool, ['config', '--format', 'json'], { cwd: folder, env: {} })
  const read = parse(out) as
    | {
        services?: Record<
          string,
          {
            command?: string[]
            environment?: Record<string, string>
            image?: string
            networks?: Record<string, { aliases?: string[] } | null>
          }
        >
      }
    | undefined
  const service = read?.services?.['keeper']
  // Compose tells a dollar twice, as one has to write it.
  const plain = (value: string | undefined): string => (value ?? '').replaceAll('$$', '$')
  check('Compose reads every value as it was meant', service?.command?.map(plain).join('|') === bad.join('|'), service?.command ?? out)
  check(
    'and fills in nothing from the environment',
    plain(service?.environment?.['A']) === bad.join(' ') && plain(service?.image) === 'i:${TAG}',
    service ?? out,
  )
  check(
    'there is no other service than what was meant',
    Object.keys(read?.services ?? {})
      .sort()
      .join() === 'keeper,x-execution',
    read,
  )
  const known = read?.services?.['x-execution']?.networks?.['own-x']?.aliases?.join()
  check('containers of an entry know each other by their short names', known === 'execution', read)
  rmSync(folder, { recursive: true, force: true })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.slice(text.indexOf('{')))
  } catch {
    return undefined
  }
}
