import { HearthError } from '#shared/api/errors.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'
import { MINER_PORTS } from '../relays/miner-config.ts'
import { renderTemplate } from '../relays/render-template.ts'

/** Name of the template under resources/templates. */
export const INGRESS_TEMPLATE = 'ingress/config.json'

/** Where things lie in the ingress's container. */
export const INGRESS_PATHS = { config: '/etc/caddy/ingress.json', refusingFolder: '/tmp', refusingFile: '/refusing' } as const
/** While this file is there, every relay is answered with 503 and the connection closed. */
const REFUSING = `${INGRESS_PATHS.refusingFolder}${INGRESS_PATHS.refusingFile}`
/** Inside the container. */
const INGRESS_PORT = 8080
/** Above the miner's own limit of 20 MiB, so that what is too long gets the miner's answer and not a cut connection. */
const MAX_BODY_BYTES = 22 * 1024 * 1024
/** A path that is never handed on: 404 while relays are taken, 503 while they are refused. */
const LOOK_PATH = '/ready'
const LOOK_MS = 3_000
const EXEC_MS = 5_000
const REFUSED = 503

/** The ingress's configuration, JSON. @param template text of `INGRESS_TEMPLATE` */
export function renderIngressConfig(template: string): string {
  return renderTemplate(template, {
    listenAddress: `:${INGRESS_PORT}`,
    refusingFolder: INGRESS_PATHS.refusingFolder,
    refusingFile: INGRESS_PATHS.refusingFile,
    maxBodyBytes: MAX_BODY_BYTES,
    minerAddress: `miner:${MINER_PORTS.relays}`,
  })
}

/** Nothing of it is configured by arguments. */
export const ingressCommand = (): string[] => ['caddy', 'run', '--config', INGRESS_PATHS.config]

/** What an ingress says of itself. */
export type IngressLook = 'serving' | 'refusing' | 'silent'

/** Asks the ingress through its published port, as a gateway would reach it. Never rejects. */
export async function lookAtIngress(net: Net, hostPort: number | undefined): Promise<IngressLook> {
  if (hostPort === undefined) return 'silent'
  try {
    const { status } = await net.post(`http://127.0.0.1:${hostPort}${LOOK_PATH}`, new Uint8Array(), {}, LOOK_MS)
    return status === REFUSED ? 'refusing' : 'serving'
  } catch {
    return 'silent'
  }
}

/** Has a running ingress refuse relays, or take them again. It holds at once and until it is taken back, also for a Hearth that starts anew. Rejects `engine-failed`. */
export async function setRefusing(engine: Engine, container: string, refusing: boolean): Promise<void> {
  const command = refusing ? ['touch', REFUSING] : ['rm', '-f', REFUSING]
  const { exitCode, stderr } = await engine.exec(container, command, { timeoutMs: EXEC_MS })
  if (exitCode !== 0)
    throw new HearthError('engine-failed', { reason: `the ingress did not ${refusing ? 'refuse' : 'serve'}: ${stderr.slice(-200)}` })
}
