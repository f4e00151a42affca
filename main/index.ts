import { compose } from './shells/compose.ts'
import { loadElectron } from './shells/electron/load.ts'
import { runElectron } from './shells/electron/run.ts'
import { locations } from './shells/locations.ts'

const electron = await loadElectron()
// From sources, Electron's own program is followed by the path of this file.
runElectron(electron, compose, locations(), process.argv.slice(electron.app.isPackaged ? 1 : 2))
