import { utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import { operator, startMiner } from './miner-bench.ts'
import { CHAIN_ID, makeWorld, minerFiles, type Files, type TestWorld } from './world.ts'

describe('a start that fails ends with the real miner’s words and exit code 1', () => {
  const ended = (change: (files: Files) => void, command?: string[], node?: (world: TestWorld) => void) => {
    const world = makeWorld({ peopled: false })
    const files = minerFiles(operator)
    change(files)
    node?.(world)
    const { handle, miner } = startMiner(world, files, command)
    expect(miner.serving).toBe(false)
    return { code: handle.exitCode, last: handle.lines.at(-1) }
  }
  const rewrite = (from: string | RegExp, to: string) => (files: Files) => {
    const text = new TextDecoder().decode(files.get(MINER_PATHS.config))
    expect(text).toMatch(from)
    files.set(MINER_PATHS.config, utf8ToBytes(text.replace(from, to)))
  }

  it.each<[string, (files: Files) => void, RegExp]>([
    ['no file', (files) => void files.delete(MINER_PATHS.config), /^open \/home\/pocket\/relayminer.yaml: no such file or directory$/],
    ['an empty file', (files) => void files.set(MINER_PATHS.config, new Uint8Array()), /^empty RelayMiner config$/],
    [
      'broken YAML',
      rewrite('default_signing_key_names:', 'default_signing_key_names: ['),
      /^yaml: line \d+: .*: config reader cannot unmarshal yaml content \[/,
    ],
    [
      'an indent that is off',
      rewrite('  query_node_rpc_url', ' query_node_rpc_url'),
      /^yaml: line \d+: .*: config reader cannot unmarshal yaml content \[/,
    ],
    [
      'a misspelt list of suppliers',
      rewrite('suppliers:', 'supplierz:'),
      /^no suppliers provided: invalid supplier in RelayMiner config \[/,
    ],
    ['no store', rewrite(/smt_store_path: .*/, ''), /^smt store path is: '': invalid smt store path in RelayMiner config \[/],
    ['no backend', rewrite(/backend_url: .*/, ''), /^missing scheme in supplier backend url : invalid supplier in RelayMiner config \[/],
    [
      'a backend of another scheme',
      rewrite(/backend_url: .*/, 'backend_url: ftp://backend'),
      /^invalid supplier type ftp: invalid supplier in RelayMiner config \[/,
    ],
    [
      'no key in the keeper’s volume',
      (files) => void files.delete('/keys/keyring-test/operator.info'),
      /^name "operator": mkdir \/keys\/keyring-test: read-only file system: signing key does not exist \[/,
    ],
    [
      'a key file of garbage',
      (files) => void files.set('/keys/keyring-test/operator.info', utf8ToBytes('{')),
      /signing key does not exist \[/,
    ],
  ])('%s', (_name, change, last) => {
    const { code, last: line } = ended(change)
    expect(code).toBe(1)
    expect(line).toMatch(last)
  })

  it('no --config', () => {
    expect(ended(() => undefined, ['relayminer', 'start', '--chain-id', CHAIN_ID])).toEqual({
      code: 1,
      last: 'required flag(s) "config" not set',
    })
  })
  it('a node that does not answer', () => {
    expect(
      ended(
        () => undefined,
        undefined,
        (world) => world.node.setRunning(false),
      ),
    ).toMatchObject({ code: 1, last: expect.stringContaining('connection refused') })
  })
})
