import { useEffect, useState, type ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { saveFile } from '#renderer/ui/files.ts'
import { stamp, textOf, type LogLines } from './log-lines.ts'

const SAID_MS = 1_800

/** Copies the lines that are shown; their text is made when it is asked for, not at every new line. */
export function LogCopy({ lines }: { lines: LogLines }): ReactNode {
  const t = useText()
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (outcome !== 'copied') return undefined
    const timer = setTimeout(() => setOutcome(null), SAID_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = (): void => {
    // Browsers have none where the page came without TLS from another PC.
    const { clipboard } = navigator as Partial<Navigator>
    const written = clipboard ? clipboard.writeText(textOf(lines)) : Promise.reject(new Error('no clipboard'))
    written.then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  }
  const what = t('nodes.detail.log')
  return (
    <>
      <Button kind="ghost" size="sm" icon={outcome === 'copied' ? 'check' : 'copy'} label={t('ui.copy', { what })} onPress={copy} />
      <span role="status" className={outcome === 'failed' ? 'text-small text-bad' : 'sr-only'}>
        {outcome === 'copied' ? t('ui.copied', { what }) : outcome === 'failed' ? t('nodes.log.copyFailed') : ''}
      </span>
    </>
  )
}

/** Saves the lines that are shown as a file, the browser's way. In the app's own window the system asks where it goes (hardening S10). */
export function LogSave({ lines, nodeId }: { lines: LogLines; nodeId: string }): ReactNode {
  const t = useText()
  const save = (): void => {
    const name = `hearth-${nodeId}-${stamp(lines.at(-1)?.timeMs ?? 0).replace(/[^\d]/g, '')}.log`
    saveFile(name, new TextEncoder().encode(textOf(lines)), 'text/plain;charset=utf-8')
  }
  return (
    <Button kind="ghost" size="sm" icon="arrow-down-to-line" label={t('nodes.log.save')} isDisabled={lines.length === 0} onPress={save} />
  )
}
