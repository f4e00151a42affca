import type { ReactNode } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { FigureProof, FigureSource } from '#shared/model/figure.ts'
import { shortHash, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Icon } from './icons.tsx'

const SOURCES = {
  proven: { icon: 'shield-check', word: 'ui.proven', help: 'ui.provenHelp' },
  chain: { icon: 'link', word: 'ui.onChain', help: 'ui.onChainHelp' },
  counted: { icon: 'gauge', word: 'ui.countedHere', help: 'ui.countedHereHelp' },
} as const

/** Where a figure comes from: proven against a signed block, read from a host, or counted by the relay miner. Opens to how it was proven. */
export function Source({ kind, proof }: { kind: FigureSource; proof?: FigureProof | undefined }): ReactNode {
  const t = useText()
  const { icon, word, help } = SOURCES[kind]
  return (
    <DialogTrigger>
      <Button className={`srcb ${kind === 'counted' ? 'counted' : ''}`} aria-label={t('ui.provenWhich', { word: t(word) })}>
        <Icon name={icon} size={12} />
        {t(word)}
      </Button>
      <Popover className="z-30 max-w-[360px] rounded-card border border-line-2 bg-raised p-3.5 text-small text-text shadow-2" offset={6}>
        <Dialog className="outline-none" aria-label={t(help)}>
          <p className="font-medium">{t(help)}</p>
          {kind === 'proven' ? (
            proof ? (
              <>
                <p className="mt-1.5 text-text-2">
                  {t('ui.provenHow', {
                    height: whole(proof.height),
                    headerHeight: whole(proof.headerHeight),
                    signers: whole(proof.signers),
                    validators: whole(proof.validators),
                    percent: percentOf(proof),
                    host: proof.host,
                  })}
                </p>
                <p className="mt-1.5 text-text-3">
                  {t('ui.provenHash')} <span className="mono">{shortHash(proof.headerHash)}</span>
                </p>
              </>
            ) : null
          ) : (
            <p className="mt-1.5 text-text-2">{t(kind === 'chain' ? 'ui.onChainMore' : 'ui.countedHereMore')}</p>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

/** Cut to a tenth: never more than was checked. */
function percentOf({ signedPower, totalPower }: FigureProof): string {
  const total = BigInt(totalPower)
  const tenths = total === 0n ? 0n : (BigInt(signedPower) * 1_000n) / total
  return `${tenths / 10n}${tenths % 10n === 0n ? '' : `.${tenths % 10n}`}`
}
