import { expect, it, onTestFinished } from 'vitest'
import type { ApiResult } from '#shared/api/errors.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import { startSlowApp, type SlowApp } from './slow-app.ts'

/** What is not answered by then lasts: more than a second of the app's time. */
const LASTS_MS = 250

/** Inputs that get past the first question, where there is one. */
const inputs = (scene: SlowApp): Partial<Record<RequestName, unknown>> => {
  const { owner, operator, copy } = scene
  const password = { password: 'violet tractor seldom ink' }
  return {
    'state.resume': { startedAtMs: 1, seq: 0 },
    'calls.cancel': { id: 1 },
    'sessions.end': { id: 'x' },
    'sessions.endAll': { exceptThis: true },
    'signIn.setPassword': { current: null, ...password },
    'app.chooseNetwork': { network: 'practice' },
    'vault.create': password,
    'vault.unlock': { password: 'right' },
    'vault.changePassword': { current: 'right', next: 'right' },
    'vault.setUnlock': { mode: 'ask', password: 'right' },
    'vault.backup': { folder: null },
    'vault.drill': { path: '/x' },
    'vault.restore': { path: '/x' },
    'keys.open': { name: 'a', role: 'owner', mode: 'make' },
    'keys.watch': { name: 'w', role: 'owner', address: owner.address },
    'keys.export': { keyId: owner.id },
    'keys.prove': { keyId: owner.id },
    'keys.delete': { keyId: owner.id },
    'keys.unfence': { keyId: operator.id, because: 'settled' },
    'practice.control': { kind: 'speed', speed: 60 },
    'engine.choose': { endpoint: 'unix:///x/docker.sock' },
    'engine.runStep': { endpoint: 'unix:///x/docker.sock', key: 'restart' },
    'localChain.remove': { loseOpenClaims: true },
    'chain.addEndpoint': { rpcUrl: 'http://127.0.0.1:1', restUrl: 'http://127.0.0.1:2' },
    'chain.removeEndpoint': { rpcUrl: 'http://127.0.0.1:1' },
    'nodes.start': { nodeId: 'pocket' },
    'nodes.stop': { nodeId: 'backend' },
    'nodes.restart': { nodeId: 'pocket' },
    'nodes.keepRunning': { nodeId: 'pocket' },
    'nodes.changePort': { nodeId: 'pocket', containerPort: 26657, hostPort: 26999 },
    'nodes.suggestPort': { nodeId: 'pocket', containerPort: 26657 },
    'nodes.logs': { nodeId: 'pocket', tail: 10 },
    'nodes.logPage': { nodeId: 'pocket', limit: 10 },
    'metrics.series': { name: 'node.pocket.cpu-percent', fromMs: 0, toMs: 60_000, step: 'minute' },
    'metrics.miner': { hours: 1 },
    'tasks.cancel': { taskId: 'x' },
    'tasks.dismiss': { taskId: 'x' },
    'faucet.request': { address: owner.address, amountPokt: '1' },
    'supplier.record': { operatorAddress: operator.address },
    'supplier.previewConfig': { services: [] },
    'tx.prepare': { kind: 'send', keyId: owner.id, toAddress: operator.address, amountPokt: '1' },
    'tx.discard': { intentId: 'x' },
    'tx.export': { intentId: 'x' },
    'tx.import': { intentId: 'x', text: 'x' },
    'leave.begin': { keyId: operator.id, operatorAddress: operator.address },
    'ownChanges.seen': { ids: ['x'] },
    'relays.sendTest': { serviceId: 'anvil', count: 1 },
    'relays.results': { limit: 1 },
    'earnings.claims': { limit: 1 },
    'earnings.days': { days: 1 },
    'settings.set': { changes: {} },
    'settings.reset': { keys: ['theme'] },
    'settings.judge': { text: '{}' },
    'settings.import': { text: '{}', digest: '' },
    'eject.write': { name: 'x' },
    'records.backup': { where: 'beside' },
    'records.check': copy,
    'records.chooseFolder': { path: '/x' },
    'records.restore': copy,
    'records.export': { folder: '/x' },
    'activity.list': { limit: 1 },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What is known to ask somebody slow: found by this test itself, and written here so that a way around the ports cannot hide one. */
const LASTING: readonly RequestName[] = [
  ...(['vault.create', 'vault.unlock', 'vault.changePassword', 'vault.setUnlock', 'keys.unfence'] as const),
  ...(['engine.check', 'engine.find', 'engine.choose', 'engine.runStep', 'practice.control'] as const),
  ...(['nodes.logs', 'nodes.suggestPort', 'nodes.changePort', 'metrics.series'] as const),
  ...(['supplier.options', 'supplier.record', 'tx.prepare', 'tx.reopen', 'earnings.check', 'alerts.test'] as const),
  ...(['records.status', 'records.check', 'records.restore', 'records.chooseFolder'] as const),
]

it('no request that lasts is a plain call: reads can be cancelled, writes are tasks with steps', async () => {
  const scene = await startSlowApp()
  const { app, slowness, owner } = scene
  onTestFinished(async () => {
    slowness.release()
    await app.stop()
  })
  const must = async (name: RequestName, input: unknown): Promise<Record<string, unknown>> => {
    const answer = await app.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${JSON.stringify(answer.error.detail)}`)
    return answer.value as Record<string, unknown>
  }
  await must('practice.control', { kind: 'speed', speed: 60 })
  await must('localChain.start', {})
  await scene.until((state) => state.chain.status === 'ready' && Object.values(state.tasks).every((task) => task.status !== 'running'))
  await must('settings.set', { changes: { alertWebhookUrl: 'https://alerts.example.org/x' } })
  await must('faucet.request', { address: owner.address, amountPokt: '100' })
  await scene.until((state) => Object.values(state.tasks).some((task) => task.kind === 'faucet' && task.status === 'done'))
  const prepared = await must('tx.prepare', inputs(scene)['tx.prepare'])
  const given: Partial<Record<RequestName, unknown>> = { ...inputs(scene), 'tx.reopen': { intentId: prepared['intentId'] } }

  const offenders: string[] = []
  const lasting = new Set<RequestName>()
  // The chain goes away with these, or the app does.
  const last: RequestName[] = ['tx.prepare', 'localChain.remove', 'app.chooseNetwork', 'vault.lock']
  const names = [...(Object.keys(requests) as RequestName[]).filter((name) => !last.includes(name)), ...last]
  for (const name of names) {
    slowness.on = true
    const abort = new AbortController()
    let answer: ApiResult<unknown> | undefined
    const call = app.call(name, given[name] ?? {}, abort.signal).then((result) => (answer = result))
    await Promise.race([call, pause(LASTS_MS)])
    if (answer === undefined) {
      lasting.add(name)
      const task = Object.values((await scene.state()).tasks).find((each) => each.facts['request'] === name)
      const { writes, waits } = requests[name]
      if (writes && (task?.steps.length !== 2 || task.steps[1]?.status !== 'running')) offenders.push(`${name}: lasts and is no task`)
      if (writes && task?.cancellable !== waits) offenders.push(`${name}: says that it can be cancelled when it cannot, or the other way`)
      abort.abort()
      await Promise.race([call, pause(LASTS_MS)])
      const code =
        answer === undefined ? 'none' : (answer as ApiResult<unknown>).ok ? 'ok' : (answer as { error: { code: string } }).error.code
      if ((!writes || waits) && code !== 'cancelled') offenders.push(`${name}: cancelled, and answers ${code}`)
      if (writes && !waits && code !== 'none') offenders.push(`${name}: torn after it had begun: ${code}`)
    }
    slowness.release()
    await call
    const left = Object.values((await scene.state()).tasks).filter((task) => task.kind === 'request')
    if (left.length > 0) offenders.push(`${name}: is over, and still shown`)
  }
  expect(offenders).toEqual([])
  expect([...lasting]).toEqual(expect.arrayContaining([...LASTING]))
}, 120_000)
