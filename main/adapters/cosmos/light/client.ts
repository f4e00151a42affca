import { hashText, headerHash, type Header, type Validator } from './header.ts'
import { ProofInvalid } from './proof-invalid.ts'
import { verifiedCommit, vouches, type CheckedPower, type SignedHeader, type TrustedHeader } from './verify.ts'

/** Follows a chain by its validators' signatures alone, from one header that is trusted. */

/** Who brings headers and validators. Nothing it says is believed. */
export interface LightSource {
  signedHeader(height: number): Promise<SignedHeader>
  validators(height: number): Promise<Validator[]>
}

/** Where trust begins: a block that is known by its hash. */
export interface TrustRoot {
  chainId: string
  height: number
  /** Upper-case hex. */
  hash: string
}

export interface LightClient {
  /**
   * A header that is proven to be the chain's.
   * @throws ProofInvalid when it is not @throws whatever the source rejects with
   */
  header(height: number): Promise<Header>
  /** Of a header that `header` gave: its hash and the power whose signatures were checked. */
  checked(height: number): { hash: string; power: CheckedPower } | undefined
  /** The highest proven block so far; undefined before the first. */
  newest(): { height: number; hash: string } | undefined
}

/** Proven headers kept, newest ones. */
const KEPT = 64

/**
 * @param root where trust begins @param source asked for everything else
 * @param options `trustingMs`: how long a proven header vouches for later ones (well under the chain's unbonding time); undefined = for ever, for a chain of one's own
 */
export function createLightClient(
  root: TrustRoot,
  source: LightSource,
  options: { trustingMs: number | undefined; now: () => number },
): LightClient {
  /** By height, in rising order. */
  let proven: TrustedHeader[] = []

  const begin = async (): Promise<TrustedHeader> => {
    const { header } = await source.signedHeader(root.height)
    const hash = headerHash(header)
    if (header.chainId !== root.chainId || header.height !== root.height || hashText(hash) !== root.hash) {
      throw new ProofInvalid('not the block where trust begins')
    }
    return { header, hash }
  }

  const keep = (trusted: TrustedHeader): void => {
    proven = [...proven.filter((each) => each.header.height !== trusted.header.height), trusted]
      .sort((a, b) => a.header.height - b.header.height)
      .slice(-KEPT)
  }

  /** Steps from `from` to `height`; where too few of the trusted signed the far one, over one halfway. */
  const step = async (from: TrustedHeader, height: number): Promise<TrustedHeader> => {
    const [signed, validators, trustedNext] = await Promise.all([
      source.signedHeader(height),
      source.validators(height),
      source.validators(from.header.height + 1),
    ])
    if (signed.header.height !== height) throw new ProofInvalid('another height than was asked')
    const { hash, power } = verifiedCommit(root.chainId, signed, validators)
    if (vouches(from, trustedNext, signed, { nowMs: options.now(), trustingMs: options.trustingMs })) {
      const trusted = { header: signed.header, hash, power }
      keep(trusted)
      return trusted
    }
    const middle = Math.floor((from.header.height + height) / 2)
    return step(await step(from, middle), height)
  }

  return {
    async header(height) {
      const known = proven.find((each) => each.header.height === height)
      if (known) return known.header
      const below = proven.filter((each) => each.header.height < height).at(-1)
      if (below) return (await step(below, height)).header
      if (height < root.height) throw new ProofInvalid('older than what is trusted')
      const first = await begin()
      if (proven.length === 0) keep(first)
      if (height === root.height) return first.header
      return (await step(first, height)).header
    },
    checked(height) {
      const known = proven.find((each) => each.header.height === height)
      return known?.power && { hash: hashText(known.hash), power: known.power }
    },
    newest() {
      const last = proven.at(-1)
      return last && { height: last.header.height, hash: hashText(last.hash) }
    },
  }
}
