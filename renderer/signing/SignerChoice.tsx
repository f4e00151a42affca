import type { ReactNode } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { Choice, Field } from '#renderer/ui/Field.tsx'

/** Which key signs; for one that lies outside also its public key, once the chain has asked for it. */
export function SignerChoice({
  keys,
  keyId,
  onChange,
  pubKey,
  onPubKey,
  error,
}: {
  keys: KeyState[]
  keyId: string
  onChange: (keyId: string) => void
  pubKey: string
  onPubKey: (text: string) => void
  error: ApiError | null
}): ReactNode {
  const t = useText()
  return (
    <>
      <Choice
        label={t('supplier.manage.signWith')}
        value={keyId}
        onChange={onChange}
        options={keys.map((key) => ({
          value: key.id,
          text: key.kind === 'watch' ? t('supplier.manage.outside', { name: key.name }) : key.name,
        }))}
      />
      {error?.code === 'public-key-needed' || pubKey !== '' ? (
        <Field
          label={t('supplier.manage.pubKey')}
          value={pubKey}
          onChange={onPubKey}
          mono
          maxLength={100}
          help={t('supplier.manage.pubKeyHelp')}
        />
      ) : null}
    </>
  )
}
