import { assertNever } from '#shared/lib/assert-never.ts'
import { HearthError } from '#shared/api/errors.ts'
import { readScenarioFile, type ScenarioFile, type ScenarioStep } from '#shared/practice/scenario-file.ts'
import type { PracticeGenesis } from '../parts.ts'
import { practiceAddress } from './practice-address.ts'
import type { Scenario, ScenarioWorld } from './world.ts'

const UPOKT_PER_POKT = 1_000_000
const GIGABYTE = 1024 ** 3
const upokt = (pokt: number): bigint => BigInt(Math.round(pokt * UPOKT_PER_POKT))

/** @throws HearthError `invalid-request` with `path` (where in the file) and `problem` (in plain words) */
export function parseScenarioFile(text: string): ScenarioFile {
  const read = readScenarioFile(text)
  if ('fault' in read) throw new HearthError('invalid-request', { path: read.fault.path, problem: read.fault.problem })
  return read.file
}

/** A scenario of the user's own, out of a file that `parseScenarioFile` has judged. */
export function scenarioFromFile(file: ScenarioFile): Pick<Scenario, 'needsKeys' | 'build'> {
  return {
    needsKeys: file.supplier !== null,
    build(world) {
      world.changeGenesis((genesis) => bent(genesis, file))
      const { applicationPokt } = file.network
      if (applicationPokt !== undefined) for (const id of world.servedHere()) world.addApplication(id, upokt(applicationPokt))
      const { supplier } = file
      if (supplier) {
        world.stake({
          stakeUpokt: upokt(supplier.stakePokt),
          operatorUpokt: upokt(supplier.operatorPokt),
          ownerPercent: supplier.ownerPercent,
          ...(supplier.services === undefined ? {} : { services: supplier.services }),
          ...(supplier.endpoint === undefined ? {} : { endpointUrl: supplier.endpoint }),
        })
      }
      for (const step of file.steps) take(world, step)
      if (file.containers.length > 0) world.effect({ kind: 'containers', names: file.containers })
      world.effect({ kind: 'speed', speed: file.speed })
    },
  }
}

function bent(genesis: PracticeGenesis, { network }: ScenarioFile): PracticeGenesis {
  const owner = practiceAddress('service-owner', genesis.addressPrefix)
  const services = network.services?.map(({ id, name, computeUnitsPerRelay }) => ({
    id,
    name,
    computeUnitsPerRelay: BigInt(computeUnitsPerRelay),
    ownerAddress: owner,
  }))
  const known = new Set(services?.map(({ id }) => id))
  return {
    ...genesis,
    blockMs: network.blockSeconds === undefined ? genesis.blockMs : Math.round(network.blockSeconds * 1000),
    params: { ...genesis.params, numBlocksPerSession: network.blocksPerSession ?? genesis.params.numBlocksPerSession },
    ...(services === undefined
      ? {}
      : {
          services: [...services, ...genesis.services.filter(({ id }) => !known.has(id))],
          accounts: [...genesis.accounts, { address: owner, upokt: upokt(1_000) }],
        }),
  }
}

function take(world: ScenarioWorld, step: ScenarioStep): void {
  switch (step.do) {
    case 'sessions':
      return world.sessions(step.count, { relays: step.relays, proofs: step.proofs })
    case 'blocks':
      return world.blocks(step.count)
    case 'unstake': {
      const { operator } = world.keys()
      return world.act(operator, { kind: 'unstake-supplier', signer: operator, operatorAddress: operator })
    }
    case 'restake': {
      const { owner, operator } = world.keys()
      const message = { signer: owner, ownerAddress: owner, operatorAddress: operator, stakeUpokt: upokt(step.stakePokt), services: [] }
      return world.act(owner, { kind: 'stake-supplier', ...message })
    }
    case 'empty-operator': {
      const { owner, operator } = world.keys()
      const amountUpokt = world.ledger.balance(operator) - BigInt(step.leaveUpokt) - 1n
      return amountUpokt > 0n ? world.act(operator, { kind: 'send', fromAddress: operator, toAddress: owner, amountUpokt }) : undefined
    }
    case 'price': {
      const service = world.services().find(({ id }) => id === step.serviceId)
      if (!service) throw new Error(`no service ${step.serviceId}`)
      const { id, name, ownerAddress } = service
      const message = { id, name, ownerAddress, computeUnitsPerRelay: BigInt(step.computeUnitsPerRelay) }
      return world.later(step.inBlocks + 1, ownerAddress, { kind: 'add-service', ...message })
    }
    case 'parameter': {
      const isAmount = /Upokt$|Multiplier$/.test(step.name)
      const params = { [step.name]: isAmount ? BigInt(step.value) : step.value }
      return world.later(step.inBlocks + 1, world.payer(), { kind: 'update-params', authority: world.government(), params })
    }
    case 'upgrade':
      return world.upgrade(step.name, step.inBlocks)
    case 'disk':
      return world.effect({ kind: 'disk', freeBytes: step.freeGigabytes * GIGABYTE, bytesPerDay: step.gigabytesPerDay * GIGABYTE })
    case 'engine-clock':
      return world.effect({ kind: 'engine-clock', offsetMs: step.offsetSeconds * 1000 })
    case 'backend-behind':
      return world.effect({ kind: 'backend-behind', ms: step.minutes * 60_000 })
    case 'stop':
      return world.effect({ kind: 'stop', nodeId: step.nodeId })
    default:
      return assertNever(step)
  }
}
