import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { createLightClient, type LightSource } from '#main/adapters/cosmos/light/client.ts'
import {
  hashText,
  headerHash,
  timeMsOf,
  validatorsHash,
  voteBytes,
  type Commit,
  type Header,
  type Validator,
} from '#main/adapters/cosmos/light/header.ts'
import { sha256 } from '#main/adapters/cosmos/light/merkle.ts'
import { ProofInvalid } from '#main/adapters/cosmos/light/proof-invalid.ts'
import { verifyCommit, type SignedHeader } from '#main/adapters/cosmos/light/verify.ts'

/** A chain in memory whose validators come and go. */

const CHAIN = 'test-1'
const START_S = 1_800_000_000
const NOW_MS = (START_S + 10_000) * 1_000

interface Signer extends Validator {
  secret: Uint8Array
}
function signer(name: number, power: bigint): Signer {
  const secret = sha256(Uint8Array.of(name))
  const key = ed25519.getPublicKey(secret)
  return { secret, key, address: sha256(key).slice(0, 20), power }
}

type SetAt = (height: number) => Signer[]

function header(height: number, setAt: SetAt, change: Partial<Header> = {}): Header {
  const none = new Uint8Array()
  return {
    version: { block: 11n, app: 0n },
    chainId: CHAIN,
    height,
    time: { seconds: BigInt(START_S + height), nanos: 123 },
    lastBlockId: { hash: none, parts: { total: 0, hash: none } },
    lastCommitHash: none,
    dataHash: none,
    validatorsHash: validatorsHash(setAt(height)),
    nextValidatorsHash: validatorsHash(setAt(height + 1)),
    consensusHash: none,
    appHash: sha256(Uint8Array.of(height & 255)),
    lastResultsHash: none,
    evidenceHash: none,
    proposerAddress: none,
    ...change,
  }
}

/** @param silent names of signers by index that do not vote */
function sign(of: Header, signers: Signer[], silent: number[] = [], chainId = CHAIN): SignedHeader {
  const hash = headerHash(of)
  const commit: Commit = { height: of.height, round: 1, blockId: { hash, parts: { total: 1, hash } }, signatures: [] }
  commit.signatures = signers.map((each, index) => ({
    forBlock: !silent.includes(index),
    address: each.address,
    time: of.time,
    signature: silent.includes(index) ? new Uint8Array() : ed25519.sign(voteBytes(chainId, commit, of.time), each.secret),
  }))
  return { header: of, commit }
}

function sourceOf(setAt: SetAt, answer: (height: number) => SignedHeader = (height) => sign(header(height, setAt), setAt(height))) {
  const asked: number[] = []
  const source: LightSource = {
    signedHeader: (height) => {
      asked.push(height)
      return Promise.resolve(answer(height))
    },
    validators: (height) => Promise.resolve(setAt(height)),
  }
  return { source, asked }
}
const rootOf = (setAt: SetAt, height = 1) => ({ chainId: CHAIN, height, hash: hashText(headerHash(header(height, setAt))) })
const four = [signer(1, 10n), signer(2, 10n), signer(3, 10n), signer(4, 10n)]
const same: SetAt = () => four
const options = { trustingMs: undefined, now: () => NOW_MS }

describe('a commit', () => {
  const of = header(5, same)
  it('counts with more than two thirds of the power, and not with two thirds', () => {
    expect(hashText(verifyCommit(CHAIN, sign(of, four, [3]), four))).toBe(hashText(headerHash(of)))
    expect(() => verifyCommit(CHAIN, sign(of, four, [2, 3]), four)).toThrow('signed by too few')
    const three = four.slice(0, 3)
    const exact = header(5, () => three)
    expect(() => verifyCommit(CHAIN, sign(exact, three, [2]), three)).toThrow('signed by too few')
    expect(verifyCommit(CHAIN, sign(exact, three), three)).toHaveLength(32)
  })
  it('does not count with votes of others, twice, in another order, for another chain or block', () => {
    const strange = [...four.slice(0, 2), signer(8, 10n), signer(9, 10n)]
    expect(() => verifyCommit(CHAIN, sign(of, strange), four)).toThrow(ProofInvalid)
    expect(() => verifyCommit(CHAIN, sign(of, strange), strange)).toThrow('other validators')
    expect(() => verifyCommit(CHAIN, sign(of, [...four].reverse()), four)).toThrow(ProofInvalid)
    const twice = [four[0], four[0], four[0], four[0]] as Signer[]
    expect(() =>
      verifyCommit(
        CHAIN,
        sign(
          header(5, () => twice),
          twice,
        ),
        twice,
      ),
    ).toThrow('votes twice')
    expect(() => verifyCommit(CHAIN, sign(of, four, [], 'other-1'), four)).toThrow('wrong signature')
    expect(() => verifyCommit(CHAIN, { header: header(6, same), commit: sign(of, four).commit }, four)).toThrow('another header')
    expect(() => verifyCommit(CHAIN, sign(header(5, same, { chainId: 'other-1' }), four, [], 'other-1'), four)).toThrow('another chain')
    const late = sign(of, four)
    if (late.commit.signatures[0]) late.commit.signatures[0].time = { seconds: 1n, nanos: 0 }
    expect(() => verifyCommit(CHAIN, late, four)).toThrow('wrong signature')
  })
})

describe('the light client', () => {
  it('goes far in one step while the validators stay', async () => {
    const { source, asked } = sourceOf(same)
    const client = createLightClient(rootOf(same), source, options)
    expect((await client.header(5_000)).height).toBe(5_000)
    expect(asked).toEqual([1, 5_000])
    expect(client.newest()).toEqual({ height: 5_000, hash: hashText(headerHash(header(5_000, same))) })
    await client.header(5_000)
    expect(asked).toEqual([1, 5_000])
    expect((await client.header(5_001)).height).toBe(5_001)
  })

  it('goes over headers between where the validators have changed', async () => {
    // One in four is another every hundred blocks: after three hundred nobody of the old ones signs.
    const turning: SetAt = (height) =>
      [0, 1, 2, 3].map((place) => signer(10 + place + 4 * Math.floor((Math.floor(height / 100) + place) / 4), 10n))
    const { source, asked } = sourceOf(turning)
    const client = createLightClient(rootOf(turning), source, options)
    expect((await client.header(1_000)).height).toBe(1_000)
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.length).toBeLessThan(60)
  })

  it('follows a change of all validators at once by the announcement in the block before', async () => {
    const others = [signer(21, 5n), signer(22, 5n), signer(23, 5n)]
    const replaced: SetAt = (height) => (height < 40 ? four : others)
    const { source } = sourceOf(replaced)
    expect((await createLightClient(rootOf(replaced), source, options).header(80)).height).toBe(80)
  })

  it('refuses a chain that others sign', async () => {
    const others = [signer(31, 100n), signer(32, 100n), signer(33, 100n)]
    const forged: SetAt = (height) => (height === 1 ? four : others)
    const answer = (height: number): SignedHeader =>
      height === 1
        ? sign(header(1, same), four)
        : sign(
            header(height, () => others),
            others,
          )
    const { source } = sourceOf(forged, answer)
    await expect(createLightClient(rootOf(same), source, options).header(50)).rejects.toThrow(ProofInvalid)
    // A third of the trusted is not enough, however many new ones sign with them.
    const mixed = [...four.slice(0, 1), ...others]
    const few = sourceOf(
      (height) => (height <= 2 ? four : mixed),
      (height) =>
        height <= 2
          ? sign(header(height, same), four)
          : sign(
              header(height, () => mixed),
              mixed,
            ),
    )
    await expect(createLightClient(rootOf(same), few.source, options).header(9)).rejects.toThrow(ProofInvalid)
  })

  it('refuses another beginning, another height, the past of what is trusted, the future, and what is too old', async () => {
    const { source } = sourceOf(same)
    await expect(createLightClient({ ...rootOf(same), hash: 'AB'.repeat(32) }, source, options).header(5)).rejects.toThrow(
      'where trust begins',
    )
    await expect(createLightClient(rootOf(same, 10), source, options).header(5)).rejects.toThrow('older than what is trusted')
    const shifted = sourceOf(same, (height) => (height === 1 ? sign(header(1, same), four) : sign(header(height + 1, same), four)))
    await expect(createLightClient(rootOf(same), shifted.source, options).header(5)).rejects.toThrow('another height')
    await expect(
      createLightClient(rootOf(same), source, { trustingMs: undefined, now: () => START_S * 1_000 }).header(5_000),
    ).rejects.toThrow('from the future')
    const trustingMs = 60_000
    await expect(createLightClient(rootOf(same), source, { trustingMs, now: () => START_S * 1_000 + 70_000 }).header(50)).rejects.toThrow(
      'too old',
    )
    const early = sourceOf(same, (height) =>
      sign(header(height, same, height === 5 ? { time: { seconds: BigInt(START_S), nanos: 0 } } : {}), four),
    )
    await expect(createLightClient(rootOf(same), early.source, options).header(5)).rejects.toThrow('earlier time')
    expect(timeMsOf({ seconds: 1n, nanos: 999_999_999 })).toBe(1_999)
  })
})
