import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { plainRefusal, REFUSALS, refusalOf, type Refusal } from '#shared/model/refusals.ts'

const fixture = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8'))
const recorded = fixture('refusals.json') as { title: string; log: string }[]
const logOf = (title: string): string => recorded.find((each) => each.title === title)?.log ?? `${title} was not recorded`
const inBlock = (path: string): string => (fixture(path) as { result: { txs_results: { log: string }[] } }).result.txs_results[0]?.log ?? ''

/** What each refusal that was recorded on a real chain means. */
const MEANING: Record<string, Refusal> = {
  'a service of somebody else': 'service-owner',
  'giving away what is not yours': 'service-owner',
  'giving away what there is not': 'service-unknown',
  'too little stake': 'below-minimum',
  'more than one has': 'balance',
  'an unstake of nothing': 'supplier-unknown',
  'services signed by the owner': 'operator-only',
  'a service that there is not': 'service-unknown',
  'shares of 99': 'shares',
  'an address without a host': 'bad-url',
  'a stranger': 'not-authorized',
  'the owner named by the operator': 'owner-only',
  'a module as owner': 'module-account',
  'unstaked twice': 'unbonding',
  'taken back by the operator': 'cancel-owner-only',
  'lifted by too little': 'below-minimum',
  'a gateway that there is not': 'gateway-unknown',
  'an application that there is not': 'application-unknown',
  'a gateway that does not grow': 'gateway-must-grow',
  'an application with too little': 'application-stake',
  'an application that does not grow': 'application-must-grow',
  'a gateway that is none': 'gateway-unknown',
  'delegated twice': 'delegated',
  'ended twice': 'not-delegated',
  'a node before its owner': 'morse-owner-first',
  'an account claimed twice': 'morse-claimed',
  'a wrong Morse signature': 'morse-signature',
  'no fee': 'fee',
  'a sequence of later': 'sequence',
  'another chain': 'signature',
  'a note that is too long': 'memo',
  'too late': 'timeout-height',
  'too late by the clock': 'timeout-time',
  'unordered and too far off': 'unordered',
  'too little gas': 'gas',
  'an account that there is not': 'unknown-account',
  'more than there is': 'balance',
}

describe('refusals of a real chain', () => {
  it('are all told here', () => {
    expect(recorded.map((each) => each.title).sort()).toEqual(Object.keys(MEANING).sort())
  })
  it.each(Object.entries(MEANING))('%s is told as %s', (title, meaning) => {
    expect(refusalOf(logOf(title)), logOf(title)).toBe(meaning)
  })
  it.each([
    ['default/blocks/245.results.json', 'below-minimum'],
    ['morse/blocks/48.results.json', 'operator-only'],
    ['morse/blocks/52.results.json', 'operator-only'],
    ['morse/blocks/74.results.json', 'morse-owner-first'],
  ])('in a block: %s is %s', (path, meaning) => {
    expect(refusalOf(inBlock(path), 1)).toBe(meaning)
  })
  it('say the same with what a trial run adds behind them', () => {
    const log = `${logOf('unstaked twice')} [cosmos/cosmos-sdk@v0.53.7/baseapp/baseapp.go:1052] with gas used: '52341'`
    expect(refusalOf(log)).toBe('unbonding')
    expect(plainRefusal(log)).toMatch(/^supplier with operator address "pokt1\w+": supplier is in unbonding period$/)
  })
})

describe('registered descriptions (onchain facts 2.2)', () => {
  it.each([
    ['invalid supplier stake', 'stake-invalid'],
    ['supplier not found', 'supplier-unknown'],
    ['invalid service config', 'service-config'],
    ['unauthorized supplier update', 'not-authorized'],
    ['invalid revenue share configuration', 'shares'],
    ['endpoint.RpcType cannot be UNKNOWN_RPC', 'rpc-type'],
    ['invalid service ID', 'service-id'],
    ['invalid compute units per relay', 'service-config'],
    ['not enough funds to add service', 'service-fee'],
    ['service already exists', 'service-taken'],
    ['invalid owner address', 'service-owner'],
    ['unauthorized service operation', 'service-owner'],
    ['invalid application stake', 'application-stake'],
    ['application is in unbonding period', 'application-unbonding'],
    ['application is in transfer period', 'application-transfer'],
    ['invalid per-session spend limit', 'application-limit'],
    ['maximum number of delegated gateways reached', 'delegation-limit'],
    ['gateway is no longer active', 'gateway-inactive'],
    ['gateway is in unbonding period', 'gateway-unbonding'],
    ['invalid gateway stake', 'gateway-stake'],
    ['unable to claim morse account', 'morse-claim'],
    ['tx already in mempool', 'duplicate'],
    ['mempool is full', 'mempool-full'],
    ['tx too large', 'too-large'],
    ['invalid pubkey', 'public-key'],
    ['decoding bech32 failed: invalid checksum: invalid address', 'address'],
    ['0mact: invalid coins', 'coins'],
    ['feature not supported', 'not-supported'],
    ['invalid request', 'invalid-request'],
  ] as const)('%s is told as %s', (log, meaning) => {
    expect(refusalOf(`rpc error: code = InvalidArgument desc = ${log}`)).toBe(meaning)
  })
  it('falls back to the code of the SDK when no words came, and to nothing when nobody knows', () => {
    expect(refusalOf('', 19)).toBe('duplicate')
    expect(refusalOf('', 32)).toBe('sequence')
    expect(refusalOf('something new', 1)).toBeUndefined()
    expect(refusalOf('')).toBeUndefined()
  })
  it('names no meaning twice', () => {
    expect(new Set(REFUSALS).size).toBe(REFUSALS.length)
  })
})
