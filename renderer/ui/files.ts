import { fromBase64 } from '#shared/lib/base64.ts'

/** Hands bytes to the browser as a file; in the app's own window the system asks where it goes. */
export function saveFile(name: string, bytes: Uint8Array, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken it over once the click is through.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}

/** The same for what came as base64. */
export const saveBase64 = (name: string, base64: string): void => saveFile(name, fromBase64(base64) ?? new Uint8Array())
