import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { projectRoot } from '#test/localnet/paths.ts'

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>blank</title></head><body><div id="root"></div><script type="module" src="./main.tsx"></script></body></html>`
const MAIN = `import { createRoot } from 'react-dom/client'
const root = document.getElementById('root')
if (root) createRoot(root).render(<main><h1>Home</h1></main>)
`
/** Plain Node, plain JavaScript, nothing but files. */
const SERVER = `import { createServer } from 'node:http'
import { readFile } from 'node:fs'
const types = { '.html': 'text/html', '.js': 'text/javascript' }
const [root, port] = process.argv.slice(2)
createServer((request, response) => {
  const path = request.url === '/' ? '/index.html' : request.url
  readFile(root + path, (error, bytes) => {
    response.writeHead(error ? 404 : 200, { 'Content-Type': types[path.slice(path.lastIndexOf('.'))] ?? 'text/plain' })
    response.end(bytes)
  })
}).listen(Number(port), '127.0.0.1')
`

/** What Hearth is held against: a page of React that shows one line, and a server that does nothing but give it. Built the way Hearth's page is. */
export async function buildBlankPage(): Promise<{ server: string; root: string; remove(): Promise<void> }> {
  // Under node_modules, from where React is found.
  const folder = join(projectRoot, 'node_modules', '.cache', `hearth-bench-${process.pid}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'index.html'), PAGE)
  await writeFile(join(folder, 'main.tsx'), MAIN)
  await writeFile(join(folder, 'server.mjs'), SERVER)
  await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: { outDir: join(folder, 'dist'), target: 'es2023', modulePreload: { polyfill: false } },
  })
  return { server: join(folder, 'server.mjs'), root: join(folder, 'dist'), remove: () => rm(folder, { recursive: true, force: true }) }
}
