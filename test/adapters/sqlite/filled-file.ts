import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { BlockRows } from '#main/core/ports/store.ts'
import { listBackups } from '#main/adapters/sqlite/backup.ts'
import { copyStore } from '#main/adapters/sqlite/copy.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { intentMethods } from '#main/adapters/sqlite/intents.ts'
import { journalMethods } from '#main/adapters/sqlite/journal.ts'
import { ledgerWrites } from '#main/adapters/sqlite/ledger-writes.ts'
import { wishMethods } from '#main/adapters/sqlite/wishes.ts'
import type { IntentRow, IntentStatus } from '#shared/model/intent.ts'
import { readRows } from './file-rows.ts'
import { temporaryFolder } from './open-test-store.ts'

export const NOW_MS = 1_790_000_000_000
export const LATER_MS = NOW_MS + 3 * 86_400_000

export interface FilledFile {
  file: string
  /** Every row of it, and of the copy that was made halfway. */
  rows: string[]
  copyRows: string[]
  copyHeight: number
}

const silent = { throwIfStopped: () => undefined, onProgress: () => undefined }

/** A closed store of some 60 pages: wishes, payments, journals and a ledger, part of them written after its one copy was made. */
export async function filledFile(options: { removeLocal?: boolean } = {}): Promise<FilledFile> {
  const file = join(temporaryFolder(), 'hearth.db')
  const { db } = await openDatabase(file, NOW_MS)
  const store = { ...wishMethods(db), ...intentMethods(db), ...journalMethods(db), ...ledgerWrites(db) }
  const fill = (from: number, to: number): void => {
    for (const network of ['mainnet', 'local']) {
      if (!store.cursor(network)) store.setCursor({ network, height: 1, hash: 'HASH1' })
      store.applyBlocks({
        network,
        fromHeight: from,
        toHeight: to,
        toHash: `HASH${to}`,
        blocks: Array.from({ length: to - from + 1 }, (_block, index) => block(network, from + index)),
      })
    }
  }
  store.setSetting('install-id', 'abcd')
  store.putChain({ network: 'local', chainId: 'l', block1Hash: 'AA', genesisTime: undefined, createdAtMs: 1, facts: {} })
  store.putNode({ id: 'n', network: 'mainnet', wanted: 'running', wantedBy: 'user', imagePin: undefined, ports: {}, updatedAtMs: 1 })
  for (const status of ['prepared', 'signed', 'broadcast', 'included'] as const) store.putIntent(intent('before', status))
  for (let index = 0; index < 200; index += 1)
    store.addActivity({ atMs: NOW_MS + index, actor: 'you', level: 'info', text: 'node-start', facts: { nodeId: `node-${index}` } })
  fill(2, 60)
  await copyStore({ file, nowMs: NOW_MS, folder: undefined, daysKept: undefined }, silent)
  const copyRows = readRows(listBackups(file)[0] ?? '')

  fill(61, 160)
  store.setSetting('added-later', 'yes')
  store.removeNodes('mainnet')
  for (const status of ['prepared', 'signed', 'broadcast'] as const) store.putIntent(intent('after', status))
  for (let index = 0; index < 200; index += 1)
    store.addActivity({ atMs: LATER_MS + index, actor: 'network', level: 'info', text: 'tx-included', facts: { height: String(index) } })
  if (options.removeLocal) store.removeChain('local')
  db.close()
  return { file, rows: readRows(file), copyRows, copyHeight: 60 }
}

function block(network: string, height: number): BlockRows {
  const claim = {
    operatorAddress: 'pokt1operator',
    applicationAddress: `pokt1app${height % 5}`,
    serviceId: 'anvil',
    sessionEndHeight: height,
  }
  const base = { network, height, txHash: undefined, timeMs: NOW_MS + height * 60_000, kind: 'reward' as const }
  return {
    network,
    height,
    hash: `HASH${height}`,
    timeMs: base.timeMs,
    claims: [
      {
        ...claim,
        network,
        stage: 'settled',
        settledHeight: height,
        settledAtMs: base.timeMs,
        settledUpokt: 1_000n,
        claimTxHash: hashOf(`c${height}`),
      },
    ],
    movements: ['pokt1owner', 'pokt1operator'].map((address, index) => ({
      ...base,
      position: `end:0:${index}`,
      address,
      deltaUpokt: 500n,
      claim: { ...claim, opReason: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION' },
    })),
  }
}

const hashOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex').toUpperCase()

function intent(id: string, status: IntentStatus): IntentRow {
  const tx = new TextEncoder().encode(`transaction ${id}`)
  return {
    id,
    network: 'mainnet',
    chainId: 'pocket',
    kind: 'stake-owner',
    keyId: 'k',
    signerAddress: 'pokt1owner',
    status,
    facts: { amountUpokt: '59505000000' },
    signDocBytes: new Uint8Array([1, 2, 3]),
    txBytes: status === 'prepared' ? undefined : tx,
    txHash: status === 'prepared' ? undefined : hashOf(tx),
    timeoutHeight: 99,
    includedHeight: status === 'included' ? 50 : undefined,
    code: undefined,
    log: undefined,
    createdAtMs: id === 'before' ? 1 : 2,
    updatedAtMs: 2,
  }
}
