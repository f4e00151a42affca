import { join } from 'node:path'
import { createVault } from '#main/adapters/vault/create-vault.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { BlockRows } from '#main/core/ports/store.ts'
import { CHEAP, PASSWORD } from '../../adapters/vault/support.ts'

const HOUR_MS = 3_600_000
const SESSIONS = 3 * 365 * 24
const SERVICES = ['anvil', 'eth', 'base']
const BLOCKS_PER_SESSION = 60
const BATCH = 2_000
const OWNER = 'pokt1owner0000000000000000000000000000000000'
const OPERATOR = 'pokt1operator00000000000000000000000000000000'
const log = { info: () => undefined, warn: () => undefined, error: () => '' }

/**
 * Fills a data folder as three years leave it: a session an hour, three services, every claim settled, its reward shared by two. Through the store's own port, in bulk.
 * @returns rows written
 */
export async function fillThreeYears(dataDir: string): Promise<{ claims: number; movements: number }> {
  const vault = await createVault({ dataDir, clock: systemClock, log, kdf: CHEAP })
  await vault.create(PASSWORD)
  await vault.stop()
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log })
  try {
    const network = 'local'
    const firstMs = Date.now() - SESSIONS * HOUR_MS
    await store.setSetting('network', network)
    const chain = { chainId: 'hearth-local-1', block1Hash: 'HASH1', genesisTime: new Date(firstMs).toISOString(), facts: {} }
    await store.putChain({ network, ...chain, createdAtMs: firstMs })
    await store.setCursor({ network, height: 1, hash: 'HASH1' })
    for (const [address, label] of [
      [OWNER, 'Owner'],
      [OPERATOR, 'Operator'],
    ] as const)
      await store.putWatched({ network, address, label, sinceHeight: 1, openingUpokt: 60_000_000_000n })
    let fromHeight = 2
    let blocks: BlockRows[] = []
    for (let session = 1; session <= SESSIONS; session += 1) {
      blocks.push(settledSession(network, session, firstMs + session * HOUR_MS))
      if (blocks.length < BATCH && session < SESSIONS) continue
      const last = blocks.at(-1)
      if (!last) continue
      await store.applyBlocks({ network, fromHeight, toHeight: last.height, toHash: last.hash, blocks })
      fromHeight = last.height + 1
      blocks = []
    }
    for (let day = 0; day < 3 * 365; day += 1)
      await store.addActivity({
        atMs: firstMs + day * 24 * HOUR_MS,
        actor: 'you',
        level: 'info',
        text: 'node-start',
        facts: { nodeId: 'miner' },
      })
    return { claims: SESSIONS * SERVICES.length, movements: SESSIONS * SERVICES.length * 2 }
  } finally {
    await store.close()
  }
}

/** The block in which a session's claims settle. */
function settledSession(network: string, session: number, timeMs: number): BlockRows {
  const sessionEndHeight = session * BLOCKS_PER_SESSION
  const height = sessionEndHeight + 10
  const claims = SERVICES.map((serviceId, index) => {
    const settledUpokt = BigInt(40_000 + ((session * 7 + index * 13) % 900) * 100)
    const identity = { operatorAddress: OPERATOR, applicationAddress: `pokt1application${index}`, serviceId, sessionEndHeight }
    return { identity, settledUpokt }
  })
  return {
    network,
    height,
    hash: `HASH${height}`,
    timeMs,
    claims: claims.map(({ identity, settledUpokt }) => ({
      network,
      ...identity,
      stage: 'settled' as const,
      sessionId: `session${session}`,
      relays: 1_200n,
      claimedUpokt: settledUpokt,
      settledUpokt,
      mintedUpokt: settledUpokt,
      claimHeight: sessionEndHeight + 2,
      proofHeight: sessionEndHeight + 6,
      settledHeight: height,
      settledAtMs: timeMs,
      proofRequirement: 'probabilistic',
    })),
    movements: claims.flatMap(({ identity, settledUpokt }, index) =>
      [
        [OWNER, (settledUpokt * 9n) / 10n],
        [OPERATOR, settledUpokt / 10n],
      ].map(([address, deltaUpokt], part) => ({
        network,
        height,
        position: `end:${index}:${part}`,
        address: address as string,
        deltaUpokt: deltaUpokt as bigint,
        kind: 'reward' as const,
        txHash: undefined,
        claim: { ...identity, opReason: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION' },
        timeMs,
      })),
    ),
  }
}
