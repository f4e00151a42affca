import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { mayMove, type IntentRow } from '#shared/model/intent.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import type { Chain, PendingClaim } from '#main/core/ports/chain.ts'
import type { ClaimRow, MovementPlace, MovementRow, Store } from '#main/core/ports/store.ts'
import type { PublicKeyInfo, SignRequest, Vault } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type StatePublisher } from '#main/core/state/publisher.ts'
import { createTransactions, type Transactions } from '#main/core/supplier/transactions.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createFakeChain, PARAMS, type FakeChain } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog, type TestClock } from '#test/fakes/clock.ts'

/** People with real keys, a chain in memory, and a store that outlives each run of the app. */

export const codec = createTxCodec()

export interface Signer extends PublicKeyInfo {
  privateKey: Uint8Array
}

export function signer(id: string, role: 'owner' | 'operator', kind: 'key' | 'watch' = 'key'): Signer {
  const privateKey = sha256(new TextEncoder().encode(`hearth test ${id}`))
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
  return {
    id,
    role,
    kind,
    name: id,
    network: 'local',
    address: codec.addressOf(pubKeyHex),
    pubKeyHex: kind === 'watch' ? '' : pubKeyHex,
    origin: kind === 'watch' ? 'watch' : 'made',
    hdPath: undefined,
    hasWords: true,
    createdAtMs: 1,
    wordsConfirmedAtMs: kind === 'watch' ? undefined : 1,
    privateKey,
  }
}

export const pubKeyOf = (key: Signer): string => bytesToHex(secp256k1.getPublicKey(key.privateKey, true))
export const signatureOf = (key: Signer, bytes: Uint8Array): Uint8Array =>
  secp256k1.sign(sha256(bytes), key.privateKey, { prehash: false, lowS: true })

export interface Scene {
  rows: Map<string, IntentRow>
  settings: Map<string, string>
  claims: ClaimRow[]
  movements: MovementRow[]
  pending: PendingClaim[]
  chain: FakeChain
  /** What was read of blocks: to which height, and which transactions. */
  ledger: { height: number; txs: { hash: string; payer: string; height: number; failed: boolean }[] }
  /** What the app is given in place of `chain`, such as several hosts as one. */
  served: Chain | undefined
  clock: TestClock
  store: Store
  /** One run of the app. */
  life(): { transactions: Transactions; state: StatePublisher; asked: SignRequest[] }
}

export function scene(keys: Signer[]): Scene {
  const rows = new Map<string, IntentRow>()
  const settings = new Map<string, string>()
  const claims: ClaimRow[] = []
  const movements: MovementRow[] = []
  const pending: PendingClaim[] = []
  const ledger: Scene['ledger'] = { height: 0, txs: [] }
  const chain = createFakeChain((bytes) => codec.hash(bytes))
  for (const key of keys) chain.balances.set(key.address, 100_000_000_000n)
  chain.pendingClaims = () => Promise.resolve(pending)
  chain.gateway = (address) => Promise.resolve({ address, stakeUpokt: 5_000_000_000n, unstakeSessionEndHeight: 0 })
  const clock = createTestClock()
  const store = {
    intents: () => Promise.resolve([...rows.values()]),
    intent: (id: string) => Promise.resolve(rows.get(id)),
    putIntent: (row: IntentRow) => {
      const before = rows.get(row.id)
      if (before && !mayMove(before.status, row.status)) return Promise.reject(new Error(`${before.status} -> ${row.status}`))
      rows.set(row.id, row)
      return Promise.resolve()
    },
    cursor: () => Promise.resolve(ledger.height === 0 ? undefined : { network: 'local', height: ledger.height, hash: 'H' }),
    watched: () => Promise.resolve(keys.map(({ address }) => ({ address }))),
    ownTxs: (_network: string, hashes: string[]) =>
      Promise.resolve(ledger.txs.filter((tx) => hashes.includes(tx.hash)).map(({ hash, failed }) => ({ hash, failed, messages: [] }))),
    movements: ({ address }: { address: string }) =>
      Promise.resolve(ledger.txs.filter((tx) => tx.payer === address).map(({ hash, height }) => ({ txHash: hash, height }))),
    setting: (key: string) => Promise.resolve(settings.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void settings.set(key, value)),
    claims: ({ stages, operatorAddress, limit }: { stages?: string[]; operatorAddress?: string; limit: number }) => {
      const isAsked = (claim: ClaimRow): boolean =>
        (stages === undefined || stages.includes(claim.stage)) &&
        (operatorAddress === undefined || claim.operatorAddress === operatorAddress)
      return Promise.resolve(claims.filter(isAsked).slice(0, limit))
    },
    movementsPage: ({ address, limit, after }: { address?: string; limit: number; after?: MovementPlace }) => {
      const all = movements
        .filter((row) => address === undefined || row.address === address)
        .sort((a, b) => b.height - a.height || (a.position < b.position ? -1 : 1))
      const begin = after ? all.findIndex((row) => row.height === after.height && row.position === after.position) + 1 : 0
      const found = all.slice(begin, begin + limit)
      const last = found.at(-1)
      const next = last && begin + limit < all.length ? { height: last.height, position: last.position, address: last.address } : undefined
      return Promise.resolve({ rows: found, next, revision: 0, current: 0 })
    },
  } as unknown as Store
  const at: Scene = {
    rows,
    settings,
    claims,
    movements,
    pending,
    chain,
    ledger,
    served: undefined,
    clock,
    store,
    life() {
      const asked: SignRequest[] = []
      const vault = {
        keys: () => Promise.resolve(keys),
        openSign: (request: SignRequest) => {
          asked.push(request)
          return Promise.resolve({ token: `t${asked.length}`, expiresAtMs: 1 })
        },
        closeTicket: () => Promise.resolve(),
      } as unknown as Vault
      const state = createStatePublisher(
        initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
        clock,
      )
      const heads = {
        require: () => at.served ?? chain,
        params: () => PARAMS,
        height: () => chain.heightNow,
        isCertain: () => true,
      } as unknown as Heads
      const transactions = createTransactions({
        heads,
        network: () => 'local',
        store,
        vault,
        codec,
        state,
        clock,
        log: createTestLog(),
        surfaceUrl: (token) => `http://localhost:1/s/${token}`,
        networkTitle: () => ({ title: 'Local chain', playMoney: true }),
        stakeMarginUpokt: () => 5_000_000n,
      })
      return { transactions, state, asked }
    },
  }
  return at
}
