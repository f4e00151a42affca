import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useText } from '#renderer/text/text.ts'
import { Button } from './Button.tsx'

/** A sheet over the page. Focus goes in, stays, and returns to where it was; Escape closes. */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  width = 460,
}: {
  isOpen: boolean
  onClose: () => void
  title: string
  children: ReactNode
  width?: number
}): ReactNode {
  const t = useText()
  return (
    <ModalOverlay className="veil" isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} isDismissable>
      <Modal style={{ width, maxWidth: '100%' }}>
        <AriaDialog className="sheet">
          <div className="flex items-start gap-3 px-5 pt-4">
            <Heading slot="title" className="flex-1 text-[16px] leading-[22px] font-semibold tracking-tight">
              {title}
            </Heading>
            <Button kind="ghost" size="sm" icon="x" label={t('ui.close')} onPress={onClose} />
          </div>
          <div className="px-5 pt-2 pb-5">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
