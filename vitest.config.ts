import { defineConfig } from 'vitest/config'

/** Projects by what a test needs: `unit` nothing, `jsdom` a page, `contract` and `security` the real parts that `npm run verify` prepares. */
const node = (name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: { name, include, environment: 'node', ...extra },
})

export default defineConfig({
  test: {
    // No test is about how fast it is: a busy machine may take its time, and only what hangs takes so long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    projects: [
      node('unit', ['test/core/**/*.test.ts', 'test/shells/**/*.test.ts', 'test/tree/**/*.test.ts', 'test/adapters/**/*.test.ts']),
      { extends: true, test: { name: 'jsdom', include: ['test/renderer/**/*.test.tsx'], environment: 'jsdom' } },
      node('contract', ['test/contract/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false }),
      node('migrations', ['test/migrations/**/*.test.ts']),
      node('security', ['test/security/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 180_000 }),
    ],
  },
})
