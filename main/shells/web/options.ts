import { parseArgs } from 'node:util'

export const USAGE = `Hearth, in a browser.

  npm start -- [options]

  --data-dir FOLDER     where Hearth keeps its things
  --port N              port of the page on 127.0.0.1 (default: any free one)
  --confirm-port N      port of the confirm pages on localhost (default: any free one)
  --engine ADDRESS      container engine, for example unix:///var/run/docker.sock
  --images FILE         JSON: image to use instead, by catalogue name
  --local-rules FILE    JSON: rules of the local chain other than the shipped ones
  --no-open             print the link, open no browser
  --help
`

export interface WebOptions {
  dataDir: string | undefined
  port: number
  confirmPort: number
  engineEndpoint: string | undefined
  imagesFile: string | undefined
  localRulesFile: string | undefined
  open: boolean
  help: boolean
}

/** @throws Error with one sentence for the user */
export function readWebOptions(argv: string[]): WebOptions {
  const { values } = parseArgs({
    args: argv,
    strict: true,
    allowPositionals: false,
    options: {
      'data-dir': { type: 'string' },
      port: { type: 'string' },
      'confirm-port': { type: 'string' },
      engine: { type: 'string' },
      images: { type: 'string' },
      'local-rules': { type: 'string' },
      'no-open': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  return {
    dataDir: values['data-dir'],
    port: portOf('--port', values.port),
    confirmPort: portOf('--confirm-port', values['confirm-port']),
    engineEndpoint: values.engine,
    imagesFile: values.images,
    localRulesFile: values['local-rules'],
    open: values['no-open'] !== true,
    help: values.help === true,
  }
}

function portOf(option: string, text: string | undefined): number {
  if (text === undefined) return 0
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port === 0 || (port >= 1024 && port <= 65535)) return port
  throw new Error(`${option} wants a port from 1024 to 65535, not "${text}".`)
}
