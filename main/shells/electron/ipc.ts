import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import { MAX_REQUEST_BYTES } from '#shared/api/requests.ts'
import { createLineCalls } from '../line-calls.ts'
import { createPushGate, parseRequestJson, readShown, refusal } from '../request-gate.ts'
import { CALL_CHANNEL, PUSH_CHANNEL } from './channels.ts'
import type { ElectronApi, InvokeEvent, WebContents } from './electron-api.ts'
import { PAGE_ORIGIN } from './origins.ts'

/**
 * Answers the page's requests, and nobody else's.
 * @param page the contents of the one window that is served, while there is one
 */
export function serveIpc(ipcMain: ElectronApi['ipcMain'], app: App, page: () => WebContents | undefined, log: Log): void {
  const gate = createPushGate(app, (patch) => {
    const contents = page()
    if (contents && !contents.isDestroyed()) contents.send(PUSH_CHANNEL, patch)
  })

  const calls = createLineCalls(app, log)

  ipcMain.handle(CALL_CHANNEL, async (event, ...args): Promise<ApiResult<unknown>> => {
    if (!isOurPage(event, page())) {
      log.warn('request from a frame that is not the page', { origin: event.senderFrame?.origin ?? 'gone' })
      return refusal('not-allowed')
    }
    const [name, text, id, network] = args
    if (args.length < 2 || args.length > 4 || typeof name !== 'string' || typeof text !== 'string') return refusal('invalid-request')
    if (id !== undefined && !Number.isSafeInteger(id)) return refusal('invalid-request')
    const shows = readShown(network)
    if (!shows) return refusal('invalid-request')
    const callId = id as number | undefined
    // SECURITY: S8 the size is judged before anything is parsed.
    if (Buffer.byteLength(text, 'utf8') > MAX_REQUEST_BYTES) return refusal('too-large')
    const parsed = parseRequestJson(text)
    if (!parsed) return refusal('invalid-request')
    if (name !== 'state.get') return calls.run(callId, name, parsed.value, shows.shown)
    gate.opening()
    const result = await calls.run(callId, name, parsed.value)
    setImmediate(() => gate.opened())
    return result
  })
}

/** SECURITY: S8 the window that we made, its main frame, and exactly our origin; a frame that is gone has none. */
function isOurPage(event: InvokeEvent, page: WebContents | undefined): boolean {
  const frame = event.senderFrame
  return page !== undefined && event.sender === page && frame !== null && frame.parent === null && frame.origin === PAGE_ORIGIN
}
