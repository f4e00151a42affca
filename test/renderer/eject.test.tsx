import { act } from 'react'
import { describe, expect, it } from 'vitest'
import type { ApiResult } from '#shared/api/errors.ts'
import { ejectPreview } from './eject-scene.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { asked, pageStage, usualLink } from './page-stage.tsx'
import { serving } from './scene.ts'

const stage = pageStage()

async function show(answer: ApiResult<unknown>): Promise<FakeLink> {
  globalThis.location.hash = '/settings'
  const link = usualLink(serving(Date.now()))
  link.answers['eject.preview'] = () => answer
  return stage.open(link)
}
const showEject = (change: Parameters<typeof ejectPreview>[0] = {}): Promise<FakeLink> => show({ ok: true, value: ejectPreview(change) })
const text = (): string => document.body.textContent ?? ''
const button = (name: RegExp, within: ParentNode = document): HTMLButtonElement => {
  const found = [...within.querySelectorAll('button')].find((each) => name.test(each.getAttribute('aria-label') ?? each.textContent ?? ''))
  if (!found) throw new Error(`no button ${name}`)
  return found
}
async function type(input: HTMLElement, value: string): Promise<void> {
  const prototype = input instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype
  await act(async () => {
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
    await settle()
  })
}
async function press(target: HTMLElement): Promise<void> {
  await act(async () => {
    target.click()
    await settle()
  })
}

describe('going on without Hearth', () => {
  const card = (): HTMLElement => {
    const found = [...document.querySelectorAll('section')].find((each) => each.textContent?.startsWith('Go on without Hearth'))
    if (!found) throw new Error('no card')
    return found
  }
  it('says what would be written where before anything is', async () => {
    const link = await showEject()
    const words = card().textContent ?? ''
    for (const part of [
      '/data/eject',
      'compose.yaml',
      'relayminer.yaml',
      'gate.json',
      'Backend gate',
      'eth.example.org',
      'readable by your user account alone',
    ])
      expect(words).toContain(part)
    expect(asked(link, 'eject.write')).toEqual([])
    expect([...card().querySelectorAll('details')].map((each) => each.querySelector('summary .mono')?.textContent)).toEqual([
      'compose.yaml',
      'relayminer.yaml',
      'ingress.json',
      'README.md',
    ])
  })

  it('writes the files and says where they are and what is to be filled in', async () => {
    const link = await showEject()
    link.answers['eject.write'] = () => ({
      ok: true,
      value: { path: '/data/eject/without-hearth', files: ['compose.yaml', 'README.md'], withMiner: false, toFillIn: 2 },
    })
    await press(button(/^Write the files$/))
    expect(asked(link, 'eject.write')).toEqual([{ name: 'without-hearth', withSecrets: false }])
    expect(text()).toContain('Written to /data/eject/without-hearth')
    expect(text()).toContain('The relay miner is not in it')
    expect(text()).toContain('Fill in 2 credentials in gate.json')
  })

  it('writes credentials at the user’s word alone, and asks where there are some', async () => {
    const link = await showEject()
    link.answers['eject.write'] = () => ({ ok: true, value: { path: '/x', files: [], withMiner: true, toFillIn: 0 } })
    expect(card().textContent).toContain('gets 2 places to fill in')
    await press(card().querySelector('input[type=checkbox]') as HTMLElement)
    expect(card().textContent).toContain('in the clear in gate.json')
    await press(button(/^Write the files$/))
    expect(asked(link, 'eject.write')).toEqual([{ name: 'without-hearth', withSecrets: true }])
    await stage.close()
    await showEject({ secrets: [] })
    expect(card().querySelector('input[type=checkbox]')).toBeNull()
  })

  it('offers a name that is free, and tells under the field that one is not', async () => {
    const link = await showEject({ taken: ['without-hearth', 'without-hearth-2'] })
    const field = card().querySelector('input.mono') as HTMLInputElement
    expect(field.value).toBe('without-hearth-3')
    await type(field, 'without-hearth')
    expect(document.querySelector('.field-error')?.textContent).toContain('without-hearth already')
    expect(button(/^Write the files$/).disabled).toBe(true)
    link.answers['eject.write'] = (): ApiResult<unknown> => ({
      ok: false,
      error: { code: 'eject-folder', detail: { problem: 'name' }, ref: '' },
    })
    await type(field, '../x')
    await press(button(/^Write the files$/))
    expect(document.querySelector('.field-error')?.textContent).toContain('cannot be the name of a folder')
  })

  it('says why there is nothing to write', async () => {
    await show({ ok: false, error: { code: 'eject-folder', detail: { problem: 'nothing-here', chain: 'Mainnet' }, ref: '' } })
    expect(card().textContent).toContain('There is nothing here to write for Mainnet yet.')
    expect(() => button(/^Write the files$/)).toThrow('no button')
  })

  it('hands over at the moment that the clock offers, and takes back', async () => {
    const written = { path: '/data/eject/out', atMs: 1, isStale: false }
    const link = await showEject({ written })
    link.answers['eject.handOver'] = () => ({ ok: true, value: {} })
    await press(button(/^Hand over…$/))
    expect(text()).toContain('Two relay miners with one key cost stake.')
    await press(button(/^Hand over (?:now|then)$/))
    expect(asked(link, 'eject.handOver')).toHaveLength(1)
    await stage.close()

    const away = await showEject({ written, handOver: { stage: 'out', path: '/data/eject/out', askedAtMs: 1, outAtMs: 2 } })
    expect(card().textContent).toContain('Hearth starts these containers no more')
    expect(() => button(/^Write the files$/)).toThrow('no button')
    away.answers['eject.takeBack'] = (): ApiResult<unknown> => ({
      ok: false,
      error: { code: 'eject-still-runs', detail: { containers: 'x-miner', path: '/data/eject/out' }, ref: '' },
    })
    await press(button(/^Take back$/))
    expect(asked(away, 'eject.takeBack')).toEqual([{}])
    expect(card().textContent).toContain('It still runs outside of Hearth: x-miner.')
  })

  it('hands nothing over to files that are older than what runs', async () => {
    await showEject({ written: { path: '/data/eject/out', atMs: 1, isStale: true } })
    expect(card().textContent).toContain('What runs is another than when these files were written.')
    expect(button(/^Hand over…$/).disabled).toBe(true)
  })
})
