import { createHash } from 'node:crypto'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import type { ContainerHandle } from '../parts.ts'
import { fromJsonText, toJsonText } from '../node/json-text.ts'

/** How often the miner writes what it has mined (offchain facts 2.6). What came after the last time is lost at every stop. */
export const FLUSH_MS = 10_000

export interface SessionTree {
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
  all(): SessionTree[]
  of(sessionId: string): SessionTree | undefined
  /** Adds mined relays. */
  add(session: SessionInfo, relays: bigint, computeUnits: bigint): void
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
 * volume that is gone loses all of them, claimed and unproven sessions too.
 */
export function createSessionTrees(handle: ContainerHandle, storePath: string, operatorAddress: string): SessionTrees {
  const indexPath = `${storePath}/sessions_metadata/index.json`
  const pathOf = (sessionId: string): string => `${storePath}/mined_relays/${operatorAddress}/${sessionId}.wal`
  const periodNow = (): number => Math.floor(handle.clock.now() / FLUSH_MS)
  const trees = new Map<string, Kept>()

  for (const sessionId of readIndex(handle, indexPath)) {
    const text = handle.readFile(pathOf(sessionId))
    if (text === undefined) continue
    const tree = fromJsonText(new TextDecoder().decode(text)) as SessionTree
    trees.set(sessionId, { ...tree, durableRelays: tree.relays, durableUnits: tree.computeUnits, period: periodNow(), dirty: false })
  }

  const writeIndex = (): void => handle.writeFile(indexPath, utf8ToBytes(toJsonText([...trees.keys()])))
  const write = (tree: Kept): void => {
    const { session, claimHash, proofHash, proofSpared } = tree
    const kept: SessionTree = { session, relays: tree.durableRelays, computeUnits: tree.durableUnits, claimHash, proofHash, proofSpared }
    handle.writeFile(pathOf(session.sessionId), utf8ToBytes(toJsonText(kept)))
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
    of: (sessionId) => trees.get(sessionId),
    add(session, relays, computeUnits) {
      let tree = trees.get(session.sessionId)
      if (tree === undefined) {
        const open = { claimHash: undefined, proofHash: undefined, proofSpared: false, dirty: true, period: periodNow() }
        tree = { session, relays: 0n, computeUnits: 0n, durableRelays: 0n, durableUnits: 0n, ...open }
        trees.set(session.sessionId, tree)
        writeIndex()
      }
      settle(tree)
      tree.relays += relays
      tree.computeUnits += computeUnits
      tree.period = periodNow()
    },
    note(tree, change) {
      const kept = trees.get(tree.session.sessionId)
      if (kept === undefined) return
      // Making the claim closes the tree and writes all of it.
      Object.assign(kept, change, { durableRelays: kept.relays, durableUnits: kept.computeUnits })
      write(kept)
    },
    remove(tree) {
      if (!trees.delete(tree.session.sessionId)) return
      handle.removeTree(pathOf(tree.session.sessionId))
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

function readIndex(handle: ContainerHandle, path: string): string[] {
  const bytes = handle.readFile(path)
  if (bytes === undefined) return []
  const ids = fromJsonText(new TextDecoder().decode(bytes))
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
}

/** Root of a tree as the chain keeps it: digest, sum and count, big-endian (onchain facts 3.2). @returns 48 bytes in hex */
export function rootOf(tree: Pick<SessionTree, 'session' | 'relays' | 'computeUnits'>): string {
  const digest = createHash('sha256').update(`${tree.session.sessionId}/${tree.relays}/${tree.computeUnits}`).digest('hex')
  const number = (value: bigint): string => value.toString(16).padStart(16, '0')
  return digest + number(tree.computeUnits) + number(tree.relays)
}
