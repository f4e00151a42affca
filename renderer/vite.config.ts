import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import { defineConfig } from 'vite'

const ROOT = fileURLToPath(new URL('.', import.meta.url))

/** The page: one document, hashed files, nothing inlined, so that the strictest policy holds. */
export default defineConfig({
  root: ROOT,
  base: '/',
  publicDir: false,
  plugins: [tailwind()],
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
