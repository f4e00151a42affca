import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { tmpdir } from 'node:os'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createNet } from '#main/adapters/system/net.ts'
import type { Net } from '#main/core/ports/net.ts'
import { decodeRelayResponse, encodeRelayResponse, type SessionHeader } from '#main/core/relays/relay-messages.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { sendRelay } from '#main/core/relays/send-relay.ts'
import type { Reads } from './predictions-reads.ts'
import { SERVICE, type PersonName, type Scene } from './predictions-scene.ts'

/** How many relays will be in each claim, by `operator application`. */
export type MinedRelays = Map<string, number>

const BODY = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'
const TIMEOUT_MS = 5_000

/** The hash that decides whether a relay is mined: of request and answer as the miner keeps them, without what the backend said (onchain facts 5.3). */
function relayHash(request: Uint8Array, answer: Uint8Array): bigint {
  const kept = encodeRelayResponse({ ...decodeRelayResponse(answer), payload: new Uint8Array(0) })
  const relay = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(request).tag(2, WireType.LengthDelimited).bytes(kept).finish()
  return bytesToNumberBE(sha256(relay))
}

/** Sends the relays of a session. @param targetHash what a relay's hash has to be below to count @returns how many will be claimed, of each pair */
export function relaySender(
  { people, relayUrl }: Scene,
  reads: Reads,
  targetHash: bigint,
): (start: number, load: readonly (readonly [PersonName, PersonName, number])[]) => Promise<MinedRelays> {
  const net = createNet(tmpdir())
  const sendOne = async (application: PersonName, operator: PersonName, session: SessionHeader): Promise<boolean> => {
    const from = people[application]
    const to = people[operator]
    let hash: bigint | undefined
    const watched: Net = {
      ...net,
      post: async (url, body, ...rest) => {
        const answered = await net.post(url, body, ...rest)
        if (answered.status === 200) hash = relayHash(body, answered.body)
        return answered
      },
    }
    const outcome = await sendRelay(
      {
        net: watched,
        clock: systemClock,
        sign: (message) => Promise.resolve(signRing(message, from.secret, [from.pubKey, from.pubKey])),
        timeoutMs: TIMEOUT_MS,
      },
      { url: relayUrl, rpcType: 'JSON_RPC', session, operatorAddress: to.address, operatorPubKey: to.pubKey },
      { method: 'POST', path: '', body: BODY },
    )
    if (!outcome.ok) throw new Error(`relay of ${application} to ${operator}: ${outcome.failure} ${outcome.detail}`)
    return hash !== undefined && hash < targetHash
  }
  return async (start, load) => {
    const mined: MinedRelays = new Map()
    await Promise.all(
      load.map(async ([application, operator, count]) => {
        const { id, end } = await reads.sessionHeader(people[application].address, SERVICE, start)
        const session = {
          applicationAddress: people[application].address,
          serviceId: SERVICE,
          sessionId: id,
          startHeight: start,
          endHeight: end,
        }
        let counted = 0
        for (let sent = 0; sent < count; sent += 1) if (await sendOne(application, operator, session)) counted += 1
        mined.set(`${people[operator].address} ${people[application].address}`, counted)
      }),
    )
    return mined
  }
}
