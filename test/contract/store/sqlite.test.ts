import { join } from 'node:path'
import { openTestStore, temporaryFolder } from '#test/adapters/sqlite/open-test-store.ts'
import { longTableContract } from './long-tables.ts'
import { storeContract } from './suite.ts'

storeContract('SQLite file', async () => {
  const file = join(temporaryFolder(), 'hearth.db')
  const store = await openTestStore(file)
  return {
    store,
    async reopen() {
      await store.close()
      return openTestStore(file)
    },
  }
})

longTableContract('SQLite file', () => openTestStore(join(temporaryFolder(), 'hearth.db')))
