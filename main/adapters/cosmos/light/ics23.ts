import { CommitmentProof, HashOp, LengthOp, type ExistenceProof, type InnerOp, type LeafOp } from 'cosmjs-types/cosmos/ics23/v1/proofs'
import { ProofInvalid } from './proof-invalid.ts'
import { sameBytes, sha256 } from './merkle.ts'

/**
 * ICS-23 for the two trees that a Cosmos chain has: the IAVL tree of a module's store and the simple tree over the roots of all stores. Only the forms that these two
 * really produce are taken; everything looser that the standard knows is refused, which is what keeps a forged proof from hashing to the right root by other means.
 */

interface Tree {
  isLeaf(prefix: Uint8Array): boolean
  /** 0 = what is proven hangs on the left of this node, 1 = on the right. Undefined: no node of this tree. */
  side(op: InnerOp): 0 | 1 | undefined
}

const HASH_BYTES = 32
const ZERO = 0x00
const ONE = 0x01
/** Length of a child's hash, written before it in an IAVL node. */
const CHILD_MARK = 0x20
/** A tree of 2^40 rows is no deeper; a longer path is an attack on the time this takes. */
const MAX_DEPTH = 96

/** Length of three signed varints at the start (an IAVL node's height, size, version), and the first of them still zigzag-coded. */
function iavlHead(prefix: Uint8Array): { length: number; height: number } | undefined {
  let at = 0
  let height = 0
  for (let number = 0; number < 3; number += 1) {
    for (let bytes = 0; ; bytes += 1) {
      const byte = prefix[at]
      if (byte === undefined || bytes > 9) return undefined
      if (number === 0 && bytes === 0) height = byte
      at += 1
      if (byte < 0x80) break
    }
  }
  return { length: at, height }
}

const IAVL: Tree = {
  isLeaf(prefix) {
    const head = iavlHead(prefix)
    return head !== undefined && head.height === ZERO && head.length === prefix.length
  },
  side({ prefix, suffix }) {
    const head = iavlHead(prefix)
    if (head === undefined || head.height === ZERO) return undefined
    const rest = prefix.subarray(head.length)
    const left = rest.length === 1 && rest[0] === CHILD_MARK && suffix.length === 1 + HASH_BYTES && suffix[0] === CHILD_MARK
    if (left) return 0
    const right = rest.length === HASH_BYTES + 2 && rest[0] === CHILD_MARK && rest[HASH_BYTES + 1] === CHILD_MARK && suffix.length === 0
    return right ? 1 : undefined
  },
}

const SIMPLE: Tree = {
  isLeaf: (prefix) => prefix.length === 1 && prefix[0] === ZERO,
  side({ prefix, suffix }) {
    if (prefix[0] !== ONE) return undefined
    if (prefix.length === 1 && suffix.length === HASH_BYTES) return 0
    return prefix.length === 1 + HASH_BYTES && suffix.length === 0 ? 1 : undefined
  },
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.of(...bytes, rest)
}

function isOurLeaf(tree: Tree, leaf: LeafOp | undefined): leaf is LeafOp {
  return (
    leaf !== undefined &&
    leaf.hash === HashOp.SHA256 &&
    leaf.prehashKey === HashOp.NO_HASH &&
    leaf.prehashValue === HashOp.SHA256 &&
    leaf.length === LengthOp.VAR_PROTO &&
    tree.isLeaf(leaf.prefix)
  )
}

/** The root that the proof leads to. @throws ProofInvalid when the proof is none of this tree */
function rootOf(tree: Tree, proof: ExistenceProof): Uint8Array {
  const { key, value, leaf, path } = proof
  // Rows without a value are real (the bank's index of holders has none): what is hashed is the hash of the value, always 32 bytes, so that nothing else can pass for it.
  if (key.length === 0) throw new ProofInvalid('a row without a key')
  if (!isOurLeaf(tree, leaf)) throw new ProofInvalid('not a leaf of this tree')
  if (path.length > MAX_DEPTH) throw new ProofInvalid('deeper than any tree')
  const hashed = sha256(value)
  let node = sha256(leaf.prefix, varint(key.length), key, varint(hashed.length), hashed)
  for (const op of path) {
    if (op.hash !== HashOp.SHA256 || tree.side(op) === undefined) throw new ProofInvalid('not a node of this tree')
    node = sha256(op.prefix, node, op.suffix)
  }
  return node
}

const allOn = (tree: Tree, path: InnerOp[], side: 0 | 1): boolean => path.every((op) => tree.side(op) === side)

/** Whether nothing can lie between the two leaves: they part at one node, and go down its inner edges. */
function areNeighbours(tree: Tree, left: ExistenceProof, right: ExistenceProof): boolean {
  let l = left.path.length - 1
  let r = right.path.length - 1
  for (; l >= 0 && r >= 0; l -= 1, r -= 1) {
    const a = left.path[l]
    const b = right.path[r]
    if (a === undefined || b === undefined) return false
    if (sameBytes(a.prefix, b.prefix) && sameBytes(a.suffix, b.suffix)) continue
    return tree.side(a) === 0 && tree.side(b) === 1 && allOn(tree, left.path.slice(0, l), 1) && allOn(tree, right.path.slice(0, r), 0)
  }
  return false
}

/** The root under which `key` is absent. @throws ProofInvalid when the proof does not show it */
function rootOfAbsence(tree: Tree, key: Uint8Array, left: ExistenceProof | undefined, right: ExistenceProof | undefined): Uint8Array {
  if (left !== undefined && Buffer.compare(left.key, key) >= 0) throw new ProofInvalid('the left neighbour is not left of the key')
  if (right !== undefined && Buffer.compare(right.key, key) <= 0) throw new ProofInvalid('the right neighbour is not right of the key')
  if (left === undefined && right === undefined) throw new ProofInvalid('no neighbour')
  const roots = [left, right].flatMap((proof) => (proof === undefined ? [] : [rootOf(tree, proof)]))
  const [root] = roots
  if (root === undefined || !roots.every((other) => sameBytes(root, other))) throw new ProofInvalid('neighbours of two trees')
  if (left === undefined) {
    if (right === undefined || !allOn(tree, right.path, 0)) throw new ProofInvalid('something lies left of the right neighbour')
  } else if (right === undefined) {
    if (!allOn(tree, left.path, 1)) throw new ProofInvalid('something lies right of the left neighbour')
  } else if (!areNeighbours(tree, left, right)) throw new ProofInvalid('something lies between the neighbours')
  return root
}

function decode(bytes: Uint8Array): CommitmentProof {
  try {
    return CommitmentProof.decode(bytes)
  } catch {
    throw new ProofInvalid('the proof cannot be read')
  }
}

/** A proof of a row as a node gives it: first inside the store, then of the store among all. */
export interface StoreProof {
  store: Uint8Array
  all: Uint8Array
}

/**
 * @param appHash of the header above the state that was asked
 * @param store name of the module's store @param key of the row in it
 * @returns the proven value, or undefined when the row is proven absent
 * @throws ProofInvalid for everything else
 */
export function provenValue(appHash: Uint8Array, store: string, key: Uint8Array, proof: StoreProof): Uint8Array | undefined {
  // SECURITY: S21 a figure called proven hangs on a signed header by hashes alone, whoever brought it.
  const inStore = decode(proof.store)
  const { exist, nonexist } = inStore
  if (exist !== undefined && !sameBytes(exist.key, key)) throw new ProofInvalid('a proof of another row')
  if ((exist === undefined) === (nonexist === undefined)) throw new ProofInvalid('neither there nor absent')
  const storeRoot = exist === undefined ? rootOfAbsence(IAVL, key, nonexist?.left, nonexist?.right) : rootOf(IAVL, exist)
  const { exist: among } = decode(proof.all)
  if (among === undefined) throw new ProofInvalid('no proof of the store')
  if (Buffer.from(among.key).toString('latin1') !== store) throw new ProofInvalid('a proof of another store')
  if (!sameBytes(among.value, storeRoot)) throw new ProofInvalid('the row is not in this store')
  if (!sameBytes(rootOf(SIMPLE, among), appHash)) throw new ProofInvalid('not the state that the header signs')
  return exist?.value
}
