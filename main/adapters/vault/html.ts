/** HTML of the confirm surface: text in, escaped text out. There is no way to put markup in but `Html` made here. */
export interface Html {
  readonly markup: string
}

type Part = string | number | Html | undefined | false | readonly Html[]

/** Tagged template: every value that is not Html is escaped. Not called `html`, so that no formatter moves white space about in it. */
export function markup(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0] ?? ''
  for (const [index, part] of parts.entries()) text += render(part) + (strings[index + 1] ?? '')
  return { markup: text }
}

function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  if ('markup' in part) return part.markup
  return part.map((one) => one.markup).join('')
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

/**
 * Text that somebody else chose, as it can be trusted on a page: every character that is not printable ASCII is written out as its code.
 * So nothing can turn the direction of reading, look like another letter, or hide. Two different texts never look the same.
 */
export function plainText(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (letter) => `⟨U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
}

/** A name that the owner of this vault chose: letters of any script stay, characters that cannot be seen are written out. */
export function ownName(text: string): string {
  return text.replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu,
    (letter) => `⟨U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

/** An address in groups of four, the first two and the last one strong: those are what people compare. */
export function addressHtml(address: string): Html {
  const shown = plainText(address)
  const first = inFours(shown.slice(0, 8))
  const middle = inFours(shown.slice(8, -4))
  return markup`<span class="ad"><b>${first}</b> ${middle} <b>${shown.slice(8).slice(-4)}</b></span>`
}

function inFours(text: string): string {
  return (text.match(/.{1,4}/gu) ?? []).join(' ')
}
