import type { SurfacePage } from '#main/core/ports/vault.ts'
import type { SheetRow, TxSheet } from './describe-tx.ts'
import { addressHtml, markup, plainText, type Html } from './html.ts'
import { noticeHtml, page, type PageParts } from './page-frame.ts'

export interface SignPageParts {
  sheet: TxSheet
  network: NonNullable<PageParts['network']>
  /** The decoded message, spelt out. */
  rawJson: string
  bytesHex: string
  sha256Hex: string
}

/** The sheet: what happens, to whom, for how long, what it can cost; then refuse or sign. */
export function signPage(parts: SignPageParts, nonce: string, notice: string | undefined): SurfacePage {
  const { sheet } = parts
  return page({
    title: 'Confirm',
    network: parts.network,
    main: markup`<h1 tabindex="-1" autofocus>${sheet.title}</h1>
<p class="lead">One message, read back from the exact bytes to be signed. This page is made by the key vault; the app that asked for it cannot change a word here.</p>
${noticeHtml(notice)}
<div class="two"><div><dl class="sheet">${sheet.rows.map(rowHtml)}</dl>
<details><summary>The raw message, its bytes and their hash</summary><dl class="raw">${sheet.technical.map(pairHtml)}${pairHtml({ term: 'SHA-256 of the bytes', text: parts.sha256Hex })}</dl><pre>${plainLines(parts.rawJson)}</pre><pre>${parts.bytesHex}</pre></details></div>
<aside><section><h2>This wallet, POKT</h2><dl class="kv">${sheet.reading.map(pairHtml)}</dl><p class="s t3">Hearth’s own reading of the chain, not part of what is signed.</p></section>
${dangersHtml(sheet)}<section><h2>Then</h2><p class="s">Hearth sends it and waits until it is in a block. Closing this page signs nothing.</p></section></aside></div>`,
    // SECURITY: S18 "Do not sign" is the first submit button, so Enter in the password field never signs.
    foot: markup`<form method="post" autocomplete="off"><input type="hidden" name="nonce" value="${nonce}"><button class="btn" name="action" value="refuse">Do not sign</button><span class="s t3">or press Enter</span><span class="grow"></span><label class="s" for="password">Vault password</label><input id="password" name="password" type="password" autocomplete="off" maxlength="1024"><button class="btn pri" name="action" value="sign">${sheet.act}</button></form>`,
  })
}

/** SECURITY: S8 kept apart from the rows, which are made from the bytes alone. */
function dangersHtml(sheet: TxSheet): Html {
  if (sheet.dangers.length === 0) return markup``
  return markup`<section><h2>Hearth’s own words</h2><ul class="dangers">${sheet.dangers.map((one) => markup`<li class="${one.level}">${one.text}</li>`)}</ul><p class="s t3">Read from the chain just now, not part of what is signed.</p></section>`
}

function rowHtml(one: SheetRow): Html {
  const notes = one.notes.map((note) => markup`<span class="e">${note}</span>`)
  const address = one.address === undefined ? undefined : addressHtml(one.address)
  const words = markup`<b>${one.strong}</b>${address}${notes}`
  if (one.value === undefined) return markup`<div><dt>${one.term}</dt><dd class="wide">${words}</dd></div>`
  return markup`<div><dt>${one.term}</dt><dd>${words}</dd><dd class="v">${one.value}</dd></div>`
}

function pairHtml(one: { term: string; text: string }): Html {
  return markup`<div><dt>${one.term}</dt><dd>${one.text}</dd></div>`
}

function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n')
}

/** After signing. */
export function signedPage(sheet: TxSheet, network: SignPageParts['network']): SurfacePage {
  return page({
    title: 'Signed',
    network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Signed</h1><p class="lead">${sheet.title.replace(/\?$/, '.')} Hearth sends it now.</p><p class="lead">You can close this page; that does not take it back. How it goes is shown in Hearth.</p>`,
    foot: undefined,
  })
}
