import { expect, test } from 'vitest'
import { stageElectron } from './stage.ts'

const on = stageElectron()

test('S11: the browser is shown https pages of exactly the listed hosts', async () => {
  const page = await on.stage.start()
  const open = (url: string): void => void page.webContents.openHandler?.({ url })
  for (const url of [
    'http://docs.pokt.network/',
    'https://evil.example/',
    'https://docs.pokt.network.evil.example/',
    'https://evil-docs.pokt.network/',
    'https://evil.docs.pokt.network/',
    'https://evildocs.pokt.network/',
    'https://docs.pokt.network@evil.example/',
    'https://a:b@docs.pokt.network/',
    'https://docs.pokt.network:8443/',
    'https://evil.example/?docs.pokt.network',
    'https://evil.example/#docs.pokt.network',
    'https:docs',
    '',
    'file:///etc/passwd',
    'smb://docs.pokt.network/',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'vbscript:x',
    'mailto:a@docs.pokt.network',
  ])
    open(url)
  expect(on.stage.electron.opened).toEqual([])
  open('https://docs.pokt.network/x?y#z')
  expect(on.stage.electron.opened).toEqual(['https://docs.pokt.network/x?y#z'])
})
