import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '#test/localnet/paths.ts'
import { ROWS } from './rows.ts'

/** Rows that code says it keeps: `// SECURITY: S1 S2 why`, or the same within a longer comment. */
async function rowsInCode(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  const places = ['electron-builder.yml']
  for (const folder of ['main', 'renderer', 'shared'])
    for (const name of await readdir(join(projectRoot, folder), { recursive: true }))
      if (/\.(ts|tsx|cjs)$/.test(name)) places.push(join(folder, name))
  for (const place of places)
    for (const [, rows = ''] of (await readFile(join(projectRoot, place), 'utf8')).matchAll(/SECURITY: ((?:S\d+ ?)+)/g))
      for (const id of rows.trim().split(' ')) found.set(id, [...(found.get(id) ?? []), place])
  return found
}

describe('the hardening table', () => {
  test('has the rows of the document, in its order', async () => {
    const text = await readFile(join(projectRoot, 'docs', 'architecture.md'), 'utf8')
    const section = /## 7\. Hardening table.*?\n\n(.*?)\n## /s.exec(text)?.[1] ?? ''
    const named = [...section.matchAll(/(?:^|\s)(S\d+) [a-zA-Z]/g)].map((match) => match[1])
    expect([...new Set(named)]).toEqual(ROWS.map((row) => row.id))
  })

  test('every row is kept somewhere in the code, and the code names no other', async () => {
    const found = await rowsInCode()
    expect(ROWS.filter((row) => !found.has(row.id)).map((row) => row.id)).toEqual([])
    expect([...found.keys()].filter((id) => !ROWS.some((row) => row.id === id))).toEqual([])
  })

  test('every row has a test of its own, and there is no further one', async () => {
    const folder = join(projectRoot, 'test', 'security', 'rows')
    expect(ROWS.map((row) => row.test).sort()).toEqual((await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort())
    const texts = await Promise.all(ROWS.map(async (row) => ({ row, text: await readFile(join(folder, row.test), 'utf8') })))
    const isNamed = (id: string, text: string): boolean =>
      new RegExp(`\\b(?:test|describe)(?:\\.each\\([^;]*?\\))?\\(\\s*'${id}\\b`).test(text)
    expect(texts.filter(({ row, text }) => !isNamed(row.id, text)).map(({ row }) => row.id)).toEqual([])
  })

  test.each(ROWS)('$id: what breaks it stands in the code exactly once', async ({ breakage }) => {
    const path = join(projectRoot, breakage.file)
    expect(existsSync(path)).toBe(true)
    const text = await readFile(path, 'utf8')
    expect(text.split(breakage.search)).toHaveLength(2)
    expect(breakage.replacement).not.toBe(breakage.search)
  })
})
