import { LABELS } from '#main/adapters/docker/container-options.ts'
import { docker, mustDocker } from '#test/localnet/engine.ts'
import { readMachine } from '#test/localnet/prepare.ts'

/** The engine that all are measured on, with its images. */
export interface BenchEngine {
  socket: string
  endpoint: string
  /** Image ids, as a row of the record holds them. */
  pocketd: string
  anvil: string
}

export async function benchEngine(): Promise<BenchEngine> {
  const { engineSocket: socket, testImages } = readMachine()
  const { pocketd, anvil } = testImages
  if (socket === null || pocketd === undefined || anvil === undefined) throw new Error('this machine lacks the engine or an image')
  const idOf = (reference: string): Promise<string> => mustDocker(socket, ['image', 'inspect', '--format', '{{.Id}}', reference])
  return { socket, endpoint: `unix://${socket}`, pocketd: await idOf(pocketd), anvil: await idOf(anvil) }
}

/** Removes what Hearth made under an installation's name. */
export async function removeAll({ socket }: BenchEngine, installId: string): Promise<void> {
  const filter = ['--filter', `label=${LABELS.install}=${installId}`]
  const ids = async (args: readonly string[]): Promise<string[]> => (await mustDocker(socket, args)).split('\n').filter((id) => id !== '')
  const containers = await ids(['ps', '--all', '--quiet', ...filter])
  if (containers.length > 0) await docker(socket, ['rm', '--force', '--volumes', ...containers])
  const networks = await ids(['network', 'ls', '--quiet', ...filter])
  if (networks.length > 0) await docker(socket, ['network', 'rm', ...networks])
}
