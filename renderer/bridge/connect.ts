import { createApi } from './call.ts'
import type { Bridge } from './hooks.ts'
import type { Link } from './link.ts'
import { createWaits } from './waits.ts'
import { createMirror } from './store.ts'
import { createElectronLink } from './transports/electron.ts'
import { openSocketLink } from './transports/socket.ts'

/** The bridge over a given link. */
export function bridgeOver(link: Link): Bridge {
  const waits = createWaits()
  const api = createApi(link, waits, Date.now, () => mirror.getState().state?.app.network)
  const mirror: Bridge['mirror'] = createMirror({ link, api, now: Date.now, later: (run, ms) => void setTimeout(run, ms) })
  return { api, mirror, waits }
}

/** Picks the way that is there: Electron's two functions, else the socket. */
export function connect(): Bridge {
  return bridgeOver(globalThis.hearth ? createElectronLink(globalThis.hearth) : openSocketLink())
}
