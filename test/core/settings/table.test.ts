import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { en } from '#renderer/text/en.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { sourceFiles } from './source-files.ts'
import { engineEndpoint, webhookUrl } from '#shared/settings/forms.ts'
import { RETIRED_SETTINGS, SETTING_KEYS, SETTING_SECTIONS, SETTINGS, settingValue } from '#shared/settings/table.ts'

describe('the table of settings', () => {
  it.each(SETTING_KEYS)('%s: its standard value is one that it takes, and its control can say it', (key) => {
    const { standard, control } = SETTINGS[key]
    expect(settingValue(key, standard)).toBe(standard)
    if (control.kind === 'number') {
      expect([settingValue(key, control.least), settingValue(key, control.most)]).toEqual([control.least, control.most])
      expect([settingValue(key, control.least - 1), settingValue(key, control.most + 1)]).toEqual([undefined, undefined])
    }
    if (control.kind === 'choice') for (const option of control.options) expect(settingValue(key, option)).toBe(option)
  })

  it.each(SETTING_KEYS)('%s has its words: title, help, why and risk, and every option', (key) => {
    const words: Record<string, string> = en.settings.rows[key]
    for (const part of ['title', 'help', 'why', 'risk']) expect(words[part]?.length, part).toBeGreaterThan(3)
    const { control } = SETTINGS[key]
    const options = (en.settings.option as Record<string, Record<string, string>>)[key] ?? {}
    expect(Object.keys(options).sort()).toEqual(control.kind === 'choice' ? [...control.options].sort() : [])
  })

  it('has words for no setting that is not there, and a title for each section that is used', () => {
    expect(Object.keys(en.settings.rows).sort()).toEqual([...SETTING_KEYS].sort())
    for (const section of SETTING_SECTIONS) {
      expect(en.settings.section[section]).toBeTruthy()
      expect(
        SETTING_KEYS.some((key) => SETTINGS[key].section === section),
        section,
      ).toBe(true)
    }
  })

  it.each(SETTING_KEYS)('%s is read by code somewhere: no setting without an effect', (key) => {
    const readers = sourceFiles(['main', 'renderer'])
      .filter((path) => !path.includes('/text/'))
      .filter((path) => new RegExp(`(get|settingIn|readSetting|setting)\\([^)]*'${key}'`).test(readFileSync(path, 'utf8')))
    expect(readers).not.toEqual([])
  })

  it('keeps every key that was ever shipped, or says what became of it', () => {
    const shipped = JSON.parse(readFileSync(`${projectRoot}/test/fixtures/settings-keys.json`, 'utf8')) as string[]
    const known = new Set([...SETTING_KEYS, ...Object.keys(RETIRED_SETTINGS)] as string[])
    expect(shipped.filter((key) => !known.has(key))).toEqual([])
    expect(
      SETTING_KEYS.filter((key) => !shipped.includes(key)),
      'new keys go into the list',
    ).toEqual([])
    for (const [old, successor] of Object.entries(RETIRED_SETTINGS)) {
      expect(SETTING_KEYS as string[]).not.toContain(old)
      if (successor !== null) expect(SETTING_KEYS).toContain(successor)
    }
  })
})

describe('addresses in settings', () => {
  it.each(['https://ntfy.sh/topic', 'https://discord.com/api/webhooks/1/abc', '', '  https://x.example/a?b=c  '])(
    'alerts may go to %j',
    (text) => {
      expect(webhookUrl.safeParse(text).data).toBe(text.trim())
    },
  )
  it.each([
    'http://ntfy.sh/topic',
    'ftp://x',
    'https://',
    'https://a:b@x.example',
    'javascript:alert(1)',
    'https://x/\u0000',
    `https://x/${'a'.repeat(600)}`,
  ])('alerts do not go to %j', (text) => {
    expect(webhookUrl.safeParse(text).success).toBe(false)
  })
  it.each(['unix:///var/run/docker.sock', 'npipe:////./pipe/docker_engine', 'http://127.0.0.1:2375', 'http://localhost:2375', ''])(
    '%j may be the engine',
    (text) => {
      expect(engineEndpoint.safeParse(text).success).toBe(true)
    },
  )
  it.each([
    'tcp://1.2.3.4:2375',
    'http://example.org:2375',
    'https://127.0.0.1',
    'unix://relative',
    'file:///etc/passwd',
    'http://127.0.0.1.evil.example:1',
  ])('%j may not', (text) => {
    expect(engineEndpoint.safeParse(text).success).toBe(false)
  })
})
