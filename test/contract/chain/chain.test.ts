import { expect, it } from 'vitest'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { freePort } from '../../localnet/engine.ts'
import { startTestChain } from '../../localnet/chain.ts'
import { chainContract } from './suite.ts'

/** The cosmos adapter against a real one-validator chain. */

chainContract('cosmos adapter on a real chain', async () => {
  const real = await startTestChain({ name: 'chain-contract', services: [{ id: 'anvil' }, { id: 'eth' }] })
  const told = (await (await fetch(`${real.rpcUrl}/genesis`)).json()) as { result: { genesis: { genesis_time: string } } }
  return {
    chain: connectChain({ rpcUrl: real.rpcUrl, restUrl: `${real.restUrl}/` }),
    codec: createTxCodec(),
    chainId: real.chainId,
    genesisTime: told.result.genesis.genesis_time,
    serviceIds: ['anvil', 'eth'],
    blocksPerSession: 4,
    async fund(address, upokt) {
      const sent = await real.fund([address], upokt)
      if (sent.code !== 0) throw new Error(sent.log)
    },
    stop: real.stop,
  }
})

it('an endpoint that nobody answers at is named', async () => {
  const port = await freePort()
  const nowhere = connectChain({ rpcUrl: `http://127.0.0.1:${port}`, restUrl: `http://127.0.0.1:${port}/api` })
  const refused = (path: string) => ({
    code: 'chain-unreachable',
    detail: { endpoint: `http://127.0.0.1:${port}${path}`, reason: 'ECONNREFUSED' },
  })
  await expect(nowhere.head()).rejects.toMatchObject(refused(''))
  await expect(nowhere.params()).rejects.toMatchObject(refused('/api'))
  await expect(nowhere.broadcast(new Uint8Array([1]))).rejects.toMatchObject(refused('/api'))
})
