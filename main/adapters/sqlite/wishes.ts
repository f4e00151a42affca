import type Database from 'better-sqlite3'
import { HearthError } from '#shared/api/errors.ts'
import type { ChainRow, NodeRow } from '#main/core/ports/store.ts'
import type { SyncStore } from './protocol.ts'

/** Networks that live on this machine, and the test network that its keepers may begin anew: these may be forgotten. */
const FORGETTABLE = new Set(['local', 'practice', 'beta'])

interface StoredNode {
  id: string
  network: string
  wanted: NodeRow['wanted']
  wanted_by: NodeRow['wantedBy']
  image_pin: string | null
  ports: string
  updated_at_ms: number
}

interface StoredChain {
  network: string
  chain_id: string
  block1_hash: string | null
  genesis_time: string | null
  created_at_ms: number
  facts: string
}

/** Settings, wanted nodes and known chains. */
export function wishMethods(
  db: Database.Database,
): Pick<SyncStore, 'setting' | 'setSetting' | 'nodes' | 'putNode' | 'removeNodes' | 'removeNode' | 'chain' | 'putChain' | 'removeChain'> {
  const setting = db.prepare<[string], { value: string }>('SELECT value FROM settings WHERE key = ?')
  const setSetting = db.prepare<[string, string]>('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  const nodes = db.prepare<[string], StoredNode>('SELECT * FROM nodes WHERE network = ? ORDER BY id')
  const putNode = db.prepare<StoredNode>(`
    INSERT INTO nodes VALUES (@network, @id, @wanted, @wanted_by, @image_pin, @ports, @updated_at_ms)
    ON CONFLICT DO UPDATE SET wanted = excluded.wanted, wanted_by = excluded.wanted_by, image_pin = excluded.image_pin, ports = excluded.ports,
      updated_at_ms = excluded.updated_at_ms`)
  const removeNodes = db.prepare<[string]>('DELETE FROM nodes WHERE network = ?')
  const removeNode = db.prepare<[string, string]>('DELETE FROM nodes WHERE network = ? AND id = ?')
  const chain = db.prepare<[string], StoredChain>('SELECT * FROM chains WHERE network = ?')
  const putChain = db.prepare<StoredChain>(`
    INSERT INTO chains VALUES (@network, @chain_id, @block1_hash, @genesis_time, @created_at_ms, @facts)
    ON CONFLICT DO UPDATE SET chain_id = excluded.chain_id, block1_hash = excluded.block1_hash, genesis_time = excluded.genesis_time,
      created_at_ms = excluded.created_at_ms, facts = excluded.facts`)
  const forget = ['chains', 'cursors', 'intents'].map((table) => db.prepare<[string]>(`DELETE FROM ${table} WHERE network = ?`))

  return {
    setting: (key) => setting.get(key)?.value,
    setSetting: (key, value) => void setSetting.run(key, value),
    nodes: (network) => nodes.all(network).map(readNode),
    putNode: (row) =>
      void putNode.run({
        id: row.id,
        network: row.network,
        wanted: row.wanted,
        wanted_by: row.wantedBy,
        image_pin: row.imagePin ?? null,
        ports: JSON.stringify(row.ports),
        updated_at_ms: row.updatedAtMs,
      }),
    removeNodes: (network) => void removeNodes.run(network),
    removeNode: (network, nodeId) => void removeNode.run(network, nodeId),
    chain(network) {
      const row = chain.get(network)
      return row && readChain(row)
    },
    putChain: (row) =>
      void putChain.run({
        network: row.network,
        chain_id: row.chainId,
        block1_hash: row.block1Hash ?? null,
        genesis_time: row.genesisTime ?? null,
        created_at_ms: row.createdAtMs,
        facts: JSON.stringify(row.facts),
      }),
    removeChain(network) {
      if (!FORGETTABLE.has(network)) throw new HearthError('not-allowed', { network })
      // Claims, movements, daily sums and watched addresses hang on the cursor.
      db.transaction(() => {
        for (const statement of forget) statement.run(network)
      }).immediate()
    },
  }
}

const readNode = (row: StoredNode): NodeRow => ({
  id: row.id,
  network: row.network,
  wanted: row.wanted,
  wantedBy: row.wanted_by,
  imagePin: row.image_pin ?? undefined,
  ports: JSON.parse(row.ports) as Record<string, number>,
  updatedAtMs: row.updated_at_ms,
})

const readChain = (row: StoredChain): ChainRow => ({
  network: row.network,
  chainId: row.chain_id,
  block1Hash: row.block1_hash ?? undefined,
  genesisTime: row.genesis_time ?? undefined,
  createdAtMs: row.created_at_ms,
  facts: JSON.parse(row.facts) as Record<string, string>,
})
