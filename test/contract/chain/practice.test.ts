import { createLedger } from '#main/adapters/practice/chain/ledger.ts'
import { createChainNode } from '#main/adapters/practice/node/chain-node.ts'
import { connectPracticeChain } from '#main/adapters/practice/node/chain-port.ts'
import { createPracticeClock } from '#main/adapters/practice/time/practice-clock.ts'
import { bank, codec, makeGenesis, validator } from '#test/adapters/practice/traffic/world.ts'
import { chainContract } from './suite.ts'

/** The practised chain: the same tests as on the real one. */

chainContract('practised chain', async () => {
  const genesis = makeGenesis({
    blockMs: 250,
    genesisTimeMs: Date.now(),
    params: { numBlocksPerSession: 4, claimWindowCloseOffsetBlocks: 1, proofWindowCloseOffsetBlocks: 1 },
    services: [
      { id: 'anvil', name: 'Anvil', computeUnitsPerRelay: 100n },
      { id: 'eth', name: 'Ethereum', computeUnitsPerRelay: 100n },
    ],
  })
  const clock = createPracticeClock({ startMs: genesis.genesisTimeMs })
  const node = createChainNode({ ledger: createLedger(genesis), clock, codec, seed: 'contract', proposer: () => validator.address })
  const end = new AbortController()
  const running = node.run(end.signal)
  return {
    chain: connectPracticeChain(node),
    codec,
    chainId: genesis.chainId,
    genesisTime: new Date(genesis.genesisTimeMs).toISOString(),
    serviceIds: ['anvil', 'eth'],
    blocksPerSession: 4,
    async fund(address, upokt) {
      const hash = node.submit({
        messages: [{ kind: 'send', fromAddress: bank.address, toAddress: address, amountUpokt: upokt }],
        feePayer: bank.address,
      })
      while (node.lookUp(hash).kind === 'absent') await new Promise((resolve) => setTimeout(resolve, 20))
    },
    async stop() {
      end.abort()
      await running
    },
  }
})
