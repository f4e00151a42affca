import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './process.ts'
import { prepareMachine } from './prepare.ts'
import type { Check, Figures } from './report.ts'
import { makeAuthority, readAuthority, type Authority } from './tls-front.ts'

/** Which folder holds the authority that this program was started to trust. */
const FOLDER = 'HEARTH_TEST_AUTHORITY'

/** Endpoints over TLS need an authority that the program trusts from its start on, so a part that has some is a program of its own. @param addresses other than loopback that get a certificate */
export async function runUnderAuthority(file: string, check: Check, limitMs: number, addresses: readonly string[] = []): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-ca-'))
  try {
    const { caFile } = await makeAuthority(folder, addresses)
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile, [FOLDER]: folder }
    const { stdout, stderr } = await run(process.execPath, [file], { env, timeoutMs: limitMs })
    const lines = stdout.trim().split('\n')
    for (const line of lines) {
      const [, verdict, what = '', seen = ''] = /^(ok|not ok) +(.*?)(?:: (\{.*|\[.*|".*|\d.*|null|true|false))?$/.exec(line) ?? []
      if (verdict !== undefined) check(what, verdict === 'ok', seen)
    }
    const last = lines.at(-1) ?? ''
    if (!last.startsWith('{')) throw new Error(`${file} broke off: ${stdout.slice(-300)} ${stderr.slice(-500)}`)
    return (JSON.parse(last) as { figures: Figures }).figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The main program of such a part: started by hand it makes an authority and starts itself; started so, it plays. */
export async function playUnderAuthority(
  bench: string,
  outer: (check: Check) => Promise<Figures>,
  play: (check: Check, authority: Authority) => Promise<Figures>,
): Promise<void> {
  const folder = process.env[FOLDER]
  await prepareMachine({ log: folder === undefined ? console.log : () => undefined })
  let failed = 0
  const check: Check = (what, good, seen) => {
    if (!good) failed += 1
    console.log(
      `${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${typeof seen === 'string' && folder === undefined ? seen : JSON.stringify(seen)}`}`,
    )
  }
  const figures = folder === undefined ? await outer(check) : await play(check, readAuthority(folder))
  console.log(JSON.stringify({ bench, figures, failed }))
  process.exitCode = failed === 0 ? 0 : 1
}
