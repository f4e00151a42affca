import { HearthError } from '#shared/api/errors.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { hideGateParts } from '../backends/gate-part.ts'
import { networkOf } from '#shared/networks/index.ts'
import { ejectContents, FILES, type EjectContents, type EjectDeps } from './contents.ts'

/** What is shown of one file; the rest is in the file itself. */
const LONGEST_SHOWN = 20_000

/** Rejects `no-network`, `eject-folder` (problem 'nothing' | 'nothing-here' | 'practice'). */
export async function contentsNow(deps: EjectDeps, withSecrets: boolean): Promise<EjectContents> {
  const network = deps.network()
  if (network === null) throw new HearthError('no-network')
  // Practice runs inside Hearth: there is nothing that could go on without it.
  if (network === 'practice') throw new HearthError('eject-folder', { problem: 'practice' })
  const contents = await ejectContents(deps, network, withSecrets)
  const { madeHere, title } = networkOf(network)
  if (!contents) throw new HearthError('eject-folder', { problem: madeHere ? 'nothing' : 'nothing-here', chain: title })
  return contents
}

/**
 * Writes what is needed to go on without Hearth: a compose file of the same containers, their configurations, and a page that says how to run, look, serve and unstake with the stock
 * program alone. SECURITY: S18 no key and no words are in any of it: this room never has one. Credentials of the user's own endpoints are places to fill in, unless the user wants them written.
 * Rejects as `contentsNow`, `eject-folder` (problem 'name' | 'exists'), `disk-full`.
 */
export async function eject(
  deps: EjectDeps,
  wish: { name: string; withSecrets: boolean },
): Promise<{ written: RequestOutput<'eject.write'>; contents: EjectContents }> {
  const contents = await contentsNow(deps, wish.withSecrets)
  const path = await deps.folder.write(wish.name, contents.files)
  const toFillIn = wish.withSecrets ? 0 : contents.secrets.length
  return { written: { path, files: contents.files.map((file) => file.name), withMiner: contents.withMiner, toFillIn }, contents }
}

/** What would be written, without a secret and without writing anything. Rejects as `contentsNow`. */
export async function previewEject(deps: EjectDeps): Promise<{ preview: Preview; contents: EjectContents }> {
  const contents = await contentsNow(deps, false)
  const { parent, taken } = await deps.folder.look()
  const preview: Preview = {
    parent,
    taken: taken.slice(0, 200),
    files: contents.files.map((file) => ({
      name: file.name,
      bytes: new TextEncoder().encode(file.text).length,
      secret: file.secret === true && contents.secrets.length > 0,
      text: file.name === FILES.gate ? '' : hideGateParts(file.text).slice(0, LONGEST_SHOWN),
    })),
    containers: contents.services
      .filter((service) => service.entry.kind !== 'tool')
      .map((service) => ({ nodeId: service.entry.nodeId, title: service.entry.title, image: service.imageName })),
    secrets: contents.secrets.map(({ serviceId, host, what }) => ({ serviceId, host, what })),
    withMiner: contents.withMiner,
  }
  return { preview, contents }
}

type Preview = Omit<RequestOutput<'eject.preview'>, 'written' | 'handOver'>
