import { runWeb } from '#main/shells/web/run.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'

/** The web shell as its own process, over a fake app: `<resources dir> <how core behaves> ...options`. */
const [resourcesDir = '', behaviour = 'ok', ...argv] = process.argv.slice(2)

await runWeb(
  argv,
  async (options) => {
    if (behaviour === 'fails') throw new Error('The database is newer than this Hearth.')
    const app = createShellApp()
    app.stop = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      process.stdout.write(`core stopped, surface was ${options.surfaceUrl('t')}\n`)
    }
    return app
  },
  { rendererDir: resourcesDir, preloadPath: '', resourcesDir },
)
