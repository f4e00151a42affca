import { expect, it, vi } from 'vitest'
import { requests } from '#shared/api/requests.ts'
import { nodeHandlers } from '#main/core/nodes/handlers.ts'
import type { Nodes } from '#main/core/nodes/nodes.ts'
import { createOpenClaims } from '#main/core/nodes/open-claims.ts'
import type { ClaimRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock } from '#test/fakes/clock.ts'

function setup(claims: Partial<ClaimRow>[] = []) {
  const asked: unknown[] = []
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null }),
    createTestClock(),
  )
  const removeLocalChain = vi.fn(() => 'task-1')
  const handlers = nodeHandlers({
    nodes: { removeLocalChain } as unknown as Nodes,
    miner: {
      config: () => Promise.resolve({ yaml: 'suppliers:\n  - anvil\n', command: [] }),
      preview: (services) =>
        Promise.resolve({ yaml: `suppliers:\n${services.map((service) => `  - ${service.serviceId}\n`).join('')}`, command: [] }),
    },
    state,
    open: createOpenClaims(
      {
        claims: (query) => {
          asked.push(query)
          return Promise.resolve(claims as ClaimRow[])
        },
      },
      'local',
      state,
    ),
    heads: { isCertain: () => true, requireKnown: () => Promise.resolve() },
    forgetSupplier: () => undefined,
    activity: () => undefined,
  })
  return { handlers, state, removeLocalChain, asked }
}

it('the miner’s volume does not go while a claim is open, until the user has agreed to lose it with its figures told', async () => {
  const { handlers, removeLocalChain, asked } = setup([{ claimedUpokt: 1_200_000n }, { claimedUpokt: 300_000n }])
  const remove = (input: object) => handlers['localChain.remove'](requests['localChain.remove'].input.parse(input))
  await expect(remove({})).rejects.toMatchObject({ code: 'claims-open', detail: { claims: '2', upokt: '1500000' } })
  expect(removeLocalChain).not.toHaveBeenCalled()
  expect(asked).toEqual([expect.objectContaining({ network: 'local', stages: ['claimed', 'proven'] })])
  expect(await remove({ loseOpenClaims: true })).toEqual({ taskId: 'task-1' })
  const idle = setup()
  expect(await idle.handlers['localChain.remove']({ loseOpenClaims: false })).toEqual({ taskId: 'task-1' })
})

it('claims of a supplier that is only watched lie on another machine, and hold nothing up; those of one whose key was deleted do', async () => {
  const mine = { claimedUpokt: 5n, operatorAddress: 'pokt1mine' }
  const watched = { claimedUpokt: 7n, operatorAddress: 'pokt1watched' }
  const { handlers, state } = setup([mine, watched])
  const key = (address: string, kind: 'key' | 'watch') =>
    state.put('keys', address, { id: address, address, kind, role: 'operator', network: 'local', fenced: null } as never)
  const remove = () => handlers['localChain.remove']({ loseOpenClaims: false })
  key('pokt1watched', 'watch')
  await expect(remove()).rejects.toMatchObject({ detail: { claims: '1', upokt: '5' } })
  key('pokt1mine', 'watch')
  expect(await remove()).toEqual({ taskId: 'task-1' })
  // Deleted and watched since, and its key still lies in the keeper.
  state.put('nodes', 'keeper', { id: 'keeper', signsOn: ['pokt1mine'] } as never)
  await expect(remove()).rejects.toMatchObject({ detail: { claims: '1', upokt: '5' } })
})

it('the change of the configuration is told before it is signed, with what restarts for it', async () => {
  const { handlers, state } = setup()
  const preview = (ids: string[]) =>
    handlers['supplier.previewConfig']({ services: ids.map((serviceId) => ({ serviceId, rpcTypes: ['JSON_RPC'] })) })
  expect(await preview(['anvil'])).toEqual({ diff: '', restarts: [] })
  expect(await preview(['anvil', 'eth'])).toEqual({ diff: '  suppliers:\n    - anvil\n+   - eth', restarts: [] })
  state.put('nodes', 'miner', { id: 'miner', title: 'Relay miner', wanted: 'running' } as never)
  expect((await preview(['eth'])).restarts).toEqual([{ nodeId: 'miner', title: 'Relay miner', drained: true }])
})

it('no request can name a capability, a user or a mount: SECURITY: S16', () => {
  const canary = { capAdd: ['SYS_ADMIN'], user: '0', mounts: [], privileged: true }
  for (const [name, row] of Object.entries(requests)) {
    const known = row.input.safeParse(canary)
    const paths = known.success ? [] : known.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
    // A choice between several shapes refuses the whole.
    const isRefused = !known.success && (paths.includes('capAdd') || !('shape' in row.input))
    expect(isRefused, name).toBe(true)
  }
})
