import { compose } from './shells/compose.ts'
import { loadElectron } from './shells/electron/load.ts'
import { runElectron } from './shells/electron/run.ts'
import { locations } from './shells/locations.ts'

// No await at the top: what is built of this is CommonJS, which Electron runs to its end before it is ready.
void loadElectron().then((electron) => {
  // From sources, Electron's own program is followed by the path of this file.
  runElectron(electron, compose, locations(), process.argv.slice(electron.app.isPackaged ? 1 : 2))
})
