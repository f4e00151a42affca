import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommitmentProof, type ExistenceProof, type LeafOp } from 'cosmjs-types/cosmos/ics23/v1/proofs'
import { describe, expect, it } from 'vitest'
import { provenValue, type StoreProof } from '#main/adapters/cosmos/light/ics23.ts'
import { hashText, headerHash, validatorsHash } from '#main/adapters/cosmos/light/header.ts'
import { ProofInvalid } from '#main/adapters/cosmos/light/proof-invalid.ts'
import { balanceKey, readBalance, readSupplierRow, supplierKey } from '#main/adapters/cosmos/light/rows.ts'
import { verifyCommit } from '#main/adapters/cosmos/light/verify.ts'
import { commitResult, proofResult, validatorsResult } from '#main/adapters/cosmos/light/wire.ts'

/** Proofs as a real chain gave them (test/contract/chain/proofs.test.ts asks one anew), and everything that can be done to them. */

type Name = 'balance' | 'noBalance' | 'leftOfAll' | 'rightOfAll' | 'supplier' | 'noSupplier'
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded.json'), 'utf8')) as Record<string, unknown> & {
  addresses: { faucet: string; validator: string; absent: string }
}
const { faucet, validator, absent } = recorded.addresses
const { signed_header: signed } = commitResult.parse(recorded['commit'])
const { appHash } = signed.header

function proofOf(name: Name): StoreProof {
  const [store, all] = proofResult.parse(recorded[name]).response.proofOps?.ops ?? []
  if (!store || !all) throw new Error('no proof')
  return { store: store.data, all: all.data }
}
/** The proof of the row with something changed in it. */
function bent(name: Name, change: (proof: CommitmentProof) => void): StoreProof {
  const { store, all } = proofOf(name)
  const proof = CommitmentProof.decode(store)
  change(proof)
  return { store: CommitmentProof.encode(proof).finish(), all }
}
/** The proof of the balance with other fields of the row, or of its leaf. */
const row = (change: (exist: ExistenceProof) => Partial<ExistenceProof>): StoreProof =>
  bent('balance', (proof) => {
    if (proof.exist) Object.assign(proof.exist, change(proof.exist))
  })
const leaf = (fields: Partial<LeafOp>): StoreProof => row((exist) => ({ leaf: { ...(exist.leaf as LeafOp), ...fields } }))
const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

describe('recorded proofs', () => {
  it('header and validators hash to what the chain calls them, and the commit is signed', () => {
    const { validators } = validatorsResult.parse(recorded['validators'])
    expect(hashText(headerHash(signed.header))).toBe(hashText(signed.commit.blockId.hash))
    expect(hashText(validatorsHash(validators))).toBe(hashText(signed.header.validatorsHash))
    expect(hashText(verifyCommit('hearth-local-1', signed, validators))).toBe(hashText(signed.commit.blockId.hash))
    expect(() => verifyCommit('pocket', signed, validators)).toThrow(ProofInvalid)
  })

  it('rows that are there', () => {
    expect(readBalance(provenValue(appHash, 'bank', balanceKey(faucet), proofOf('balance')))).toBe(1_000_000_000_000_000_000n)
    const value = provenValue(appHash, 'supplier', supplierKey(validator), proofOf('supplier'))
    expect(value && readSupplierRow(validator, value)).toEqual({
      ownerAddress: validator,
      operatorAddress: validator,
      stakeUpokt: 60_000_000_000n,
      unstakeSessionEndHeight: 0,
    })
  })

  it('rows that are not: between others, before the first, behind the last, in a store of one', () => {
    expect(provenValue(appHash, 'bank', balanceKey(absent), proofOf('noBalance'))).toBeUndefined()
    expect(provenValue(appHash, 'bank', latin('\0'), proofOf('leftOfAll'))).toBeUndefined()
    expect(provenValue(appHash, 'bank', latin('\xff'.repeat(8)), proofOf('rightOfAll'))).toBeUndefined()
    expect(provenValue(appHash, 'supplier', supplierKey(absent), proofOf('noSupplier'))).toBeUndefined()
  })
})

describe('forged proofs', () => {
  const key = balanceKey(faucet)
  const refused = (proof: StoreProof, at: Uint8Array = key, store = 'bank', hash: Uint8Array = appHash): void => {
    expect(() => provenValue(hash, store, at, proof)).toThrow(ProofInvalid)
  }

  it('of a changed value, key, store, state', () => {
    refused(row(() => ({ value: latin('9999') })))
    refused(proofOf('balance'), balanceKey(validator))
    refused(proofOf('balance'), key, 'supplier')
    refused(proofOf('balance'), key, 'bank', new Uint8Array(32))
    refused({ store: proofOf('balance').store, all: proofOf('supplier').all })
    refused({ store: latin('rubbish'), all: proofOf('balance').all })
    refused({ store: proofOf('balance').store, all: proofOf('noBalance').store })
  })

  it('one flipped bit anywhere', () => {
    const { store, all } = proofOf('balance')
    for (let at = 0; at < store.length; at += 1) {
      const flipped = Uint8Array.from(store)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      let found: Uint8Array | undefined
      try {
        found = provenValue(appHash, 'bank', key, { store: flipped, all })
      } catch (error) {
        expect(error).toBeInstanceOf(ProofInvalid)
        continue
      }
      // A bit of the envelope that means nothing: the value is still the true one.
      expect(readBalance(found)).toBe(1_000_000_000_000_000_000n)
    }
    for (let at = 0; at < all.length; at += 1) {
      const flipped = Uint8Array.from(all)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      let found: Uint8Array | undefined
      try {
        found = provenValue(appHash, 'bank', key, { store, all: flipped })
      } catch (error) {
        expect(error).toBeInstanceOf(ProofInvalid)
        continue
      }
      expect(readBalance(found)).toBe(1_000_000_000_000_000_000n)
    }
  })

  it('hashes and lengths other than the tree has', () => {
    refused(leaf({ hash: 0 }))
    refused(leaf({ prehashValue: 0 }))
    refused(leaf({ length: 0 }))
    refused(row((exist) => ({ path: exist.path.slice(1) })))
    refused(row(() => ({ value: new Uint8Array() })))
    refused(row((exist) => ({ path: exist.path.map((op) => ({ ...op, hash: 2 })) })))
    refused(row((exist) => ({ path: Array.from({ length: 200 }, () => exist.path.slice(0, 1)).flat() })))
  })

  it('that a row is absent, when it is there', () => {
    const neighbour = CommitmentProof.decode(proofOf('balance').store).exist
    const gone = (left: typeof neighbour, right: typeof neighbour, at = key): void => {
      const nonexist = { key: at, ...(left ? { left } : {}), ...(right ? { right } : {}) }
      refused({ store: CommitmentProof.encode(CommitmentProof.fromPartial({ nonexist })).finish(), all: proofOf('balance').all }, at)
    }
    const { nonexist } = CommitmentProof.decode(proofOf('noBalance').store)
    gone(undefined, undefined)
    // The row itself is no neighbour of itself.
    gone(neighbour, undefined)
    gone(undefined, neighbour)
    gone(nonexist?.left, nonexist?.right)
    gone(nonexist?.right, nonexist?.left)
    // One neighbour alone proves the edge of the tree only.
    for (const side of ['left', 'right'] as const) {
      const alone = bent('noBalance', (proof) => {
        delete proof.nonexist?.[side]
      })
      refused(alone, balanceKey(absent))
    }
    // Leaves further apart leave room between them.
    const first = CommitmentProof.decode(proofOf('leftOfAll').store).nonexist?.right
    const last = CommitmentProof.decode(proofOf('rightOfAll').store).nonexist?.left
    gone(first, last)
    gone(first, nonexist?.right, balanceKey(absent))
  })
})
