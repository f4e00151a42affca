import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** A secret and what it looks like wherever it could lie. */
export interface Canary {
  what: string
  forms: Buffer[]
}

const asText = (what: string, texts: string[]): Canary => ({
  what,
  forms: texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le'), ...base64Of(Buffer.from(text))]),
})

/** Base64 at the three possible offsets, without the letters that depend on the neighbours. */
function base64Of(bytes: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((shift) =>
    ['base64', 'base64url'].map((alphabet) => {
      const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString(alphabet as BufferEncoding)
      return Buffer.from(text.slice(4, 4 + Math.floor((bytes.length - 3) / 3) * 4))
    }),
  )
}

/** Words: any three in a row, since a text may be cut anywhere. */
export const wordsCanary = (what: string, words: string[]): Canary =>
  asText(
    what,
    words
      .slice(0, -2)
      .flatMap((_, index) => [' ', '+', '%20', ',', '","', '\n'].map((between) => words.slice(index, index + 3).join(between))),
  )

export const keyCanary = (what: string, key: Uint8Array): Canary => {
  const bytes = Buffer.from(key)
  const hex = bytes.toString('hex')
  return {
    what,
    forms: [bytes, Buffer.from(bytes).reverse(), ...base64Of(bytes), ...asText(what, [hex, hex.toUpperCase(), [...bytes].join(',')]).forms],
  }
}

export const passwordCanary = (what: string, password: string): Canary =>
  asText(what, [password, encodeURIComponent(password), password.replaceAll(' ', '+'), JSON.stringify(password).slice(1, -1)])

/** @returns where which secret was found; never the secret */
export function findCanaries(where: string, bytes: Buffer, canaries: readonly Canary[]): string[] {
  return canaries
    .filter(({ forms }) => forms.some((form) => form.length > 0 && bytes.includes(form)))
    .map(({ what }) => `${where}: ${what}`)
}

/** Every file under a folder. */
export async function filesUnder(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(files.map(async (path) => ({ path, bytes: await readFile(path) })))
}

/** This process, its children and theirs: what anybody on the machine can see of them, and what only their user can. */
export async function processTexts(): Promise<{ where: string; bytes: Buffer }[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid) ?? 0))
  const texts: { where: string; bytes: Buffer }[] = []
  for (const pid of [...parents.keys()].filter(isOurs)) {
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
    for (const part of ['cmdline', 'environ', 'comm']) {
      const bytes = await readFile(`/proc/${pid}/${part}`).catch(() => undefined)
      if (bytes) texts.push({ where: `/proc ${part} of ${program.split('/').at(-1)}${pid === process.pid ? '' : ' below'}`, bytes })
    }
  }
  return texts
}
