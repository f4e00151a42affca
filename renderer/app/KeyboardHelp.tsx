import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Dialog } from '#renderer/ui/Dialog.tsx'

/** The keys, shown by `?`. */
export function KeyboardHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactNode {
  const t = useText()
  const rows: [string[], string][] = [
    [['Ctrl 1', '…', 'Ctrl 4'], t('frame.help.pages')],
    [['Ctrl L'], t('frame.help.lock')],
    [['F6'], t('frame.help.region')],
    [['Esc'], t('frame.help.escape')],
    [['?'], t('frame.help.help')],
  ]
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('frame.help.title')} width={420}>
      <dl className="grid gap-2">
        {rows.map(([keys, what]) => (
          <div key={what} className="flex items-center justify-between gap-4">
            <dt className="text-text-2">{what}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd key={key} className="kbd">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
