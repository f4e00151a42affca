import { compose } from './shells/compose.ts'
import { locations } from './shells/locations.ts'
import { runWeb } from './shells/web/run.ts'

await runWeb(process.argv.slice(2), compose, locations())
