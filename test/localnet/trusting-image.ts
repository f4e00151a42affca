import { readFileSync } from 'node:fs'
import { docker, mustDocker } from './engine.ts'

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/** An image of this machine that trusts one more authority: what runs in it believes hosts that only the test has certificates for. `remove` takes it away again. */
export async function trustingImage(
  socket: string,
  image: string,
  caFile: string,
): Promise<{ reference: string; remove: () => Promise<void> }> {
  const name = `hearth-test-trusting-${String(process.pid)}`
  const reference = `hearth-test/trusting:${String(process.pid)}`
  const remove = async (): Promise<void> => {
    await docker(socket, ['image', 'rm', '--force', reference])
  }
  try {
    await mustDocker(socket, [
      'run',
      '--detach',
      '--label',
      'hearth-test=1',
      '--name',
      name,
      '--user',
      '0:0',
      '--entrypoint',
      '/bin/sleep',
      image,
      '600',
    ])
    await mustDocker(socket, ['exec', '-i', name, '/bin/sh', '-c', `cat >> ${CERTIFICATES}`], {
      input: `\n${readFileSync(caFile, 'utf8')}`,
    })
    // Of the container that stands in, only the file is wanted.
    const shown = await mustDocker(socket, ['image', 'inspect', '--format', '{{json .Config}}', image])
    const { User, Entrypoint } = JSON.parse(shown) as { User: string; Entrypoint: string[] }
    const changes = [`USER ${User}`, `ENTRYPOINT ${JSON.stringify(Entrypoint)}`, 'CMD []'].flatMap((change) => ['--change', change])
    await mustDocker(socket, ['commit', ...changes, name, reference])
    return { reference, remove }
  } catch (error) {
    await remove()
    throw error
  } finally {
    await docker(socket, ['rm', '--force', name])
  }
}
