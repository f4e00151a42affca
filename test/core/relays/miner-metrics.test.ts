import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseMinerMetrics } from '#main/core/relays/miner-metrics.ts'

const page = readFileSync(new URL('../../fixtures/miners/stock-relayminer.metrics.txt', import.meta.url), 'utf8')

describe('parseMinerMetrics', () => {
  it('reads the page of a real miner', () => {
    const metrics = parseMinerMetrics(page)
    expect(metrics.height).toBe(254)
    expect(metrics.services).toEqual({ anvil: { requests: 25, successes: 11, errors: 14, dropped: 0, delayedFailures: 0 } })
  })

  it('adds up suppliers and reasons of a service and keeps services apart', () => {
    const { services } = parseMinerMetrics(
      [
        'relayminer_requests_total{service_id="eth",supplier_operator_address="a"} 5',
        'relayminer_requests_total{supplier_operator_address="b",service_id="eth"} 7',
        'relayminer_requests_total{service_id="base",supplier_operator_address="a"} 1e+06',
        'relayminer_requests_errors_total{service_id="eth"} 2',
        'relayminer_relays_dropped_total{service_id="eth",supplier_operator_address="a",reason="mining_channel_full"} 3 1700000000000',
        'relayminer_delayed_relay_request_validation_failures_total{service_id="eth",supplier_operator_address="a"} 4',
        'relayminer_delayed_relay_request_validation_total{service_id="eth",supplier_operator_address="a"} 40',
        'relayminer_requests_total{service_id="unknown_service_id",supplier_operator_address="x"} 9',
      ].join('\n'),
    )
    expect(services).toEqual({
      eth: { requests: 12, successes: 0, errors: 2, dropped: 3, delayedFailures: 4 },
      base: { requests: 1_000_000, successes: 0, errors: 0, dropped: 0, delayedFailures: 0 },
      unknown_service_id: { requests: 9, successes: 0, errors: 0, dropped: 0, delayedFailures: 0 },
    })
  })

  it('passes over what it cannot read', () => {
    expect(parseMinerMetrics('')).toEqual({ height: undefined, services: {} })
    const { height, services } = parseMinerMetrics(
      [
        '<html>',
        'relayminer_block_height_current NaN',
        'relayminer_requests_total{service_id="eth"} -1',
        'relayminer_requests_total 3',
        'toString 1',
        'relayminer_requests_total{',
      ].join('\n'),
    )
    expect(height).toBeUndefined()
    expect(services).toEqual({ unknown_service_id: { requests: 3, successes: 0, errors: 0, dropped: 0, delayedFailures: 0 } })
  })

  it('reads labels with escaped characters', () => {
    expect(
      Object.keys(parseMinerMetrics('relayminer_requests_total{service_id="a\\"b\\\\c",x="y,z=\\"service_id\\""} 1').services),
    ).toEqual(['a"b\\c'])
  })
})
