import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PracticeGenesis } from '#main/adapters/practice/parts.ts'
import { genesisOf, type RestAnswers } from '#test/replay/read-genesis.ts'
import { recordedBlock, type RecordedBlock } from '#test/replay/recorded-block.ts'

/** Recorded runs of real chains, as the ledger takes them. */

const FIXTURES = join(import.meta.dirname, '../../../fixtures')

export interface Recording {
  genesis: PracticeGenesis
  blocks: Map<number, RecordedBlock>
  balances: { account: string; address: string; height: number; upokt: bigint }[]
  rest: (name: string) => unknown
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8')) as unknown
const resultOf = (answer: unknown): unknown => (answer as { result?: unknown }).result ?? answer

export function recording(name: 'default' | 'mainnet-like' | 'overserviced'): Recording {
  const folder = join(FIXTURES, name)
  const rest = (file: string): unknown => readJson(join(folder, 'rest', `${file}.json`))
  const blocks = new Map<number, RecordedBlock>()
  for (const file of readdirSync(join(folder, 'blocks'))) {
    const height = /^(\d+)\.block\.json$/.exec(file)?.[1]
    if (height === undefined) continue
    const results = join(folder, 'blocks', `${height}.results.json`)
    if (!existsSync(results)) throw new Error(`${name}: block ${height} has no results`)
    blocks.set(Number(height), recordedBlock(resultOf(readJson(join(folder, 'blocks', file))), resultOf(readJson(results))))
  }
  const balances = (readJson(join(folder, 'balances.json')) as { account: string; address: string; height: number; upokt: string }[]).map(
    (row) => ({
      ...row,
      upokt: BigInt(row.upokt),
    }),
  )
  const addressOf = (account: string): string => {
    const row = balances.find((balance) => balance.account === account)
    if (row === undefined) throw new Error(`${name}: no balance of ${account}`)
    return row.address
  }
  const [first] = [...blocks.values()].sort((a, b) => a.block.height - b.block.height)
  if (first === undefined) throw new Error(`${name}: no blocks`)
  const genesis = genesisOf(rest as (name: string) => RestAnswers, {
    chainId: 'hearth-local-1',
    genesisTimeMs: 0,
    blockMs: 1000,
    validatorAddress: addressOf('validator'),
    faucetAddress: addressOf('faucet'),
    serviceOwner: addressOf('faucet'),
  })
  return { genesis, blocks, balances, rest }
}
