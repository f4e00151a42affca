import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createMainnetPast } from '#main/adapters/practice/history/mainnet-past.ts'
import { withPast, type TellingLedger } from '#main/adapters/practice/history/with-past.ts'
import { restoreLedger } from '#main/adapters/practice/chain/ledger.ts'
import { MAINNET_LIKE } from '#main/adapters/practice/history/mainnet-rules.ts'
import { createPractice, type PracticeFile } from '#main/adapters/practice/machine.ts'
import { foundNetwork } from '#main/adapters/practice/network.ts'
import { practiceAddress } from '#main/adapters/practice/scenarios/practice-address.ts'
import { createPracticeClock } from '#main/adapters/practice/time/practice-clock.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { Log } from '#main/core/ports/log.ts'

/**
 * What Practice costs: how fast years of past are there, what three of them keep in memory, and what the whole machine takes of a processor while it idles at x1.
 * Figures are taken on this machine as it is; the last line is JSON.
 */
const YEARS = 3
const IDLE_MS = 20_000
const WARM_UP_MS = 5_000
/** Some sessions, so that everybody is at work. */
const BLOCKS_BEFORE = 60
const log: Log = {
  info: () => undefined,
  warn: () => undefined,
  error(message, cause) {
    console.error(message, cause)
    return ''
  },
}
const codec = createTxCodec('practice')
const owner = practiceAddress('bench/owner', 'practice')
const operator = practiceAddress('bench/operator', 'practice')

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const makePast = (endMs: number) =>
  createMainnetPast({
    chainId: 'hearth-practice-1',
    addressPrefix: 'practice',
    seed: 'bench',
    owner,
    operator,
    years: YEARS,
    endMs,
    endpointUrl: 'https://relay.example.org',
  })

/** A practised network as somebody left it, in the file from which the machine starts. */
async function practiceFile(): Promise<PracticeFile> {
  let text: string | undefined
  const file: PracticeFile = {
    read: () => Promise.resolve(text),
    write(next) {
      text = next
      return Promise.resolve()
    },
    setAside: () => Promise.resolve(),
  }
  const first = await createPractice({ file, installId: 'bench', clock: systemClock, log, codec })
  await first.stop()
  const validator = practiceAddress('bench/validator', 'practice')
  const nowMs = systemClock.now()
  const network = foundNetwork(
    { clock: createPracticeClock({ startMs: nowMs }), codec, addressPrefix: 'practice', served: () => [] },
    {
      chainId: 'hearth-practice-1',
      addressPrefix: 'practice',
      genesisTimeMs: nowMs,
      blockMs: 6_000,
      accounts: [{ address: owner, upokt: 10n ** 16n }],
      validators: [{ address: validator, stakeUpokt: 10n ** 12n, commission: '0.1' }],
      daoAddress: owner,
      services: [],
      params: {
        ...MAINNET_LIKE,
        numBlocksPerSession: 10,
        claimWindowOpenOffsetBlocks: 1,
        claimWindowCloseOffsetBlocks: 4,
        proofWindowOpenOffsetBlocks: 0,
        proofWindowCloseOffsetBlocks: 4,
      },
      minimumGasPrice: '0.000001',
    },
  )
  while (network.ledger.height < BLOCKS_BEFORE) network.node.produce()
  const saved = JSON.parse(text ?? '{}') as Record<string, unknown>
  const clock = { atMs: network.ledger.timeMs, speed: 1, paused: false }
  text = JSON.stringify({ ...saved, clock, network: network.save() })
  network.stop()
  return file
}

/** Share of one processor that this process takes while the whole machine runs at x1. */
async function idlePercent(): Promise<number> {
  const file = await practiceFile()
  const machine = await createPractice({ file, installId: 'bench', clock: systemClock, log, codec })
  await pause(WARM_UP_MS)
  const before = process.cpuUsage()
  const startMs = performance.now()
  await pause(IDLE_MS)
  const used = process.cpuUsage(before)
  const percent = ((used.user + used.system) / 1000 / (performance.now() - startMs)) * 100
  await machine.stop()
  const made = (await heightIn(file)) - BLOCKS_BEFORE
  console.log(`idle at x1: ${percent.toFixed(2)} % of a processor, ${made} blocks`)
  if (made < 1) throw new Error('the practised network did not run')
  return percent
}

async function heightIn(file: PracticeFile): Promise<number> {
  const { network } = JSON.parse((await file.read()) ?? '{}') as { network?: { ledger: string } | null }
  return network ? restoreLedger(network.ledger).height : 0
}

/** How fast the past gets into the store, block by block as a chain would tell it. */
async function storedYearsPerSecond(ledger: TellingLedger): Promise<number> {
  const { openStore } = await import('#main/adapters/sqlite/open-store.ts')
  const { createFollower } = await import('#main/core/earnings/follow.ts')
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bench-practice-'))
  const store = await openStore({ file: join(folder, 'hearth.db'), clock: systemClock, log })
  const chain = {
    block: (height: number) => Promise.resolve(ledger.block(height)),
    balance: (address: string, height?: number) => Promise.resolve(ledger.balance(address, height)),
    heightsOf: (addresses: string[], from: number, to: number) => Promise.resolve(ledger.heightsOf(addresses, from, to)),
  } as unknown as Chain
  const follower = createFollower({
    store,
    clock: systemClock,
    log,
    network: () => 'practice',
    startHeight: () => 1,
    watchedAddresses: () => Promise.resolve([owner, operator].map((address) => ({ address, label: address }))),
    onBlock: () => Promise.resolve(),
  })
  const startMs = performance.now()
  try {
    while (((await store.cursor('practice'))?.height ?? 0) < ledger.height) await follower.catchUp(chain, ledger.height)
    return (YEARS * 1000) / (performance.now() - startMs)
  } finally {
    await follower.stop()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const cpuIdlePercent = await idlePercent()
const nowMs = systemClock.now()
const coldMs = performance.now()
const past = makePast(nowMs)
// A past is there when it can answer: its end, and a block out of its middle.
past.balance(owner, past.lastHeight)
past.block(Math.floor(past.lastHeight / 2))
const firstMs = performance.now() - coldMs
const ledger = withPast(restoreLedger(past.endLedger()), past)
for (const height of ledger.heightsOf([owner], 1, past.lastHeight).filter((_, index) => index % 40 === 0)) ledger.block(height)
collectGarbage()
const residentMB = process.memoryUsage().rss / 1e6
console.log(`${YEARS} years (${past.lastHeight} blocks, ${past.claims} claims) in ${firstMs.toFixed(0)} ms, the first time in this process`)
console.log(`into the store: ${(await storedYearsPerSecond(ledger)).toFixed(2)} years a second`)
const figure = (value: number, goal: number): { value: number; goal: number } => ({ value: Math.round(value * 100) / 100, goal })
console.log(
  JSON.stringify({
    bench: 'practice',
    figures: {
      yearsPerSecond: figure((YEARS * 1000) / firstMs, 1),
      residentMB: figure(residentMB, 200),
      cpuIdlePercent: figure(cpuIdlePercent, 2),
    },
  }),
)
process.exit(0)
