import { vi } from 'vitest'

/** What the page hands to the browser as files from now on: a data address would be refused in the app's own window, so only blobs count. */
export function watchSaves(): () => Promise<{ name: string; text: string }[]> {
  const saved: { name: string; href: string; blob: Blob }[] = []
  let last = new Blob()
  Object.assign(URL, { createObjectURL: (blob: Blob) => ((last = blob), 'blob:x'), revokeObjectURL: () => undefined })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    saved.push({ name: this.download, href: this.href, blob: last })
  })
  return () =>
    Promise.all(saved.filter(({ href }) => href === 'blob:x').map(async ({ name, blob }) => ({ name, text: await textOf(blob) })))
}

const textOf = (blob: Blob): Promise<string> =>
  new Promise((resolve) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''))
    reader.readAsText(blob)
  })
