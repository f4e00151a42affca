import { useCallback, useState } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import { toBase64 } from '#shared/lib/base64.ts'
import { useCall } from './hooks.ts'

/** Larger ones go by their path on the machine: a request of the page is bounded. */
const MOST_BYTES = 170_000

const TOO_LARGE: ApiError = { code: 'too-large', ref: '' }
const UNREADABLE: ApiError = { code: 'backup-damaged', detail: { problem: 'unreadable' }, ref: '' }

export interface BackupFile {
  /** Takes a file of the browser's machine to Hearth's. @returns its path there, or undefined when it could not be (then `error` says why) */
  bring: (file: File) => Promise<string | undefined>
  busy: boolean
  error: ApiError | null
}

/** A sealed backup that lies where the browser is, which need not be where Hearth is. */
export function useBackupFile(): BackupFile {
  const call = useCall('vault.bringBackup')
  const [problem, setProblem] = useState<ApiError | null>(null)
  const { run } = call
  const bring = useCallback(
    async (file: File) => {
      const isTooLarge = file.size > MOST_BYTES
      setProblem(isTooLarge ? TOO_LARGE : null)
      if (isTooLarge) return undefined
      let bytes: Uint8Array
      try {
        bytes = new Uint8Array(await file.arrayBuffer())
      } catch {
        // Moved, or on a disk that is gone, since it was chosen.
        setProblem(UNREADABLE)
        return undefined
      }
      const base64 = toBase64(bytes)
      // An empty file is no backup, and no request either.
      return (await run({ base64: base64 === '' ? 'AA==' : base64 }))?.path
    },
    [run],
  )
  return { bring, busy: call.busy, error: problem ?? call.error }
}

/** The end of the address of a page of the confirm surface. */
export const ticketOf = (surfaceUrl: string): string => surfaceUrl.split('/').at(-1) ?? ''
