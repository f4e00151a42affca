import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { increases, readMinerPage, type MinerTotals } from '#main/core/metrics/miner-page.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const real = readFileSync(new URL('../../fixtures/miners/stock-relayminer.metrics.txt', import.meta.url))
const totals = (served: number, more: Partial<MinerTotals> = {}): MinerTotals => ({
  requests: served,
  served,
  refused: 0,
  dropped: 0,
  failedLater: 0,
  backendFailures: 0,
  ...more,
})

describe('readMinerPage', () => {
  it('reads the page of a real miner', () => {
    expect(readMinerPage(real)).toMatchObject({
      kind: 'ok',
      totals: { requests: 25, served: 11, refused: 14, dropped: 0, failedLater: 0, backendFailures: 0 },
      lifeMs: 1_795_356_746_380,
      unreadable: 0,
    })
  })

  it('counts answers of the backend with an error of its own', () => {
    const page = readMinerPage(
      bytes(
        [
          'relayminer_service_duration_seconds_count{service_id="eth",status_code="200"} 90',
          'relayminer_service_duration_seconds_count{service_id="eth",status_code="404"} 5',
          'relayminer_service_duration_seconds_count{service_id="eth",status_code="502"} 3',
          'relayminer_service_duration_seconds_count{status_code="500",service_id="base"} 1',
          'relayminer_service_duration_seconds_bucket{service_id="eth",status_code="502",le="1"} 7',
        ].join('\n'),
      ),
    )
    expect(page).toMatchObject({ kind: 'ok', totals: { backendFailures: 4 } })
  })

  it('takes what was no relay at all for none: it stands by itself', () => {
    const page = readMinerPage(
      bytes(
        [
          'relayminer_requests_total{service_id="eth"} 9',
          'relayminer_requests_success_total{service_id="eth"} 7',
          'relayminer_requests_errors_total{service_id="eth"} 2',
          'relayminer_requests_total{service_id="unknown_service_id"} 1440',
          'relayminer_requests_errors_total{service_id="unknown_service_id"} 1440',
        ].join('\n'),
      ),
    )
    expect(page).toMatchObject({
      totals: { requests: 9, served: 7, refused: 2 },
      services: { unknown_service_id: { requests: 1_440, errors: 1_440 } },
    })
  })

  it('tells garbage, an empty answer and a foreign page apart from a miner that counted nothing', () => {
    expect(readMinerPage(bytes(''))).toEqual({ kind: 'not-a-page' })
    expect(readMinerPage(bytes('<html><body>relayminer_</body></html>'))).toEqual({ kind: 'not-a-page' })
    expect(readMinerPage(bytes('go_goroutines 5\nprocess_start_time_seconds 1'))).toEqual({ kind: 'not-a-page' })
    expect(readMinerPage(Uint8Array.from({ length: 4_000 }, (_byte, at) => (at * 37) % 256))).toEqual({ kind: 'not-a-page' })
    expect(readMinerPage(bytes('relayminer_block_height_current 1'))).toMatchObject({ kind: 'ok', totals: totals(0) })
  })

  it('refuses a page that is longer than one can be', () => {
    expect(readMinerPage(new Uint8Array(8 * 1024 * 1024 + 1))).toEqual({ kind: 'too-large' })
  })

  it('counts NaN, infinite and negative figures as unreadable and as nothing', () => {
    const page = readMinerPage(
      bytes(
        [
          'relayminer_requests_total{service_id="eth"} NaN',
          'relayminer_requests_success_total{service_id="eth"} -4',
          'relayminer_requests_errors_total{service_id="eth"} +Inf',
          'relayminer_relays_dropped_total{service_id="eth"} 2',
          'relayminer_requests_total{service_id="poly"} 1e308',
          'relayminer_requests_total{service_id="base"} 1e308',
          'relayminer_instruction_time_seconds_sum NaN',
        ].join('\n'),
      ),
    )
    expect(page).toMatchObject({ kind: 'ok', unreadable: 5, totals: { requests: 0, served: 0, refused: 0, dropped: 2 } })
  })
})

describe('increases', () => {
  it('is what came between two readings', () => {
    expect(increases({ totals: totals(10), lifeMs: 5 }, { totals: totals(14, { dropped: 1 }), lifeMs: 5 })).toEqual(
      totals(4, { dropped: 1 }),
    )
  })
  it('is all of it after a restart, also when the new count has passed the old one', () => {
    expect(increases({ totals: totals(10), lifeMs: 5_000 }, { totals: totals(3), lifeMs: 90_000 })).toEqual(totals(3))
    expect(increases({ totals: totals(10), lifeMs: 5_000 }, { totals: totals(25), lifeMs: 90_000 })).toEqual(totals(25))
    expect(increases({ totals: totals(10), lifeMs: undefined }, { totals: totals(3), lifeMs: undefined })).toEqual(totals(3))
  })
  it('is nothing where the same process tells less than before: it was read in another way then', () => {
    expect(increases({ totals: totals(10), lifeMs: 5_000 }, { totals: totals(3), lifeMs: 5_900 })).toEqual(totals(0))
  })
  it('is nothing when nothing is known of before: those counts have no time', () => {
    expect(increases(undefined, { totals: totals(1_000), lifeMs: 5 })).toEqual(totals(0))
  })
})
