// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** The contrast table of the design language, recomputed from the token file: worst value over surface, canvas, sidebar and sunken. */
const css = readFileSync(new URL('../../renderer/app/styles/tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
)
const GROUNDS = ['surface', 'canvas', 'sidebar', 'sunken']

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function color(name: string, theme: 'light' | 'dark'): string {
  const found = tokens.get(name)?.[theme]
  if (!found) throw new Error(`no token ${name}`)
  return found
}
function contrast(name: string, on: string, theme: 'light' | 'dark'): number {
  const [light = 0, dark = 0] = [luminance(color(name, theme)), luminance(color(on, theme))].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

describe.each(['light', 'dark'] as const)('contrast in %s', (theme) => {
  it.each(['text', 'text-2', 'text-3', 'ember-text', 'ok', 'warn', 'bad', 'info', 'idle'])('%s is readable on every ground', (name) => {
    for (const ground of GROUNDS) expect(contrast(name, ground, theme), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })
  it.each(['ok', 'warn', 'bad', 'info', 'idle', 'ember'])('%s is readable on its own wash', (tone) => {
    expect(contrast(tone === 'ember' ? 'ember-text' : tone, `${tone}-soft`, theme)).toBeGreaterThanOrEqual(4.5)
  })
  it('the primary button and the edges of fields hold', () => {
    expect(contrast('on-ember', 'ember', theme)).toBeGreaterThanOrEqual(4.5)
    expect(contrast('on-ember', 'ember-hover', theme)).toBeGreaterThanOrEqual(4.5)
    for (const ground of ['surface', 'canvas']) expect(contrast('control', ground, theme)).toBeGreaterThanOrEqual(3)
  })
})
