import { connect, createServer, type Socket } from 'node:net'

/** A socket file that passes everything on to another one. */
export interface SocketRelay {
  path: string
  /** Breaks every connection at once, as a restarting engine does. */
  cut(): void
  close(): Promise<void>
}

/** @param path of the new socket file @param target socket file of the engine */
export async function startSocketRelay(path: string, target: string): Promise<SocketRelay> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: target, allowHalfOpen: true })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  const relay: SocketRelay = {
    path,
    cut: () => {
      for (const socket of open) socket.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        relay.cut()
      }),
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return relay
}
