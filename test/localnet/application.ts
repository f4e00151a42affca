import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { tmpdir } from 'node:os'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createNet } from '#main/adapters/system/net.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { sendRelay } from '#main/core/relays/send-relay.ts'
import type { TestChain } from './chain.ts'

const TIMEOUT_MS = 8_000
const STAKE_UPOKT = 50_000_000_000n

/** An application that sends its own relays, as nobody on a network of others does for Hearth. */
export interface Gateway {
  /** Sends so many relays, one after the other, in the session of now. Throws on the first that is not answered and signed. */
  send(count: number): Promise<void>
}

/** Makes a key, and stakes an application with it when the operator is known. @returns how */
export function createGateway(
  chain: Pick<TestChain, 'exec' | 'fund' | 'send' | 'rpcUrl' | 'restUrl'>,
  serviceId: string,
): (operator: string, url: () => string) => Promise<Gateway> {
  return async (operator, url) => {
    const secret = secp256k1.utils.randomSecretKey()
    const pubKey = secp256k1.getPublicKey(secret, true)
    const imported = await chain.exec(
      ['pocketd', 'keys', 'import-hex', 'application', '--keyring-backend', 'test'],
      `${bytesToHex(secret)}\n`,
    )
    if (imported.code !== 0) throw new Error(`the application's key: ${imported.stderr}`)
    const shown = await chain.exec(['pocketd', 'keys', 'show', 'application', '--address', '--keyring-backend', 'test'])
    const address = shown.stdout.trim()
    await chain.fund([address], 2n * STAKE_UPOKT)
    await chain.exec(['sh', '-c', 'cat > /tmp/application.yaml'], `stake_amount: ${STAKE_UPOKT}upokt\nservice_ids: ["${serviceId}"]\n`)
    const sent = await chain.send('application', ['application', 'stake-application', '--config', '/tmp/application.yaml'])
    if (sent.code !== 0) throw new Error(`stake of the application: ${sent.log}`)
    const reads = connectChain({ rpcUrl: chain.rpcUrl, restUrl: chain.restUrl })
    const net = createNet(tmpdir())
    return {
      async send(count) {
        const account = await reads.account(operator)
        if (account?.pubKeyHex === undefined) throw new Error('the operator has signed nothing yet')
        const session = { ...(await reads.session(address, serviceId)), applicationAddress: address, serviceId }
        const target = {
          url: url(),
          rpcType: 'JSON_RPC' as const,
          session,
          operatorAddress: operator,
          operatorPubKey: hexToBytes(account.pubKeyHex),
        }
        for (let relay = 0; relay < count; relay += 1) {
          const outcome = await sendRelay(
            {
              net,
              clock: systemClock,
              sign: (message) => Promise.resolve(signRing(message, secret, [pubKey, pubKey])),
              timeoutMs: TIMEOUT_MS,
            },
            target,
            { method: 'POST', path: '', body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' },
          )
          if (!outcome.ok) throw new Error(`relay ${relay + 1}: ${outcome.failure} ${outcome.detail}`)
        }
      },
    }
  }
}
