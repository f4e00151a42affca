import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser } from 'playwright'
import { build } from 'vite'
import { WebSocketServer } from 'ws'
import { fillNonce, pageHeaders } from '#main/shells/headers.ts'
import { ROUTES } from '#renderer/app/routes.ts'
import { patchSchema } from '#shared/api/patches.ts'
import { stateSchema, type AppState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { betaReplaced, waitsForSecond } from './beta-scene.ts'
import { hostChanged, mainnetAsked, minerDown, minerStarting, onMainnet, servedOnMainnet, stakedOnMainnet } from './mainnet-scene.ts'
import { mainnetAsks, mainnetGoesOn } from './elsewhere-scene.ts'
import { SCENES as USUAL } from './scene.ts'
import { copiedMiner, volumeGone } from './volume-scene.ts'
import { claimsOfBoth, SUPPLIER_SCENES } from './suppliers-scene.ts'

/**
 * Builds the page, serves it under the shell's own headers to a browser, feeds it a made-up state over the socket's protocol and takes a picture of every route in both
 * themes at 1280x800, and of the states that a route can be in. Anything the page complains about (script, policy) fails the run.
 *
 *   node test/renderer/gallery.ts [--phone] [--long] [--axe] [name…]       pictures go to screenshots/; on a phone 390 px wide and, as with --long, as long as the page
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DIST = join(ROOT, 'dist', 'renderer')
const OUT = join(ROOT, 'screenshots')
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

const SCENES = {
  ...USUAL,
  copiedMiner,
  volumeGone,
  betaReplaced,
  waitsForSecond,
  onMainnet,
  mainnetAsked,
  servedOnMainnet,
  hostChanged,
  minerDown,
  stakedOnMainnet,
  minerStarting,
  mainnetGoesOn,
  mainnetAsks,
  ...SUPPLIER_SCENES,
}
type SceneName = keyof typeof SCENES

interface Shot {
  name: string
  scene: SceneName
  hash: string
  /** Name of a button that is pressed before. */
  press?: string
}

const isPhone = process.argv.includes('--phone')
const isLong = isPhone || process.argv.includes('--long')
/** Findings of axe fail the run as well. */
const isAxe = process.argv.includes('--axe')
const NODE_ID = 'pocket-1'
const EXTRA: Shot[] = [
  { name: 'create-vault', scene: 'firstStart', hash: '/' },
  { name: 'setup-first', scene: 'choosing', hash: '/' },
  { name: 'home-chosen', scene: 'chosen', hash: '/' },
  { name: 'home-starting', scene: 'starting', hash: '/' },
  { name: 'home-checklist', scene: 'halfway', hash: '/' },
  { name: 'home-keys-needed', scene: 'keysNeeded', hash: '/' },
  { name: 'node-miner', scene: 'serving', hash: '/nodes/miner-1' },
  { name: 'home-practice', scene: 'practising', hash: '/' },
  { name: 'setup-mainnet', scene: 'choosing', hash: '/', press: 'Choose Mainnet…' },
  { name: 'setup-beta', scene: 'choosing', hash: '/', press: 'Choose Beta…' },
  { name: 'setup-on-mainnet', scene: 'onMainnet', hash: '/setup' },
  { name: 'home-mainnet-asked', scene: 'mainnetAsked', hash: '/' },
  { name: 'nodes-mainnet-asked', scene: 'mainnetAsked', hash: '/nodes' },
  { name: 'supplier-stake-waits', scene: 'waitsForSecond', hash: '/supplier/stake' },
  { name: 'nodes-beta-replaced', scene: 'betaReplaced', hash: '/nodes' },
  { name: 'nodes-beta-anew', scene: 'betaReplaced', hash: '/nodes', press: 'Begin anew…' },
  { name: 'home-mainnet', scene: 'onMainnet', hash: '/' },
  { name: 'nodes-mainnet', scene: 'onMainnet', hash: '/nodes' },
  { name: 'supplier-mainnet', scene: 'onMainnet', hash: '/supplier' },
  { name: 'supplier-services-mainnet', scene: 'onMainnet', hash: '/supplier/services' },
  { name: 'wallet-mainnet', scene: 'onMainnet', hash: '/wallet' },
  { name: 'relays-mainnet', scene: 'onMainnet', hash: '/supplier/test-relays' },
  { name: 'home-mainnet-staked', scene: 'stakedOnMainnet', hash: '/' },
  { name: 'nodes-mainnet-none', scene: 'stakedOnMainnet', hash: '/nodes' },
  { name: 'nodes-mainnet-add', scene: 'stakedOnMainnet', hash: '/nodes', press: 'Add an endpoint…' },
  { name: 'miner-starting', scene: 'minerStarting', hash: '/start-miner' },
  { name: 'home-mainnet-starting', scene: 'minerStarting', hash: '/' },
  { name: 'home-mainnet-served', scene: 'servedOnMainnet', hash: '/' },
  { name: 'nodes-mainnet-served', scene: 'servedOnMainnet', hash: '/nodes' },
  { name: 'nodes-mainnet-remove', scene: 'servedOnMainnet', hash: '/nodes', press: 'Remove the relay miner…' },
  { name: 'miner-mainnet', scene: 'servedOnMainnet', hash: '/nodes/miner-1' },
  { name: 'miner-host-changed', scene: 'hostChanged', hash: '/nodes/miner-1' },
  { name: 'home-host-changed', scene: 'hostChanged', hash: '/' },
  { name: 'home-miner-down', scene: 'minerDown', hash: '/' },
  { name: 'nodes-miner-down', scene: 'minerDown', hash: '/nodes' },
  { name: 'miner-down', scene: 'minerDown', hash: '/nodes/miner-1' },
  { name: 'home-volume-gone', scene: 'volumeGone', hash: '/' },
  { name: 'home-copied-miner', scene: 'copiedMiner', hash: '/' },
  { name: 'nodes-copied-miner', scene: 'copiedMiner', hash: '/nodes' },
  { name: 'supplier-mainnet-served', scene: 'servedOnMainnet', hash: '/supplier' },
  { name: 'services-mainnet-served', scene: 'servedOnMainnet', hash: '/supplier/services' },
  { name: 'first-session-mainnet', scene: 'servedOnMainnet', hash: '/supplier/first-session' },
  { name: 'leave-mainnet-served', scene: 'servedOnMainnet', hash: '/supplier/leave' },
  { name: 'home-elsewhere', scene: 'mainnetGoesOn', hash: '/' },
  { name: 'home-elsewhere-asks', scene: 'mainnetAsks', hash: '/' },
  { name: 'nodes-elsewhere-asks', scene: 'mainnetAsks', hash: '/nodes' },
  { name: 'setup-elsewhere', scene: 'mainnetAsks', hash: '/setup' },
  { name: 'self-test-mainnet', scene: 'servedOnMainnet', hash: '/supplier/self-test' },
  { name: 'home-two-suppliers', scene: 'twoSuppliers', hash: '/' },
  { name: 'home-second-in-trouble', scene: 'secondInTrouble', hash: '/' },
  { name: 'supplier-two', scene: 'twoSuppliers', hash: '/supplier' },
  { name: 'supplier-second', scene: 'secondOfTwo', hash: '/supplier' },
  { name: 'supplier-adding', scene: 'addingSecond', hash: '/supplier' },
  { name: 'supplier-add-key', scene: 'addingSecond', hash: '/supplier/add' },
  { name: 'supplier-add-window', scene: 'serving', hash: '/supplier/add', press: 'Make its operator key…' },
  { name: 'supplier-stake-second', scene: 'addingSecond', hash: '/supplier/stake' },
  { name: 'supplier-services-second', scene: 'secondOfTwo', hash: '/supplier/services' },
  { name: 'supplier-leave-two', scene: 'secondOfTwo', hash: '/supplier/leave' },
  { name: 'earnings-two-suppliers', scene: 'twoSuppliers', hash: '/earnings' },
  { name: 'wallet-two-suppliers', scene: 'twoSuppliers', hash: '/wallet' },
]

/** The shots: each route in its fullest state, and the states above. */
export function shots(): Shot[] {
  const scenes: Record<string, SceneName> = {
    unlock: 'keysNeeded',
    keys: 'keeping',
    'local-chain-start': 'starting',
    'miner-start': 'stakedOnMainnet',
    'supplier-stake': 'halfway',
    'supplier-services': 'halfway',
    practice: 'practising',
  }
  const routes = ROUTES.map((route): Shot => ({
    name: route.id,
    scene: scenes[route.id] ?? 'serving',
    hash: route.sample.replace(':nodeId', NODE_ID),
  }))
  return [...routes, ...EXTRA]
}

/** Serves the built page with a fake shell behind it. @returns its origin and how to choose the state */
async function serve(): Promise<{ origin: string; show: (scene: SceneName) => void; server: Server }> {
  let scene: SceneName = 'serving'
  const server = createServer((request, response) => {
    void (async () => {
      const path = normalize(new URL(request.url ?? '/', 'http://x').pathname)
      const file = path === '/' ? 'index.html' : path.slice(1)
      const host = request.headers.host ?? ''
      try {
        const bytes = await readFile(join(DIST, file))
        const filled = file === 'index.html' ? fillNonce(bytes) : { bytes, nonce: undefined }
        response.writeHead(200, {
          ...pageHeaders([`ws://${host}`], filled.nonce),
          'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
        })
        response.end(filled.bytes)
      } catch {
        response.writeHead(404).end()
      }
    })()
  })
  const sockets = new WebSocketServer({ server, path: '/socket' })
  sockets.on('connection', (socket) => {
    const current = scene
    const now = Date.now()
    let state: AppState = stateSchema.parse(SCENES[current](now))
    let seq = 1
    // Height and age are live: without a push now and then a page could not tell a quiet chain from a dead line.
    const beat = setInterval(() => {
      if (state.chain.height === 0) return
      seq += 1
      state = { ...state, chain: { ...state.chain, readAtMs: Date.now() } }
      socket.send(JSON.stringify({ push: patchSchema.parse({ seq, changes: [{ slice: 'chain', value: state.chain }] }) }))
    }, 1_000)
    socket.on('close', () => clearInterval(beat))
    socket.on('message', (bytes: Buffer) => {
      const { id, name } = JSON.parse(bytes.toString('utf8')) as { id: number; name: string }
      const known: Record<string, unknown> = { ...answers(now), 'state.get': { seq, state } }
      if (Object.keys(state.suppliers).length > 1) known['earnings.claims'] = claimsOfBoth(known['earnings.claims'])
      const result = Object.hasOwn(known, name)
        ? { ok: true, value: known[name] }
        : { ok: false, error: { code: 'not-allowed', ref: 'gallery' } }
      socket.send(JSON.stringify({ id, result }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (next) => {
      scene = next
    },
    server,
  }
}

async function take(browser: Browser, origin: string, shot: Shot, theme: 'light' | 'dark'): Promise<string[]> {
  const complaints: string[] = []
  const viewport = isPhone ? { width: 390, height: 844 } : { width: 1280, height: 800 }
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${shot.name} ${theme}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${shot.name} ${theme}: ${error.message}`))
  await page.goto(`${origin}/#${shot.hash}`)
  await page.waitForSelector('h1, h2', { timeout: 5_000 }).catch(() => complaints.push(`${shot.name} ${theme}: blank`))
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  if (shot.press !== undefined) await page.getByRole('button', { name: shot.press, exact: true }).click()
  await page.waitForTimeout(350)
  if (isLong) {
    // The page scrolls within the frame: the window grows until it need not.
    const more = await page.evaluate(() => {
      const scrolls = [...document.querySelectorAll('main, main *')].filter((each) => getComputedStyle(each).overflowY === 'auto')
      return Math.max(0, ...scrolls.map((each) => each.scrollHeight - each.clientHeight))
    })
    await page.setViewportSize({ ...viewport, height: viewport.height + more })
    await page.waitForTimeout(150)
  }
  await page.screenshot({ path: join(OUT, `${shot.name}-${isPhone ? 'phone-' : ''}${theme}.png`) })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  if (wide) complaints.push(`${shot.name} ${theme}: wider than the window`)
  if (isAxe) {
    const { violations } = await new AxeBuilder({ page }).analyze()
    complaints.push(...violations.map((each) => `${shot.name} ${theme}: ${each.id} ${each.nodes[0]?.html.slice(0, 160) ?? ''}`))
  }
  await context.close()
  return complaints
}

const wanted = process.argv.slice(2).filter((each) => !each.startsWith('--'))
await build({ root: join(ROOT, 'renderer'), configFile: join(ROOT, 'renderer', 'vite.config.ts'), logLevel: 'warn' })
await mkdir(OUT, { recursive: true })
const { origin, show, server } = await serve()
const executablePath = process.env['HEARTH_CHROMIUM'] ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const complaints: string[] = []
for (const shot of shots()) {
  if (wanted.length > 0 && !wanted.includes(shot.name)) continue
  show(shot.scene)
  for (const theme of ['light', 'dark'] as const) complaints.push(...(await take(browser, origin, shot, theme)))
}
await browser.close()
server.closeAllConnections()
server.close()
if (complaints.length > 0) {
  process.stderr.write(`${[...new Set(complaints)].join('\n')}\n`)
  process.exitCode = 1
}
