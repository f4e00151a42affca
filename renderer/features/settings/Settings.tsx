import { useEffect, useRef, useState, type ReactNode } from 'react'
import { SETTINGS, SETTING_KEYS, SETTING_SECTIONS, type SettingKey, type SettingSection } from '#shared/settings/table.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { Eject } from './Eject.tsx'
import { FootBar } from './FootBar.tsx'
import { matches, searchText } from './setting-words.ts'
import { SettingRow } from './SettingRow.tsx'
import { SettingsFile } from './SettingsFile.tsx'
import { Strange } from './Strange.tsx'
import { useDraft, type Draft } from './use-draft.ts'

/** Every setting, by section, found by its words; and the pages that have more. */
export function Settings(): ReactNode {
  const t = useText()
  const draft = useDraft()
  const [query, setQuery] = useState('')
  const wanted = query.trim()
  // What only a window can do is not offered in a browser, where it would have no effect.
  const inBrowser = useAppState((state) => state.app.shell === 'web')
  const offered = SETTING_KEYS.filter((key) => !inBrowser || SETTINGS[key].section !== 'desktop')
  const found = offered.filter((key) => wanted === '' || matches(searchText(t, key), wanted))
  const others = offered.filter((key) => draft.current(key) !== SETTINGS[key].standard).length
  return (
    <div className="grid gap-3.5">
      <p className="text-text-2">{t('settings.lead')}</p>
      <Find query={query} onChange={setQuery}>
        {wanted === '' ? (others === 0 ? '' : t('settings.changedCount', { count: others })) : t('settings.found', { count: found.length })}
      </Find>
      {wanted === '' ? <Pages /> : null}
      <Strange />
      {wanted === '' ? (
        <Jump sections={SETTING_SECTIONS.filter((section) => found.some((key) => SETTINGS[key].section === section))} />
      ) : null}
      {found.length === 0 ? <p className="text-text-2">{t('settings.none', { query: wanted })}</p> : null}
      {SETTING_SECTIONS.map((section) => (
        <Section key={section} section={section} keys={found.filter((key) => SETTINGS[key].section === section)} draft={draft} />
      ))}
      {wanted === '' ? (
        <>
          <SettingsFile />
          <Eject />
        </>
      ) : null}
      <FootBar draft={draft} />
    </div>
  )
}

/** The way to a section of a long page. */
function Jump({ sections }: { sections: readonly SettingSection[] }): ReactNode {
  const t = useText()
  const go = (section: SettingSection): void => {
    const card = document.querySelector<HTMLElement>(`[data-section="${section}"]`)
    card?.scrollIntoView({ block: 'start' })
    // The next Tab goes on from there.
    card?.focus({ preventScroll: true })
  }
  return (
    <nav aria-label={t('settings.jump')} className="flex flex-wrap gap-1.5">
      {sections.map((section) => (
        <Button key={section} size="sm" onPress={() => go(section)}>
          {t(`settings.section.${section}`)}
        </Button>
      ))}
    </nav>
  )
}

/** `/` leads here from anywhere on the page. */
function Find({ query, onChange, children }: { query: string; onChange: (query: string) => void; children: ReactNode }): ReactNode {
  const t = useText()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      if (event.key !== '/' || isTyping || document.querySelector('[role="dialog"]') !== null) return
      event.preventDefault()
      input.current?.focus()
    }
    globalThis.addEventListener('keydown', onKey)
    return () => globalThis.removeEventListener('keydown', onKey)
  }, [])
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5" role="search">
      <div className="field-box w-[340px] max-w-full">
        <Icon name="search" size={14} />
        <input
          ref={input}
          type="text"
          value={query}
          aria-label={t('settings.find')}
          placeholder={t('settings.find')}
          autoComplete="off"
          spellCheck={false}
          maxLength={60}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => (event.key === 'Escape' ? onChange('') : undefined)}
        />
      </div>
      <span role="status" className="text-small text-text-3">
        {children}
      </span>
    </div>
  )
}

function Section({ section, keys, draft }: { section: SettingSection; keys: SettingKey[]; draft: Draft }): ReactNode {
  const t = useText()
  if (keys.length === 0) return null
  const title = t(`settings.section.${section}`)
  const others = keys.filter((key) => String(draft.shown(key)) !== String(SETTINGS[key].standard))
  const reset = (): void => {
    for (const key of others) draft.change(key, SETTINGS[key].standard)
  }
  return (
    <Card
      title={title}
      {...(others.length > 0
        ? {
            aside: (
              <Button kind="ghost" size="sm" icon="undo" label={t('settings.resetSectionLabel', { section: title })} onPress={reset}>
                {t('settings.resetSection')}
              </Button>
            ),
          }
        : {})}
    >
      <div className="lines mt-1 scroll-mt-14 outline-none" data-section={section} tabIndex={-1}>
        {keys.map((key) => (
          <SettingRow key={key} settingKey={key} draft={draft} />
        ))}
        {keys.includes('alertWebhookUrl') && draft.current('alertWebhookUrl') !== '' ? <TestAlert /> : null}
      </div>
    </Card>
  )
}

/** Whether alerts get through is known before they are needed. */
function TestAlert(): ReactNode {
  const t = useText()
  const test = useCall('alerts.test')
  const [isSent, setSent] = useState(false)
  const send = (): void => {
    setSent(false)
    void test.run({}).then((done) => setSent(done !== undefined))
  }
  return (
    <div className="!grid gap-2 !py-3.5">
      <div className="flex items-center gap-3">
        <Button icon="send" size="sm" isBusy={test.busy} onPress={send}>
          {t('settings.test')}
        </Button>
        <span role="status" className="text-small text-text-2">
          {isSent ? t('settings.testDone') : ''}
        </span>
      </div>
      <ErrorNote error={test.error} />
    </div>
  )
}

/** Pages of their own, made where the thing is. Sessions are those of browsers: in a window of its own there are none. */
function Pages(): ReactNode {
  const t = useText()
  const isWeb = useAppState((state) => state.app.shell === 'web')
  const pages: { path: string; icon: IconName; name: 'keys' | 'records' | 'updates' | 'sessions' }[] = [
    { path: '/settings/keys', icon: 'key-round', name: 'keys' },
    { path: '/settings/records', icon: 'archive', name: 'records' },
    { path: '/settings/updates', icon: 'arrow-down-to-line', name: 'updates' },
    ...(isWeb ? [{ path: '/settings/sessions', icon: 'monitor' as const, name: 'sessions' as const }] : []),
  ]
  return (
    <nav aria-label={t('settings.pages.label')} className="grid grid-cols-[repeat(auto-fit,minmax(200px,1fr))] gap-3.5">
      {pages.map((page) => (
        <a key={page.path} href={`#${page.path}`} className="card flex items-center gap-3 px-4 py-3 hover:bg-hover">
          <Icon name={page.icon} />
          <span className="min-w-0 flex-1">
            <span className="block font-semibold">{t(`settings.pages.${page.name}`)}</span>
            <span className="block text-small text-text-2">{t(`settings.pages.${page.name}Text`)}</span>
          </span>
          <Icon name="chevron-right" size={14} />
        </a>
      ))}
    </nav>
  )
}
