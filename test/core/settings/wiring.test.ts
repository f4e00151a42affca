import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ValidationChoice } from '#main/core/relays/validation-mode.ts'
import { operatorLow } from '#main/core/checks/operator-low.ts'
import { createKeys } from '#main/core/keys/keys.ts'
import type { Store } from '#main/core/ports/store.ts'
import type { Vault, VaultStatus } from '#main/core/ports/vault.ts'
import { minerGasPrice } from '#main/core/relays/miner-config.ts'
import { createMinerSetup } from '#main/core/relays/miner-setup.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { priceTx } from '#main/core/supplier/fee.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { servingSuppliers } from '#test/fakes/serving-keys.ts'

const app = { version: '1', shell: 'web' as const, host: 'h', network: 'local' as const, startedAtMs: 0, notice: null }

/** Each setting does what its words say. */
describe('settings at work', () => {
  it('gas offered and gas price make the fee', () => {
    expect(priceTx(100_000n, '0.001')).toEqual({ gasLimit: 150_000n, feeUpokt: 300n })
    expect(priceTx(100_000n, '0.001', { gasPercent: 200, priceTimes: 5 })).toEqual({ gasLimit: 200_000n, feeUpokt: 1_000n })
  })

  it('the price of claims and proofs is multiplied, and never under the least', () => {
    expect(minerGasPrice('0.001')).toBe('0.01')
    expect(minerGasPrice('0.001', 25)).toBe('0.025')
    expect(minerGasPrice('0.000001', 1)).toBe('0.00001')
  })

  it('the relay miner is started with the chosen time and price', async () => {
    let choices: { gasPriceTimes: number; requestTimeoutSeconds: number; validation: ValidationChoice } = {
      gasPriceTimes: 10,
      requestTimeoutSeconds: 10,
      validation: 'auto',
    }
    const setup = createMinerSetup({
      template: (name) => readFileSync(new URL(`../../../resources/templates/${name}`, import.meta.url), 'utf8'),
      heads: {
        current: () => ({ fingerprint: () => Promise.resolve({ chainId: 'c' }), minimumGasPrice: () => Promise.resolve('0.001') }),
      } as never,
      inView: () => '',
      serving: servingSuppliers(['anvil'], 'pokt1operator'),
      backendUrl: () => 'http://backend:1',
      nodeUrls: () => ({ rpcUrl: 'tcp://pocket:1', grpcUrl: 'tcp://pocket:2' }),
      choices: () => choices,
    })
    const before = await setup.config()
    choices = { gasPriceTimes: 30, requestTimeoutSeconds: 45, validation: 'lazy' }
    const after = await setup.config()
    expect([before?.yaml.includes('timeout_seconds: 10'), after?.yaml.includes('timeout_seconds: 45')]).toEqual([true, true])
    expect([before?.yaml, after?.yaml].map((yaml) => /enable_eager_relay_request_validation: (\w+)/.exec(yaml ?? '')?.[1])).toEqual([
      'true',
      'false',
    ])
    expect([before?.command.includes('0.01upokt'), after?.command.includes('0.03upokt')]).toEqual([true, true])
  })

  it('the warning of an empty wallet comes at the chosen number', () => {
    const state = initialState(app)
    state.supplier = { ...state.supplier, status: 'active', operatorAddress: 'op' }
    state.balances['op'] = { address: 'op', upokt: '5000', asOf: { height: 1, atMs: 1 } }
    expect(operatorLow.look(state, 1)?.key).not.toBe('operator-low')
    state.settings['operatorTransactionsLeft'] = { value: 5_001, problem: null }
    expect(operatorLow.look(state, 1)?.key).toBe('operator-low')
  })

  it('a changed time to the lock counts at once, from the last sign of the user', async () => {
    const clock = createTestClock()
    const state = createStatePublisher(initialState(app), clock)
    let status: VaultStatus = { kind: 'locked' }
    const vault = {
      status: () => Promise.resolve(status),
      unlock: () => {
        status = { kind: 'unlocked' }
        return Promise.resolve({ wasOlder: false })
      },
      lock: () => {
        status = { kind: 'locked' }
        return Promise.resolve()
      },
      keys: () => Promise.resolve([]),
      unlockMode: () => Promise.resolve('ask'),
    } as Partial<Vault> as Vault
    const store = {
      addActivity: () => Promise.resolve(),
      setting: () => Promise.resolve(undefined),
      setSetting: () => Promise.resolve(),
    } as Partial<Store> as Store
    let minutes = 0
    const keys = createKeys({ vault, store, state, clock, log: createTestLog(), autoLockMinutes: () => minutes })
    await keys.unlock('x')
    await clock.advance(60 * 60_000)
    expect(state.state.vault.kind).toBe('unlocked')
    keys.touch()
    await clock.advance(60_000)
    minutes = 3
    keys.autoLockChanged()
    await clock.advance(119_000)
    expect(state.state.vault.kind).toBe('unlocked')
    await clock.advance(2_000)
    expect(state.state.vault.kind).toBe('locked')
    // A locked vault is not opened by it.
    minutes = 0
    keys.autoLockChanged()
    await clock.advance(60_000)
    expect(state.state.vault.kind).toBe('locked')
  })
})
