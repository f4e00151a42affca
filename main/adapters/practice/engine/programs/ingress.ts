import { z } from 'zod'
import type { ContainerHandle, Program } from '../../parts.ts'
import { execCommand } from './small-commands.ts'

/** The part of Caddy's configuration that Hearth's ingress uses. What a real one would refuse is refused here. */
const fileMatch = z.strictObject({ file: z.strictObject({ root: z.string(), try_files: z.array(z.string()).length(1) }) })
const pathMatch = z.strictObject({ path: z.array(z.string()).min(1) })
const staticResponse = z.strictObject({
  handler: z.literal('static_response'),
  status_code: z.number().int(),
  headers: z.record(z.string(), z.array(z.string())).optional(),
  close: z.boolean().optional(),
})
const requestBody = z.strictObject({ handler: z.literal('request_body'), max_size: z.number().int() })
const reverseProxy = z.looseObject({
  handler: z.literal('reverse_proxy'),
  upstreams: z.array(z.strictObject({ dial: z.string() })).length(1),
})
const route = z.strictObject({
  match: z.array(z.union([fileMatch, pathMatch])).optional(),
  handle: z.array(z.discriminatedUnion('handler', [staticResponse, requestBody, reverseProxy])).min(1),
  terminal: z.boolean().optional(),
})
const server = z.looseObject({ listen: z.array(z.string().regex(/^:\d+$/)).length(1), routes: z.array(route) })
const configSchema = z.looseObject({ apps: z.strictObject({ http: z.looseObject({ servers: z.record(z.string(), server) }) }) })
type Route = z.infer<typeof route>

const TOO_LARGE = 413
const BAD_GATEWAY = 502

/** Whether a container runs Caddy with a configuration of ours. */
export const isIngressScript = (script: string): boolean => /^caddy run --config \S+$/.test(script)

export interface IngressProgram extends Program {
  /** Whether relays get through to the miner now. */
  readonly serving: boolean
}

/** Caddy as Hearth's ingress: routes by file and path, answers of its own, and one upstream. */
export function createIngressProgram(): IngressProgram {
  let handle: ContainerHandle | undefined
  let servers: z.infer<typeof server>[] = []
  let asked = 0

  const matches = (running: ContainerHandle, { match }: Route, path: string): boolean =>
    match === undefined ||
    match.some((each) =>
      'file' in each
        ? running.readFile(`${each.file.root}${each.file.try_files[0] ?? ''}`) !== undefined
        : each.path.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern)),
    )

  return {
    get serving() {
      const running = handle
      if (!running || running.signal.aborted) return false
      // The first route that fits any path decides.
      const first = servers[0]?.routes.find((each) => matches(running, each, '/'))
      return first?.handle.some((step) => step.handler === 'reverse_proxy') ?? false
    },
    start(started) {
      handle = started
      const file = /--config (\S+)/.exec(started.spec.command.join(' '))?.[1] ?? ''
      const text = started.readFile(file)
      const parsed = text && configSchema.safeParse(parse(new TextDecoder().decode(text)))
      if (!parsed?.success) {
        const problem = text
          ? `loading initial config: loading new config: ${parsed ? parsed.error.issues[0]?.message : ''}`
          : `reading config file: open ${file}: no such file or directory`
        started.log('err', `Error: ${problem}`)
        started.exit(1)
        return
      }
      servers = Object.values(parsed.data.apps.http.servers)
      started.log('err', JSON.stringify({ level: 'info', msg: 'using provided configuration', config_file: file, config_adapter: '' }))
      started.log('err', JSON.stringify({ level: 'warn', logger: 'admin', msg: 'admin endpoint disabled' }))
    },
    stop: () => handle?.exit(0),
    exec(command, options) {
      if (!handle) throw new Error('an exec before the start')
      return execCommand(command, options, handle)
    },
    async http(port, request) {
      const running = handle
      const found = servers.find((each) => each.listen.includes(`:${port}`))
      if (!running || !found) return undefined
      asked += 1
      const path = request.path.split('?')[0] ?? ''
      for (const candidate of found.routes) {
        if (!matches(running, candidate, path)) continue
        for (const step of candidate.handle) {
          if (step.handler === 'static_response') return { status: step.status_code, body: new Uint8Array() }
          if (step.handler === 'request_body') {
            if (request.body.length > step.max_size) return { status: TOO_LARGE, body: new Uint8Array() }
            continue
          }
          const [host = '', upstreamPort = ''] = (step.upstreams[0]?.dial ?? '').split(':')
          const answer = await running.peer(host)?.program.http?.(Number(upstreamPort), request)
          if (answer) return answer
          running.log(
            'err',
            JSON.stringify({
              level: 'error',
              logger: 'http.log.error',
              msg: `dial tcp: lookup ${host}: connection refused`,
              status: BAD_GATEWAY,
            }),
          )
          return { status: BAD_GATEWAY, body: new Uint8Array() }
        }
      }
      return { status: 200, body: new Uint8Array() }
    },
    usage: () => ({ cpuPercent: 0.2, memoryBytes: 18_000_000, diskBytes: 0, netBytes: asked * 1_600 }),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
