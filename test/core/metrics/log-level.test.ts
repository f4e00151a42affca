import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { logLevelOf } from '#shared/model/log-level.ts'
import { LOG_PATTERNS, logPatternOf } from '#shared/model/log-patterns.ts'

const linesOf = (name: string): string[] =>
  stripVTControlCharacters(readFileSync(new URL(`../../fixtures/miners/${name}.log.txt`, import.meta.url), 'utf8')).split('\n')

describe('logLevelOf', () => {
  it('reads a real stock miner: labels where there are any, info where the miner leaves the word out', () => {
    const lines = linesOf('stock-relayminer')
    const errors = lines.filter((line) => logLevelOf(line) === 'error')
    expect(errors.length).toBe(lines.filter((line) => line.startsWith('ERR ')).length)
    expect(errors.length).toBeGreaterThan(20)
    expect(logLevelOf(lines.find((line) => line.startsWith('relay request served successfully')) ?? 'ERR')).toBe('info')
  })

  it('reads every JSON line of a real HA miner as its own level', () => {
    const words: Record<string, string> = { debug: 'debug', info: 'info', warn: 'warn', error: 'error' }
    const json = linesOf('ha-miner').filter((line) => line.startsWith('{'))
    expect(json.length).toBeGreaterThan(100)
    for (const line of json) expect(logLevelOf(line), line).toBe(words[(JSON.parse(line) as { level: string }).level])
    expect(new Set(json.map(logLevelOf)).size).toBeGreaterThan(1)
  })

  it.each([
    ['11:23AM INF finalized block height=5 module=state', 'info'],
    ['2:02PM ERR dial failed module=p2p', 'error'],
    ['11:23AM WRN slow', 'warn'],
    ['11:23AM DBG x', 'debug'],
    ['2026-11-22T14:02:26.123456Z  WARN node: slow block', 'warn'],
    ['2026/11/22 14:02:26.123\tERROR\thttp.log.error\tdial tcp', 'error'],
    ['{"level":"error","ts":1795356746.1,"logger":"http.log.error","msg":"dial"}', 'error'],
    ['{"ts":1,"level":"warn","msg":"x"}', 'warn'],
    ['{"time":1,"level":"fatal"}', 'error'],
    ['panic: runtime error: invalid memory address', 'error'],
    ['Error: failed to load config', 'error'],
    ['CONSENSUS FAILURE!!! err="x"', 'error'],
    ['eth_blockNumber', 'info'],
    ['ERRATA are listed below', 'info'],
    ['an ERR in the middle', 'info'],
    ['{"level":"constructor"}', 'info'],
    ['{"level', 'info'],
    ['', 'info'],
  ] as const)('reads %j as %s', (text, level) => expect(logLevelOf(text)).toBe(level))
})

describe('logPatternOf', () => {
  it.each([
    ['[RelayMiner] service anvil is not available for relaying', 'not-available'],
    ['ERR ❌ Failed verifying relay request error="bad"', 'verify-failed'],
    ['session ID mismatch, expecting: a, got: b', 'session-mismatch'],
    ['ERR Failed verifying relay request error="session expired, expecting: 248, got: 249"', 'session-expired'],
    ['Failed sending the relay request to the native service', 'backend-unreachable'],
    ['backend replied with a non-2XX status code', 'backend-error'],
    ['⏳ relay no longer eligible for rewards', 'not-eligible'],
    ['Relay mining channel full, dropping', 'queue-full'],
    ['This COULD be a configuration issue', 'config-suspect'],
    ['🎯 Reached block 250 - claim creation window is now open!', 'claim-open'],
    ['💲 Processing profitable claim', 'claim-profitable'],
    ['Failed to submit claims', 'claims-failed'],
    ['Failed to submit proofs', 'proofs-failed'],
    ['Failed to submit proofs: insufficient funds', 'no-funds'],
    ['No claimable sessions available', 'nothing-to-claim'],
    ['Proof not required', 'proof-not-required'],
    ['Block update delayed', 'block-delayed'],
    ['Check disk space and permissions', 'disk-rights'],
    ['About to start persisting all session data', 'saving'],
    ['Graceful shutdown completed', 'ended-well'],
    ['ERR Failed serving synchronous relay request. error="not a relay request: failed to unmarshal relay request: EOF"', 'no-relay'],
    ['ERR Failed serving synchronous relay request. error="something else"', 'relay-failed'],
    ['wrong Block.Header.AppHash. Expected A, got B', 'wrong-binary'],
    ['UPGRADE "v0.1.36" NEEDED at height: 700', 'upgrade-due'],
    ['BINARY UPDATED BEFORE TRIGGER! UPGRADE "v0.1.36"', 'too-new'],
    ['write /x: no space left on device', 'disk-full'],
    ["couldn't connect to any seeds", 'no-peers'],
  ] as const)('knows %j as %s', (text, id) => expect(logPatternOf(text)).toBe(id))

  it('knows lines of a real run, and says nothing about what it does not know', () => {
    const known = new Set(linesOf('stock-relayminer').map(logPatternOf))
    for (const id of ['served', 'session-expired', 'claim-open', 'claim-made', 'proof-made', 'claim-profitable'] as const)
      expect(known, id).toContain(id)
    expect(logPatternOf('starting relayer proxy')).toBeUndefined()
    expect(new Set(LOG_PATTERNS).size).toBe(LOG_PATTERNS.length)
  })
})
