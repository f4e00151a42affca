import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from './engine.ts'
import { anvilProgram } from './images.ts'

/** A node of an Ethereum chain on this machine. */
export async function startAnvil(chainId?: number): Promise<{ port: number; stop(): void }> {
  const port = await freePort()
  const { program } = await anvilProgram()
  const chain = chainId === undefined ? [] : ['--chain-id', String(chainId)]
  const node = spawn(program, ['--host', '127.0.0.1', '--port', String(port), ...chain, '--block-time', '1', '--silent'], {
    stdio: 'ignore',
  })
  return { port, stop: () => void node.kill('SIGKILL') }
}

export interface Provider {
  readonly port: number
  /** Questions answered, and those refused for lack of what they had to bring. */
  answered: number
  refused: number
  /** While it is not, every connection breaks off. */
  isUp: boolean
  stop(): void
}

/** A provider before a node: answers nobody whom `knows` does not know, and containers too. */
export async function startProvider(nodePort: number, knows: (asked: IncomingMessage) => boolean): Promise<Provider> {
  const server = createServer((incoming, outgoing) => {
    if (!provider.isUp) {
      incoming.socket.destroy()
      return
    }
    if (!knows(incoming)) {
      provider.refused += 1
      outgoing.writeHead(401).end()
      return
    }
    provider.answered += 1
    const headers = { 'content-type': 'application/json' }
    const onward = ask({ port: nodePort, host: '127.0.0.1', method: incoming.method, path: '/', headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onward)
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const provider: Provider = {
    port: (server.address() as AddressInfo).port,
    answered: 0,
    refused: 0,
    isUp: true,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
  return provider
}
