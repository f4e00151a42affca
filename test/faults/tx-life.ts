import './hook.ts'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createHeads } from '#main/core/chain/heads.ts'
import type { Store } from '#main/core/ports/store.ts'
import type { Vault } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTransactions } from '#main/core/supplier/transactions.ts'

/**
 * One life of the app around one payment: real store, real chain, real transaction code; a bare key stands in for the key process.
 * argv: folder, rpc url, rest url, sender's key (test only), recipient, 'guarded' or 'unguarded' (the write of the signed intent is thrown away).
 * The first life wishes and signs; a later one only takes up what it finds, as the app does after a crash. Ends with one JSON line.
 */
const [folder, rpcUrl, restUrl, keyHex, recipient, guard] = process.argv.slice(2) as [string, string, string, string, string, string]
const AMOUNT_POKT = '5'
const codec = createTxCodec()
const privateKey = hexToBytes(keyHex)
const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
const address = codec.addressOf(pubKeyHex)
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }

const opened = await openStore({
  file: join(folder, 'hearth.db'),
  clock: systemClock,
  log: quiet,
  workerUrl: new URL('./store-worker.ts', import.meta.url),
})
// The mutation that shows what the guard is for: the app forgets that it signed, and so wishes again with new bytes.
const forgetful: Store = {
  ...opened,
  putIntent: (row) => (row.status === 'signed' || row.status === 'broadcast' ? Promise.resolve() : opened.putIntent(row)),
}
const store = guard === 'unguarded' ? forgetful : opened

const state = createStatePublisher(
  initialState({ version: 'test', shell: 'web', host: 'test', network: 'local', startedAtMs: Date.now(), notice: null }),
  systemClock,
)
const vault = {
  keys: () =>
    Promise.resolve([
      {
        id: 'k',
        role: 'owner',
        name: 'k',
        network: 'local',
        address,
        pubKeyHex,
        createdAtMs: 1,
        wordsConfirmedAtMs: 1,
        kind: 'key',
        origin: 'made',
        hdPath: undefined,
        hasWords: true,
      },
    ]),
  openSign: () => Promise.resolve({ token: randomBytes(8).toString('hex'), expiresAtMs: 0 }),
  closeTicket: () => Promise.resolve(),
} as unknown as Vault
const abort = new AbortController()
const heads = createHeads({
  connect: connectChain,
  endpoints: () => ({ rpcUrl, restUrl }),
  network: () => 'local',
  store,
  state,
  clock: systemClock,
  log: quiet,
})
const transactions = createTransactions({
  heads,
  network: () => 'local',
  store,
  vault,
  codec,
  state,
  clock: systemClock,
  log: quiet,
  surfaceUrl: (token) => token,
  networkTitle: () => ({ title: 'Local chain', playMoney: true }),
})
heads.onHead((head, chain) => void transactions.follow(chain, head.height))
const running = heads.run(abort.signal)
/** What is waited for comes, but other engines and chains may be at work beside this one. */
const WAIT_MS = 180_000
const wait = async (what: string, done: () => Promise<boolean> | boolean): Promise<void> => {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await systemClock.sleep(100)) if (await done()) return
  throw new Error(`waited ${WAIT_MS} ms for ${what}`)
}
await wait('the parameters', () => heads.params() !== undefined)

await transactions.resume()
const open = (await store.intents('local')).filter((row) => row.status !== 'discarded')
if (open.length === 0) {
  const { intentId } = await transactions.prepare({ kind: 'send', keyId: 'k', toAddress: recipient, amountPokt: AMOUNT_POKT })
  const row = await store.intent(intentId)
  if (!row) throw new Error('the intent was not stored')
  const signature = secp256k1.sign(sha256(row.signDocBytes), privateKey, { prehash: false, lowS: true })
  await transactions.signed(intentId, codec.assemble(row.signDocBytes, signature))
}
const final = new Set(['included', 'refused', 'expired'])
await wait('the end of the payment', () => Object.values(state.state.intents).some((intent) => final.has(intent.status)))
const statuses = (await opened.intents('local')).map((row) => row.status)
abort.abort()
await running
await opened.close()
console.log(JSON.stringify({ statuses, open: Object.values(state.state.intents).map((intent) => intent.status) }))
