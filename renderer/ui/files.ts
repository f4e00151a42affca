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

/** The same for a text of JSON. */
export const saveText = (name: string, text: string): void => saveFile(name, new TextEncoder().encode(text), 'application/json')

/** The text of a file that a person chose. @returns undefined when it cannot be read any more: moved, or on a disk that is gone */
export async function readText(file: File): Promise<string | undefined> {
  try {
    return await file.text()
  } catch {
    return undefined
  }
}

/** The same for what came as base64. @returns false when it is none: then nothing is saved */
export function saveBase64(name: string, base64: string): boolean {
  const bytes = fromBase64(base64)
  if (bytes) saveFile(name, bytes)
  return bytes !== undefined
}
