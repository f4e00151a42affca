import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'

const ROOT = fileURLToPath(new URL('.', import.meta.url))

/** Drawn at once at every start; everything else is fetched when it is shown, or a moment after the start, whichever comes first. */
const FIRST_SCREEN = 'Home'
const FETCH_REST_AFTER_MS = 1_500

/** Cuts the page along its table of screens (app/screens.tsx), so that the first one need not wait for the others. Tests draw the table as it is written. */
function screensWhenShown(): Plugin {
  return {
    name: 'hearth-screens-when-shown',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/app/screens.tsx')) return undefined
      const names: string[] = []
      const cut = code.replace(/^import \{ (\w+) \} from ('#renderer\/features\/[^']+')$/gm, (whole, name: string, from: string) => {
        if (name === FIRST_SCREEN) return whole
        names.push(name)
        return `const load${name} = () => import(${from}).then((file) => ({ default: file.${name} }))\nconst ${name} = lazy(load${name})`
      })
      if (names.length === 0) throw new Error(`${id} holds no screen that could be fetched later`)
      const rest = `setTimeout(() => [${names.map((name) => `load${name}`).join(', ')}].forEach((load) => load().catch(() => undefined)), ${FETCH_REST_AFTER_MS})`
      return { code: `import { lazy } from 'react'\n${cut}\n${rest}\n`, map: null }
    },
  }
}

/** The page: one document, hashed files, nothing inlined, so that the strictest policy holds. */
export default defineConfig({
  root: ROOT,
  base: '/',
  publicDir: false,
  plugins: [tailwind(), screensWhenShown()],
  build: {
    outDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // Fonts and pictures stay files: `font-src 'self'` has no data:.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      onLog(level, log, report) {
        // "use client" of component libraries means nothing in a page that has no server.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
})
