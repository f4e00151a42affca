import type { ContainerHandle } from '../../parts.ts'
import { wordsOf, type CommandIo, type Commands } from './command.ts'
import { parseScript, runScript } from './shell.ts'

const NOT_FOUND = 127

/** The small programs that every image with a shell has, as far as Hearth and its tests use them. */
const SMALL: Commands = {
  true: () => 0,
  false: () => 1,
  ':': () => 0,
  echo(args, io) {
    io.out(`${args.join(' ')}\n`)
    return 0
  },
  printf([format = ''], io) {
    io.out(unescape(format))
    return 0
  },
  async sleep([seconds = ''], io) {
    const ms = Number(seconds) * 1000
    if (!(ms >= 0)) {
      io.err(`sleep: invalid number '${seconds}'\n`)
      return 1
    }
    await io.handle.clock.sleep(ms, io.handle.signal)
    return io.handle.signal.aborted ? 143 : 0
  },
  cat(paths, io) {
    if (paths.length === 0) io.out(io.stdin)
    return eachPath('cat', paths, io, (path) => {
      const content = io.handle.readFile(path)
      if (!content) throw new Error("can't open: No such file or directory")
      io.out(new TextDecoder().decode(content))
    })
  },
  touch: (paths, io) =>
    eachPath('touch', paths, io, (path) => {
      if (!io.handle.readFile(path)) io.handle.writeFile(path, new Uint8Array())
    }),
  rm: (args, io) =>
    eachPath('rm', flagless(args), io, (path) => {
      const isForced = args.some((arg) => /^-\w*f/.test(arg))
      const isFile = io.handle.readFile(path) !== undefined
      if (!isFile && !isForced && io.handle.list(path).length === 0) throw new Error("can't remove: No such file or directory")
      if (!isFile && io.handle.list(path).length > 0 && !args.some((arg) => /^-\w*[rR]/.test(arg))) throw new Error('is a directory')
      io.handle.removeTree(path)
    }),
  mkdir: () => 0,
  chmod: () => 0,
  chown: () => 0,
  ls(args, io) {
    const given = flagless(args)
    const isHiddenToo = args.some((arg) => /^-\w*[aA]/.test(arg))
    return eachPath('ls', given.length === 0 ? ['/'] : given, io, (path) => {
      if (io.handle.readFile(path)) {
        io.out(`${path}\n`)
        return
      }
      if (!isFolder(path, io)) throw new Error('No such file or directory')
      const start = path === '/' ? '/' : `${path.replace(/\/$/, '')}/`
      const names = new Set(io.handle.list(path).map((file) => file.slice(start.length).split('/')[0] ?? ''))
      for (const name of [...names].sort()) if (isHiddenToo || !name.startsWith('.')) io.out(`${name}\n`)
    })
  },
  test: testFile,
  '[': (args, io) => testFile(args.slice(0, -1), io),
  id(args, io) {
    io.out(`${(io.user ?? io.handle.spec.user ?? '0').split(':')[args.includes('-g') ? 1 : 0] ?? '0'}\n`)
    return 0
  },
}

/** Runs one command. One that Practice does not know ends as an engine ends it. @returns the exit code */
export async function runCommand(argv: string[], io: CommandIo, more: Commands = {}): Promise<number> {
  const [program = '', ...args] = argv
  const name = program.replace(/^.*\//, '')
  if (name === 'sh' || name === 'ash' || name === 'bash') {
    const steps = args[0] === '-c' ? parseScript(args[1] ?? '') : undefined
    if (steps) return runScript(steps, io, (step, stepIo) => runCommand(step, stepIo, more))
    io.err(`${name}: this container is practised and runs simple commands only\n`)
    return 2
  }
  const command = Object.hasOwn(more, name) ? more[name] : Object.hasOwn(SMALL, name) ? SMALL[name] : undefined
  if (!command) {
    io.out(
      `OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown\r\n`,
    )
    return NOT_FOUND
  }
  try {
    return await command(args, io)
  } catch (error) {
    io.err(`${name}: ${wordsOf(error)}\n`)
    return 1
  }
}

/** Whether Practice can run this itself. */
export function isKnown(argv: string[], more: Commands = {}): boolean {
  const [program = '', flag, script = ''] = argv
  const name = program.replace(/^.*\//, '')
  if (name === 'sh' || name === 'ash' || name === 'bash') return flag === '-c' && parseScript(script) !== undefined
  return Object.hasOwn(more, name) || Object.hasOwn(SMALL, name)
}

/** Runs an exec and collects what it prints. */
export async function execCommand(
  argv: string[],
  options: { stdin?: string; user?: string },
  handle: ContainerHandle,
  more: Commands = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const exitCode = await runCommand(
    argv,
    {
      stdin: options.stdin ?? '',
      user: options.user,
      out: (text) => void (stdout += text),
      err: (text) => void (stderr += text),
      handle,
    },
    more,
  )
  return { exitCode, stdout, stderr }
}

function testFile([flag, path = '']: string[], io: CommandIo): number {
  const file = path.startsWith('/') ? io.handle.readFile(path) : undefined
  const isThere = path.startsWith('/') && file === undefined && isFolder(path, io)
  const answers: Record<string, boolean> = {
    '-f': file !== undefined,
    '-d': isThere,
    '-e': file !== undefined || isThere,
    '-s': (file?.length ?? 0) > 0,
  }
  const answer = flag === undefined ? undefined : answers[flag]
  return answer === undefined ? 2 : answer ? 0 : 1
}

/** Folders are what their files make them; where a volume is mounted, one is there while it is empty too. */
function isFolder(path: string, { handle }: CommandIo): boolean {
  const folder = path.length > 1 ? path.replace(/\/$/, '') : path
  return (
    folder === '/' ||
    folder === '/tmp' ||
    handle.list(folder).length > 0 ||
    handle.spec.mounts.some(({ path: at }) => at === folder || at.startsWith(`${folder}/`))
  )
}

function eachPath(name: string, paths: string[], io: CommandIo, run: (path: string) => void): number {
  let code = 0
  for (const path of paths) {
    try {
      run(path.startsWith('/') ? path : `/${path}`)
    } catch (error) {
      io.err(`${name}: ${path}: ${wordsOf(error)}\n`)
      code = 1
    }
  }
  return code
}

const flagless = (args: string[]): string[] => args.filter((arg) => !arg.startsWith('-'))

/** The escapes of printf that tests use. */
function unescape(format: string): string {
  return format
    .replace(/\\([0-7]{1,3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(String.raw`\t`, '\t')
}
