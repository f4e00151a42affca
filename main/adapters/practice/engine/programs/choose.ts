import { randomBytes } from 'node:crypto'
import type { ContainerSpec } from '#main/core/ports/engine.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import type { ChooseProgram, Program } from '../../parts.ts'
import { createAnvilProgram, type BackendControl } from './anvil.ts'
import { createIngressProgram, isIngressScript } from './ingress.ts'
import { createKeeperProgram } from './keeper.ts'
import { createNodeProgram, type NodeOptions } from './node.ts'

const scriptOf = (spec: ContainerSpec): string => [...(spec.entrypoint ?? []), ...spec.command].join(' ')

/** Whether a container is a key keeper: pocketd's image without a network, told to wait until it is asked to end. */
export function isKeeperSpec(spec: ContainerSpec): boolean {
  return spec.networks.length === 0 && scriptOf(spec).startsWith("/bin/sh -c trap 'exit 0' TERM")
}

/**
 * Which program plays a container of Hearth, told by its command (images are pinned by a digest that says nothing).
 * @param options.miner the relay miner; @param options.random for keys, the machine's own unless told
 */
export function createChooseProgram(options: {
  addressPrefix: AddressPrefix
  onChainStart: NodeOptions['onChainStart']
  backend: BackendControl
  miner: (spec: ContainerSpec) => Program | undefined
  ingress?: () => Program
  random?: (bytes: number) => Uint8Array
  seed?: string
}): ChooseProgram {
  const { addressPrefix, onChainStart, backend, miner, random = (bytes) => new Uint8Array(randomBytes(bytes)) } = options
  return (spec) => {
    const script = scriptOf(spec)
    if (/\bpocketd start --home /.test(script)) return createNodeProgram({ addressPrefix, random, onChainStart })
    if (/\banvil --host /.test(script)) return createAnvilProgram(backend, options.seed)
    if (isIngressScript(script)) return options.ingress?.() ?? createIngressProgram()
    if (isKeeperSpec(spec)) return createKeeperProgram({ addressPrefix, random })
    if (/(^|\s)relayminer start\b/.test(script)) return miner(spec)
    return undefined
  }
}
