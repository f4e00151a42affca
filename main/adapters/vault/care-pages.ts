import type { PublicKeyInfo, SurfacePage } from '#main/core/ports/vault.ts'
import { addressHtml, markup, ownName, type Html } from './html.ts'
import type { KeyNetwork } from './key-networks.ts'
import { roleNotes } from './new-key-pages.ts'
import { hidden, noticeHtml, page } from './page-frame.ts'

/** What every page about one key of the vault shows. */
export interface KeyHead {
  key: PublicKeyInfo
  network: Pick<KeyNetwork, 'title' | 'playMoney'>
}

export type ExportForm = 'words' | 'hex' | 'armor'

const roleWord = (key: PublicKeyInfo): string => (key.role === 'morse' ? 'Morse' : key.role)
const keyLine = (key: PublicKeyInfo): Html => markup`<p class="s">“${ownName(key.name)}”, ${addressHtml(key.address)}</p>`

/** Asks the password and the form before anything is shown. Enter in the password field leaves the page. */
export function exportAskPage({ key, network }: KeyHead, nonce: string, notice: string | undefined): SurfacePage {
  const choice = (value: ExportForm, title: string, text: string, checked: boolean): Html =>
    markup`<li><label><input type="radio" name="form" value="${value}"${checked ? markup` checked` : undefined}> <b>${title}</b> <span class="t3">${text}</span></label></li>`
  const armor =
    key.kind === 'morse'
      ? undefined
      : choice('armor', 'Closed with a passphrase', 'Text that pocketd keys import and Cosmos wallets open.', !key.hasWords)
  return page({
    title: 'Show a key',
    network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Show the secret of your ${roleWord(key)} key?</h1>
<p class="lead">Whoever sees it ${roleNotes[key.role].has} Show it when nobody looks over your shoulder and no screen is shared.</p>
${keyLine(key)}
${noticeHtml(notice)}
<form id="show" method="post" autocomplete="off">${hidden(nonce)}<button class="first" name="action" value="cancel" tabindex="-1" aria-hidden="true">Leave</button><ul class="choice">${key.hasWords ? choice('words', 'Words', 'To write on paper. Every Cosmos wallet takes them.', true) : undefined}${armor ?? undefined}${choice('hex', 'Private key', '64 hex digits, closed by nothing.', !key.hasWords && armor === undefined)}</ul>
${armor === undefined ? undefined : markup`<div class="fields"><label>Passphrase for the closed text<input name="passphrase" type="password" autocomplete="off" maxlength="200"></label><label>The same again<input name="again" type="password" autocomplete="off" maxlength="200"></label></div>`}</form>`,
    foot: markup`<div class="bar"><button class="btn" form="show" name="action" value="cancel">Show nothing</button><span class="s t3">or press Enter</span><span class="grow"></span>${passwordOf('show')}<button class="btn pri" form="show" name="action" value="show">Show it</button></div>`,
  })
}

/** A password field that belongs to a form elsewhere on the page. */
function passwordOf(form: string): Html {
  return markup`<label class="s" for="password">Vault password</label><input id="password" name="password" form="${form}" type="password" autocomplete="off" maxlength="1024">`
}

/** The secret itself. @param shown words, or one text */
export function exportShownPage({ key, network }: KeyHead, shown: string[] | string, nonce: string): SurfacePage {
  const secret = Array.isArray(shown)
    ? markup`<ol class="words">${shown.map((word, index) => markup`<li><i>${index + 1}</i><b>${word}</b></li>`)}</ol>`
    : markup`<pre class="secret">${shown}</pre>`
  const where =
    Array.isArray(shown) && key.hdPath !== undefined ? markup`<p class="s">Account of these words: ${key.hdPath}</p>` : undefined
  return page({
    title: 'The secret of a key',
    network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>The secret of your ${roleWord(key)} key “${ownName(key.name)}”</h1>
<p class="lead">Nothing of it was written anywhere. It is gone from this page when you close it, or after ten minutes.</p>
${secret}<p class="printed">The secret is left out of print.</p>${where}
<p class="s">Address: ${addressHtml(key.address)}</p>`,
    foot: markup`<form method="post" autocomplete="off">${hidden(nonce)}<span class="grow"></span><button class="btn pri" name="action" value="done">Done, close it</button></form>`,
  })
}

/** Words asked back, or for a key without words the copy itself. Enter checks. */
export function provePage(
  { key, network }: KeyHead,
  positions: number[] | undefined,
  nonce: string,
  notice: string | undefined,
): SurfacePage {
  const closed = markup`autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false"`
  const fields = positions?.map(
    (position, index) => markup`<label>Word ${position + 1}<input name="word${index}" type="text" ${closed} maxlength="16"></label>`,
  )
  const form = fields
    ? markup`<form id="ask" method="post" autocomplete="off" class="ask">${hidden(nonce)}<button class="first" name="action" value="check" tabindex="-1" aria-hidden="true">Check</button>${fields}</form>`
    : markup`<form id="ask" method="post" autocomplete="off" class="bring">${hidden(nonce)}<label for="secret">Your copy: the words, the private key, or the exported text</label><textarea id="secret" name="secret" rows="4" ${closed} maxlength="6000"></textarea>
<div class="fields"><label>Account of the words<input name="account" inputmode="numeric" placeholder="0" ${closed} maxlength="10"></label><label>Index of the words<input name="index" inputmode="numeric" placeholder="0" ${closed} maxlength="10"></label></div>
<div class="row"><label for="passphrase">Passphrase of an exported key</label><input id="passphrase" name="passphrase" type="password" autocomplete="off" maxlength="1024"></div></form>`
  return page({
    title: 'Proof of the copy',
    network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>${fields ? 'Three of the words, from your paper' : 'Your copy of this key'}</h1>
<p class="lead">This shows that your copy is still there and right. The address is worked out anew and compared; the key itself does not change.</p>
${keyLine(key)}
${noticeHtml(notice)}
${form}`,
    foot: markup`<div class="bar"><button class="btn" form="ask" name="action" value="cancel">Not now</button><span class="grow"></span><button class="btn pri" form="ask" name="action" value="check">Check</button></div>`,
  })
}

/** Taking a key out of the vault for good. Enter leaves the page. */
export function deletePage(
  { key, network }: KeyHead,
  needs: { address: boolean; inUse: boolean; drilled: string | undefined },
  nonce: string,
  notice: string | undefined,
): SurfacePage {
  const watched = key.kind === 'watch'
  const proof = needs.drilled
    ? markup`<p>A backup that holds it was restored and compared on ${needs.drilled}.</p>`
    : markup`<p>No backup with this key was proven to restore. Without your own copy the key is gone for ever.</p>`
  return page({
    title: watched ? 'Stop watching' : 'Delete a key',
    network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>${watched ? 'Stop watching this address?' : `Delete your ${roleWord(key)} key from this vault?`}</h1>
<p class="lead">${watched ? 'Nothing on the chain changes, and it can be added again.' : 'Nothing on the chain changes. What changes is who can reach it.'}</p>
${keyLine(key)}
${noticeHtml(notice)}
${watched ? undefined : markup`<div class="three"><div><h2>If you have no copy</h2><p>${roleNotes[key.role].lost}</p></div><div><h2>Proof of a backup</h2>${proof}</div><div><h2>${needs.inUse ? 'It is in use' : 'Other machines'}</h2><p>${needs.inUse ? 'The chain’s record of your supplier names this address. Without the key here, it can no longer be served or stopped from this machine.' : 'Copies elsewhere are not touched.'}</p></div></div>`}
<form id="del" method="post" autocomplete="off" class="bring">${hidden(nonce)}<button class="first" name="action" value="cancel" tabindex="-1" aria-hidden="true">Leave</button>${needs.address ? markup`<label for="address">Type the whole address of the key to be deleted</label><input id="address" name="address" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="100">` : undefined}</form>`,
    foot: markup`<div class="bar"><button class="btn" form="del" name="action" value="cancel">Keep it</button><span class="s t3">or press Enter</span><span class="grow"></span>${passwordOf('del')}<button class="btn pri" form="del" name="action" value="delete">${watched ? 'Stop watching' : 'Delete this key'}</button></div>`,
  })
}
