import { useState, type FormEvent } from 'react'
import { useCall, useNow, type Call } from '#renderer/bridge/hooks.ts'

export interface UnlockForm {
  password: string
  setPassword: (text: string) => void
  submit: (event: FormEvent) => void
  unlock: Call<'vault.unlock'>
  /** Seconds until the next try is taken; 0 = now. */
  waitSeconds: number
}

/** The password and its tries, shared by the dialog and the page. The password is gone from memory here as soon as it was sent. */
export function useUnlockForm(onOpen: () => void): UnlockForm {
  const unlock = useCall('vault.unlock')
  const [password, setPassword] = useState('')
  const [openAtMs, setOpenAtMs] = useState(0)
  const [seen, setSeen] = useState(unlock.error)
  const now = useNow()
  if (unlock.error !== seen) {
    setSeen(unlock.error)
    if (unlock.error?.code === 'too-many-tries') setOpenAtMs(now + Number(unlock.error.detail?.['seconds'] ?? '0') * 1000)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (password === '') return
    const typed = password
    setPassword('')
    void unlock.run({ password: typed }).then((value) => {
      if (value !== undefined) onOpen()
    })
  }
  return { password, setPassword, submit, unlock, waitSeconds: Math.max(0, Math.ceil((openAtMs - now) / 1000)) }
}
