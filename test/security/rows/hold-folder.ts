import { lockDataFolder } from '#main/adapters/system/data-folder.ts'

/** Another Hearth: holds the folder until it is ended. */
const [folder = ''] = process.argv.slice(2)
await lockDataFolder(folder)
process.stdout.write('held\n')
setInterval(() => undefined, 60_000)
