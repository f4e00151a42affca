import { useCallback, useState } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import { toBase64 } from '#shared/lib/base64.ts'
import { useCall } from './hooks.ts'

/** Larger ones go by their path on the machine: a request of the page is bounded. */
const MOST_BYTES = 170_000

export interface BackupFile {
  /** Takes a file of the browser's machine to Hearth's. @returns its path there, or undefined when it could not be (then `error` says why) */
  bring: (file: File) => Promise<string | undefined>
  busy: boolean
  error: ApiError | null
}

/** A sealed backup that lies where the browser is, which need not be where Hearth is. */
export function useBackupFile(): BackupFile {
  const call = useCall('vault.bringBackup')
  const [tooLarge, setTooLarge] = useState(false)
  const { run } = call
  const bring = useCallback(
    async (file: File) => {
      const isTooLarge = file.size > MOST_BYTES
      setTooLarge(isTooLarge)
      if (isTooLarge) return undefined
      const base64 = toBase64(new Uint8Array(await file.arrayBuffer()))
      // An empty file is no backup, and no request either.
      return (await run({ base64: base64 === '' ? 'AA==' : base64 }))?.path
    },
    [run],
  )
  return { bring, busy: call.busy, error: tooLarge ? { code: 'too-large', ref: '' } : call.error }
}

/** The end of the address of a page of the confirm surface. */
export const ticketOf = (surfaceUrl: string): string => surfaceUrl.split('/').at(-1) ?? ''
