import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { networkOf } from '#shared/networks/index.ts'
import { startTestChain, type TestChain } from '#test/localnet/chain.ts'
import { freePort, mustDocker } from '#test/localnet/engine.ts'
import { anvilProgram } from '#test/localnet/images.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { makeAuthority, startTlsFront, startTlsHost } from '#test/localnet/tls-front.ts'
import { trustingImage } from '#test/localnet/trusting-image.ts'
import { startHearth, type Hearth } from './hearth.ts'

/** Hearth before a real chain that bears mainnet's id and genesis time, asked over TLS alone at two hosts, one of them with gRPC; and an Ethereum node of the user's own. */
export interface MainnetLike {
  hearth: Hearth
  chain: TestChain
  /** The host that a relay miner can ask. */
  minerHost: string
  nodeUrl: string
  /** Names of what its relay miner has on the engine: containers and volumes. */
  left(): Promise<string[]>
  /** Removes containers of its relay miner, however they are. */
  takeAway(nodeIds: readonly string[]): Promise<void>
  stop(): Promise<void>
}

const MAINNET = networkOf('mainnet')

export async function startMainnetLike(): Promise<MainnetLike> {
  const machine = readMachine()
  const socket = machine.engineSocket ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'hearth-ca-'))
  const ended: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (const end of ended.toReversed()) await end()
  }
  try {
    const address = (await mustDocker(socket, ['network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}'])).trim()
    const authority = await makeAuthority(folder, [address])
    const [chain, image] = await Promise.all([
      startTestChain({
        name: 'mainnet-e2e',
        chainId: 'pocket',
        economy: 'mainnet',
        services: [{ id: 'eth' }],
        blocksPerSession: 10,
        editGenesis: (genesis) => {
          genesis['genesis_time'] = MAINNET.genesisTime
        },
      }),
      trustingImage(socket, machine.images[POCKETD_IMAGE.reference] ?? '', authority.caFile),
    ])
    ended.push(chain.stop, image.remove)
    const able = await startTlsHost(authority, address, chain)
    const reading = await startTlsFront(authority, '127.0.0.2', chain)
    ended.push(
      () => able.stop(),
      () => reading.stop(),
    )
    const port = await freePort()
    const { program } = await anvilProgram()
    const node = spawn(program, ['--host', '0.0.0.0', '--port', String(port), '--chain-id', '1', '--block-time', '1', '--silent'], {
      stdio: 'ignore',
    })
    ended.push(() => node.kill('SIGKILL'))
    const hearth = await startHearth({
      images: { [POCKETD_IMAGE.reference]: image.reference },
      env: { NODE_EXTRA_CA_CERTS: authority.caFile },
      // The hosts of the real network are never asked by a test.
      before: async (dataDir) => {
        const log = createLog(join(dataDir, 'logs', 'seed.log'))
        const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log })
        const added = [
          { rpcUrl: able.rpcUrl, restUrl: able.restUrl, grpcUrl: able.grpcUrl },
          { rpcUrl: reading.rpcUrl, restUrl: reading.restUrl },
        ]
        const removed = MAINNET.publicEndpoints.map((each) => each.rpcUrl)
        await store.setSetting('chain-endpoints:mainnet', JSON.stringify({ added, removed }))
        await store.close()
      },
    })
    ended.push(async () => {
      await hearth.quit()
      hearth.remove()
    })
    const mark = (): string => {
      const record = new Database(join(hearth.dataDir, 'hearth.db'), { readonly: true })
      const row = record.prepare("SELECT value FROM settings WHERE key = 'install-id'").get() as { value: string } | undefined
      record.close()
      return `hearth-${row?.value ?? ''}-mainnet-`
    }
    const takeAway = async (nodeIds: readonly string[]): Promise<void> => {
      await mustDocker(socket, ['rm', '--force', ...nodeIds.map((nodeId) => `${mark()}${nodeId}`)])
    }
    const left = async (): Promise<string[]> => {
      const filter = ['--filter', `name=${mark()}`]
      const names = await Promise.all([
        mustDocker(socket, ['ps', '--all', ...filter, '--format', '{{.Names}}']),
        mustDocker(socket, ['volume', 'ls', ...filter, '--format', '{{.Name}}']),
      ])
      return names.flatMap((text) => text.split('\n')).filter((name) => name !== '')
    }
    return { hearth, chain, minerHost: new URL(able.rpcUrl).host, nodeUrl: `http://127.0.0.1:${port}`, left, takeAway, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
