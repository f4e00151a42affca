import type { Handlers } from '../dispatch.ts'
import type { EndpointList } from './endpoint-list.ts'
import type { Heads } from './heads.ts'

/** Requests about where the chain is asked. @param noted told what was done, for the log of activity */
export function endpointHandlers(deps: {
  endpoints: EndpointList
  heads: Pick<Heads, 'wake' | 'confirm'>
  network: string | null
  noted: (text: 'endpoint-added' | 'endpoint-removed' | 'chain-confirmed' | 'chain-refused', facts: Record<string, string>) => void
}): Pick<Handlers, 'chain.addEndpoint' | 'chain.removeEndpoint' | 'chain.confirm'> {
  return {
    'chain.addEndpoint': async (endpoint, signal) => {
      await deps.endpoints.add(endpoint, signal)
      deps.noted('endpoint-added', { url: endpoint.rpcUrl })
      deps.heads.wake()
      return {}
    },
    'chain.confirm': async ({ block1Hash, isRight }) => {
      await deps.heads.confirm(block1Hash, isRight)
      deps.noted(isRight ? 'chain-confirmed' : 'chain-refused', { network: deps.network ?? '', hash: block1Hash })
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
