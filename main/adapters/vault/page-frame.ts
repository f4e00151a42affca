import type { SurfacePage } from '#main/core/ports/vault.ts'
import { markup, type Html } from './html.ts'

export interface PageParts {
  title: string
  /** Network strip; undefined on pages that belong to none. */
  network: { title: string; playMoney: boolean } | undefined
  main: Html
  /** The one form of the page. */
  foot: Html | undefined
  narrow?: boolean
}

/** The arch with an ember in it. */
const MARK = markup`<svg viewBox="0 0 24 24" fill="none" aria-hidden="true"><path d="M3.6 21V11.4a8.4 8.4 0 0 1 16.8 0V21" stroke="currentColor" stroke-width="2.1" stroke-linecap="round"/><path class="glow" d="M12 21.6c-2.9 0-4.7-1.8-4.7-4.3 0-2.9 2.6-4.1 3.5-7.3 2.6 1.3 5.9 3.9 5.9 7.4 0 2.4-1.8 4.2-4.7 4.2z"/></svg>`

/**
 * A whole page without script. Its only outside part is `/surface.css`, which the shell serves from resources/surface.
 * SECURITY: S7 no script, no inline style, no form that leads elsewhere: the page stands under `default-src 'none'; style-src 'self'; form-action 'self'`.
 */
export function page(parts: PageParts, status = 200): SurfacePage {
  const narrow = parts.narrow ? ' narrow' : ''
  const whole = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>${parts.title} · Hearth key vault</title><link rel="stylesheet" href="/surface.css"></head>
<body>${parts.network?.playMoney ? markup`<div class="strip" aria-hidden="true"></div>` : undefined}<div class="pg${narrow}">
<header>${MARK}<b>Hearth key vault</b>${parts.network ? markup`<span class="net">${parts.network.title}</span>` : undefined}</header>
<main>${parts.main}</main>
${parts.foot ? markup`<footer>${parts.foot}</footer>` : undefined}
</div></body></html>
`
  return { status, html: new TextEncoder().encode(whole.markup) }
}

/** A page that only says something. */
export function messagePage(title: string, sentences: string[], status: number, network?: PageParts['network']): SurfacePage {
  const main = markup`<h1 tabindex="-1" autofocus>${title}</h1>${sentences.map((sentence) => markup`<p class="lead">${sentence}</p>`)}`
  return page({ title, network, narrow: true, main, foot: undefined }, status)
}

/** What a link shows that is used up, too old or was never given. Told alike, so that it says nothing about which tokens exist. */
export function expiredPage(): SurfacePage {
  return messagePage(
    'This page is no longer open',
    ['It was closed, or its time is over. Nothing was signed or kept here.', 'Go back to Hearth and open it again.'],
    410,
  )
}

/** The number that lets a form count once. */
export function hidden(nonce: string): Html {
  return markup`<input type="hidden" name="nonce" value="${nonce}">`
}

/** One sentence about what went wrong, above the form; read out by screen readers. */
export function noticeHtml(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : markup`<p class="notice" role="alert">${text}</p>`
}
