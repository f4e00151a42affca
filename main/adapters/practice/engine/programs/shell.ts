import { wordsOf, type CommandIo } from './command.ts'

/** One simple command of a script. */
export interface Step {
  argv: string[]
  /** Where its output goes. */
  to: 'out' | 'err' | { file: string; append: boolean }
  /** Its errors are not shown. */
  isQuiet: boolean
  /** What the command before must have come to. */
  after: 'anything' | 'success' | 'failure'
}

/**
 * Reads a script of simple commands joined by `;`, `&&`, `||` and line ends, with quotes, `>&2`, `2>/dev/null`, `>` and `>>`.
 * @returns undefined for anything else that a shell could do (variables, loops, pipes): Practice has no real shell
 */
export function parseScript(script: string): Step[] | undefined {
  const steps: Step[] = []
  let words: string[] = []
  let word: string | undefined
  let to: Step['to'] = 'out'
  let redirect: 'file' | 'append' | undefined
  let isQuiet = false
  let after: Step['after'] = 'anything'
  const endWord = (): void => {
    if (word === undefined) return
    if (redirect) to = { file: word, append: redirect === 'append' }
    else words.push(word)
    word = undefined
    redirect = undefined
  }
  const endStep = (next: Step['after']): void => {
    endWord()
    if (words.length > 0) steps.push({ argv: words, to, isQuiet, after })
    words = []
    to = 'out'
    isQuiet = false
    after = next
  }
  for (let at = 0; at < script.length; at += 1) {
    const char = script[at] ?? ''
    const rest = script.slice(at)
    if (char === "'" || char === '"') {
      const close = script.indexOf(char, at + 1)
      const inside = script.slice(at + 1, close)
      if (close < 0 || (char === '"' && /[$`\\]/.test(inside))) return undefined
      word = (word ?? '') + inside
      at = close
    } else if (/^[12]?>&2/.test(rest) && word === undefined) {
      endWord()
      to = 'err'
      at += rest.indexOf('2', rest.indexOf('&'))
    } else if (word === undefined && /^2> *\/dev\/null(?![\w./-])/.test(rest)) {
      isQuiet = true
      at += rest.indexOf('null') + 3
    } else if (char === '>') {
      endWord()
      redirect = rest.startsWith('>>') ? 'append' : 'file'
      if (redirect === 'append') at += 1
    } else if (rest.startsWith('&&')) {
      endStep('success')
      at += 1
    } else if (rest.startsWith('||')) {
      endStep('failure')
      at += 1
    } else if (char === ';' || char === '\n') endStep('anything')
    else if (/\s/.test(char)) endWord()
    else if (/[$`|&(){}<*?\\#]/.test(char)) return undefined
    else word = (word ?? '') + char
  }
  endStep('anything')
  const hard = new Set(['while', 'until', 'for', 'if', 'case', 'trap', 'do', 'done', '!'])
  return steps.some((step) => hard.has(step.argv[0] ?? '')) ? undefined : steps
}

/** Runs the steps of a script one after the other. @param run runs one command @returns the exit code of the last */
export async function runScript(steps: Step[], io: CommandIo, run: (argv: string[], io: CommandIo) => Promise<number>): Promise<number> {
  let code = 0
  for (const step of steps) {
    if (io.handle.signal.aborted) return 143
    if ((step.after === 'success' && code !== 0) || (step.after === 'failure' && code === 0)) continue
    const argv = step.argv[0] === 'exec' ? step.argv.slice(1) : step.argv
    if (argv[0] === 'exit') return Number(argv[1] ?? code) & 0xff
    let toFile = ''
    const { to } = step
    const err = step.isQuiet ? (): void => undefined : io.err
    code = await run(argv, { ...io, err, out: to === 'out' ? io.out : to === 'err' ? err : (text) => void (toFile += text) })
    if (typeof to === 'object' && to.file !== '/dev/null') {
      try {
        const before = to.append ? new TextDecoder().decode(io.handle.readFile(to.file) ?? new Uint8Array()) : ''
        io.handle.writeFile(to.file, new TextEncoder().encode(before + toFile))
      } catch (error) {
        io.err(`sh: can't create ${to.file}: ${wordsOf(error)}\n`)
        code = 1
      }
    }
    if (step.argv[0] === 'exec') return code
  }
  return code
}
