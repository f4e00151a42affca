import { createHash } from 'node:crypto'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import type { ContainerHandle } from '../parts.ts'
import { fromJsonText, toJsonText } from '../node/json-text.ts'

/** How often the miner writes what it has mined (offchain facts 2.6). What came after the last time is lost at every stop. */
export const FLUSH_MS = 10_000

export interface SessionTree {
  /** The supplier whose work it is. */
  operatorAddress: string
  session: SessionInfo
  relays: bigint
  computeUnits: bigint
  /** Hash of the claim's transaction once it was sent. */
  claimHash: string | undefined
  proofHash: string | undefined
  /** A proof was not asked for. */
  proofSpared: boolean
}

interface Kept extends SessionTree {
  /** What of `relays` is on disk. */
  durableRelays: bigint
  durableUnits: bigint
  /** Flush period of the newest relay that is not on disk. */
  period: number
  /** Something changed that is not in the file. */
  dirty: boolean
}

export interface SessionTrees {
  /** Of all suppliers, also of those whose key is not configured. */
  all(): SessionTree[]
  of(operatorAddress: string, sessionId: string): SessionTree | undefined
  /** What all suppliers here have served of a session together. */
  unitsOf(sessionId: string): bigint
  /** Adds mined relays. */
  add(operatorAddress: string, session: SessionInfo, relays: bigint, computeUnits: bigint): void
  /** Remembers claim and proof; they are on disk at once. */
  note(tree: SessionTree, change: Partial<Pick<SessionTree, 'claimHash' | 'proofHash' | 'proofSpared'>>): void
  remove(tree: SessionTree): void
  /** Writes what the last flush covers. Call it now and then and before the end. */
  flush(): void
  /** Bytes on disk. */
  diskBytes(): number
}

/** About what a mined relay takes in the append-only log. */
const BYTES_PER_RELAY = 900

/**
 * The miner's session trees and their files on the state volume: read at the start, written every 10 s of practised time, so that a stop loses the relays since then and a
 * volume that is gone loses all of them, claimed and unproven sessions too. Two suppliers in one session have a tree each.
 */
export function createSessionTrees(handle: ContainerHandle, storePath: string): SessionTrees {
  const indexPath = `${storePath}/sessions_metadata/index.json`
  const workFolder = `${storePath}/mined_relays`
  const pathOf = (key: string): string => `${workFolder}/${key}.wal`
  const periodNow = (): number => Math.floor(handle.clock.now() / FLUSH_MS)
  /** By supplier and session, as the real miner keys its records. */
  const trees = new Map<string, Kept>()
  const keyOf = (operatorAddress: string, sessionId: string): string => `${operatorAddress}/${sessionId}`

  for (const key of readIndex(handle, indexPath, workFolder)) {
    const text = handle.readFile(pathOf(key))
    const [operatorAddress = ''] = key.split('/')
    if (text === undefined) continue
    const tree = { ...(fromJsonText(new TextDecoder().decode(text)) as SessionTree), operatorAddress }
    trees.set(key, { ...tree, durableRelays: tree.relays, durableUnits: tree.computeUnits, period: periodNow(), dirty: false })
  }

  const writeIndex = (): void => handle.writeFile(indexPath, utf8ToBytes(toJsonText([...trees.keys()])))
  const write = (tree: Kept): void => {
    const { operatorAddress, session, claimHash, proofHash, proofSpared } = tree
    const work = { relays: tree.durableRelays, computeUnits: tree.durableUnits }
    const kept: SessionTree = { operatorAddress, session, ...work, claimHash, proofHash, proofSpared }
    handle.writeFile(pathOf(keyOf(operatorAddress, session.sessionId)), utf8ToBytes(toJsonText(kept)))
    tree.dirty = false
  }
  /** Relays of an earlier period than now's were flushed when it ended. */
  const settle = (tree: Kept): void => {
    if (periodNow() <= tree.period || tree.durableRelays === tree.relays) return
    tree.durableRelays = tree.relays
    tree.durableUnits = tree.computeUnits
    tree.dirty = true
  }

  return {
    all: () => [...trees.values()],
    of: (operatorAddress, sessionId) => trees.get(keyOf(operatorAddress, sessionId)),
    unitsOf: (sessionId) =>
      [...trees.values()].reduce((sum, { session, computeUnits }) => (session.sessionId === sessionId ? sum + computeUnits : sum), 0n),
    add(operatorAddress, session, relays, computeUnits) {
      const key = keyOf(operatorAddress, session.sessionId)
      let tree = trees.get(key)
      if (tree === undefined) {
        const open = { claimHash: undefined, proofHash: undefined, proofSpared: false, dirty: true, period: periodNow() }
        tree = { operatorAddress, session, relays: 0n, computeUnits: 0n, durableRelays: 0n, durableUnits: 0n, ...open }
        trees.set(key, tree)
        writeIndex()
      }
      settle(tree)
      tree.relays += relays
      tree.computeUnits += computeUnits
      tree.period = periodNow()
    },
    note(tree, change) {
      const kept = trees.get(keyOf(tree.operatorAddress, tree.session.sessionId))
      if (kept === undefined) return
      // Making the claim closes the tree and writes all of it.
      Object.assign(kept, change, { durableRelays: kept.relays, durableUnits: kept.computeUnits })
      write(kept)
    },
    remove(tree) {
      const key = keyOf(tree.operatorAddress, tree.session.sessionId)
      if (!trees.delete(key)) return
      handle.removeTree(pathOf(key))
      writeIndex()
    },
    flush() {
      for (const tree of trees.values()) {
        settle(tree)
        if (tree.dirty) write(tree)
      }
    },
    diskBytes: () => [...trees.values()].reduce((total, tree) => total + Number(tree.durableRelays) * BYTES_PER_RELAY, 0),
  }
}

/** Keys of the trees that the volume holds. An index of the time with one supplier names sessions alone; the folder that their work lies in tells whose they are. */
function readIndex(handle: ContainerHandle, path: string, workFolder: string): string[] {
  const bytes = handle.readFile(path)
  if (bytes === undefined) return []
  const keys = fromJsonText(new TextDecoder().decode(bytes))
  if (!Array.isArray(keys)) return []
  const files = handle.list(workFolder).map((file) => file.slice(workFolder.length + 1).replace(/\.wal$/, ''))
  return keys.flatMap((key) => {
    if (typeof key !== 'string') return []
    return key.includes('/') ? [key] : files.filter((file) => file.endsWith(`/${key}`))
  })
}

/** Root of a tree as the chain keeps it: digest, sum and count, big-endian (onchain facts 3.2). @returns 48 bytes in hex */
export function rootOf(tree: Pick<SessionTree, 'session' | 'relays' | 'computeUnits'>): string {
  const digest = createHash('sha256').update(`${tree.session.sessionId}/${tree.relays}/${tree.computeUnits}`).digest('hex')
  const number = (value: bigint): string => value.toString(16).padStart(16, '0')
  return digest + number(tree.computeUnits) + number(tree.relays)
}
