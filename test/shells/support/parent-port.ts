import { EventEmitter } from 'node:events'

/**
 * Loaded before the entry of a Node child: what a utility process of Electron has instead of `process.send`. As there, messages wait for the first listener, and it
 * does not end for want of something to do.
 */
const send = process.send?.bind(process)
const port = new EventEmitter()
port.once('newListener', () => process.on('message', (data: unknown) => setImmediate(() => port.emit('message', { data, ports: [] }))))
Object.assign(port, { postMessage: (message: unknown) => void send?.(structuredClone(message)) })
Object.assign(process, { parentPort: port, send: undefined })
setInterval(() => undefined, 60_000)
