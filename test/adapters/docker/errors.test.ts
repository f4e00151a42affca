import { describe, expect, test } from 'vitest'
import { engineError } from '#main/adapters/docker/errors.ts'
import { HearthError } from '#shared/api/errors.ts'

/** An answer of the engine as the client library throws it. */
const answer = (message: string, statusCode = 500): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), { statusCode, json: { message } })
const socketError = (code: string): Error => Object.assign(new Error(`connect ${code} /var/run/docker.sock`), { code })

describe('engineError', () => {
  test.each([
    [
      'Docker 20.10, another container',
      'driver failed programming external connectivity on endpoint hearth-a-pocket (3f6c0d): Bind for 127.0.0.1:26657 failed: port is already allocated',
    ],
    [
      'Docker 20.10, a program',
      'driver failed programming external connectivity on endpoint hearth-a-pocket (3f6c0d): Error starting userland proxy: listen tcp4 127.0.0.1:26657: bind: address already in use',
    ],
    [
      'Docker 28, a program',
      'failed to set up container networking: driver failed programming external connectivity on endpoint a (b): failed to bind host port for 127.0.0.1:26657:172.18.0.2:80/tcp: address already in use',
    ],
    ['Docker 28, short', 'failed to bind host port 127.0.0.1:26657/tcp: address already in use'],
    [
      'Docker Desktop, macOS',
      'Ports are not available: exposing port TCP 127.0.0.1:26657 -> 0.0.0.0:0: listen tcp 127.0.0.1:26657: bind: address already in use',
    ],
    [
      'Docker Desktop, Windows',
      'Ports are not available: exposing port TCP 127.0.0.1:26657 -> 127.0.0.1:0: listen tcp 127.0.0.1:26657: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.',
    ],
    [
      'Windows, reserved range',
      'Ports are not available: listen tcp 127.0.0.1:26657: bind: An attempt was made to access a socket in a way forbidden by its access permissions.',
    ],
    ['Podman', 'rootlessport listen tcp 127.0.0.1:26657: bind: address already in use'],
    ['all addresses', 'Bind for 0.0.0.0:26657 failed: port is already allocated'],
    ['IPv6', 'listen tcp6 [::]:26657: bind: address already in use'],
  ])('a taken port by its number: %s', (_who, message) => {
    expect(engineError(answer(message))).toMatchObject({ code: 'port-taken', detail: { port: '26657' } })
  })

  test('a taken name, or an address in another complaint, is no taken port', () => {
    const name =
      'Conflict. The container name "/hearth-a" is already in use by container "b6f0". You have to remove (or rename) that container.'
    expect(engineError(answer(name, 409))).toMatchObject({ code: 'engine-failed', detail: { reason: name } })
    expect(engineError(answer('Get "http://127.0.0.1:5055/v2/": dial tcp 127.0.0.1:5055: connect: connection refused')).code).toBe(
      'engine-failed',
    )
  })

  test.each([
    ['write /var/lib/docker/tmp/x: no space left on device', 'disk-full'],
    ['No such image: ghcr.io/x/y:1', 'image-unavailable'],
    ['ghcr.io/x/y:1: image not known', 'image-unavailable'],
    ['something else', 'engine-failed'],
  ])('%s is %s, with the words of the engine', (message, code) => {
    expect(engineError(answer(message))).toMatchObject({ code, detail: { reason: message } })
  })

  test.each([
    ['ENOENT', 'engine-not-started'],
    ['ECONNREFUSED', 'engine-not-started'],
    ['ECONNRESET', 'engine-not-started'],
    ['EPIPE', 'engine-not-started'],
    ['EACCES', 'engine-no-permission'],
    ['EPERM', 'engine-no-permission'],
    ['EMFILE', 'engine-failed'],
  ])('a socket that fails with %s is %s', (code, expected) => {
    expect(engineError(socketError(code)).code).toBe(expected)
  })

  test("keeps Hearth's own errors, the cause, and shortens a long text", () => {
    const own = new HearthError('cancelled')
    expect(engineError(own)).toBe(own)
    const cause = answer('x'.repeat(5_000))
    const error = engineError(cause)
    expect(error.cause).toBe(cause)
    expect(error.detail['reason']).toHaveLength(500)
    expect(engineError('thrown text').detail['reason']).toBe('thrown text')
    expect(engineError(undefined).code).toBe('engine-failed')
  })
})
