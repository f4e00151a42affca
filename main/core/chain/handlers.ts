import type { Handlers } from '../dispatch.ts'
import type { EndpointList } from './endpoint-list.ts'
import type { Heads } from './heads.ts'

/** Requests about where the chain is asked. @param noted told what was done, for the log of activity */
export function endpointHandlers(deps: {
  endpoints: EndpointList
  heads: Pick<Heads, 'wake'>
  noted: (text: 'endpoint-added' | 'endpoint-removed', facts: { url: string }) => void
}): Pick<Handlers, 'chain.addEndpoint' | 'chain.removeEndpoint'> {
  return {
    'chain.addEndpoint': async (endpoint, signal) => {
      await deps.endpoints.add(endpoint, signal)
      deps.noted('endpoint-added', { url: endpoint.rpcUrl })
      deps.heads.wake()
      return {}
    },
    'chain.removeEndpoint': async ({ rpcUrl }) => {
      await deps.endpoints.remove(rpcUrl)
      deps.noted('endpoint-removed', { url: rpcUrl })
      deps.heads.wake()
      return {}
    },
  }
}
