import type { SurfacePage } from '#main/core/ports/vault.ts'
import { addressHtml, markup, ownName, plainText, type Html } from './html.ts'
import { roleNotes, useNotes, type NewKeyHead } from './new-key-pages.ts'
import { hidden, noticeHtml, page } from './page-frame.ts'

/** What stands in the fields again after a mistake. */
export interface ImportFields {
  secret: string
  folder: string
  account: string
  index: string
  expected: string
}

/** Attributes of every field that takes a secret. */
const closed = markup`autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false"`

/** Words, a private key, an exported file or a folder. What was typed stays on the page when it is refused, but for the passphrase. */
export function importPage(head: NewKeyHead, typed: ImportFields, nonce: string, notice: string | undefined): SurfacePage {
  // A text area drops the first line break after its tag; without that one, a typed one would be lost.
  return page({
    title: 'Bring a key',
    network: head.network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Bring your ${head.role} key</h1>
<p class="lead">It becomes “${ownName(head.name)}” and is kept sealed under your vault password. What you type here is seen by the key vault alone.</p>
${noticeHtml(notice)}
<form id="bring" method="post" autocomplete="off" class="bring">${hidden(nonce)}<label for="secret">12 to 24 words, a private key of 64 hex digits, or the text of an exported key or Morse key file</label><textarea id="secret" name="secret" rows="4" ${closed} maxlength="6000">
${typed.secret}</textarea>
<div class="row"><label for="passphrase">Passphrase of an exported key</label><input id="passphrase" name="passphrase" type="password" autocomplete="off" maxlength="1024"><span class="s t3">only for exported keys, key files and keyrings</span></div>
<div class="row"><label for="wordsPassphrase">Passphrase of the words</label><input id="wordsPassphrase" name="wordsPassphrase" type="password" autocomplete="off" maxlength="1024"><span class="s t3">only if you chose one with the words (BIP39). Then the key is kept without its words: keep both yourself</span></div>
<details${typed.folder === '' && typed.account === '' && typed.index === '' && typed.expected === '' ? undefined : markup` open`}><summary>Another account, a keyring folder, an address to expect</summary>
<div class="fields"><label>Account of the words<input name="account" inputmode="numeric" placeholder="0" value="${typed.account}" ${closed} maxlength="10"></label><label>Index of the words<input name="index" inputmode="numeric" placeholder="0" value="${typed.index}" ${closed} maxlength="10"></label></div>
<label for="folder">Folder of a pocketd keyring on this machine</label><input id="folder" name="folder" value="${typed.folder}" placeholder="/home/you/.pocket/keyring-file" ${closed} maxlength="1000">
<p class="s t3">Backends “file” and “test”. For “os”, run <code>pocketd keys export</code> and bring what it prints.</p>
<label for="expected">The address it ought to have, if you know it</label><input id="expected" name="expected" value="${typed.expected}" placeholder="${head.network.prefix}1…" ${closed} maxlength="100"></details></form>
<div class="three"><div><h2>Who has it</h2><p>${roleNotes[head.role].has}</p></div><div><h2>Which account</h2><p>Words give account 0, index 0 (m/44'/118'/0'/0/0), as every Cosmos wallet does, unless you say otherwise.</p></div><div><h2>${useNotes[head.role].title}</h2><p>${useNotes[head.role].text}</p></div></div>`,
    foot: markup`<div class="bar"><button class="btn" form="bring" name="action" value="cancel">Bring no key</button><span class="s t3">nothing is kept</span><span class="grow"></span><button class="btn pri" form="bring" name="action" value="import">Keep this key</button></div>`,
  })
}

/** A folder with several keys: which one. */
export function choosePage(
  head: NewKeyHead,
  keys: { name: string; address: string }[],
  nonce: string,
  notice: string | undefined,
): SurfacePage {
  const one = (key: { name: string; address: string }, index: number): Html =>
    markup`<li><label><input type="radio" name="choice" value="${index}"> <b>${plainText(key.name)}</b> ${addressHtml(key.address)}</label></li>`
  return page({
    title: 'Choose a key',
    network: head.network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Which of these ${keys.length} keys?</h1>
<p class="lead">One is kept as your ${head.role} key, “${ownName(head.name)}”. Bring the others one by one.</p>
${noticeHtml(notice)}
<form id="choose" method="post" autocomplete="off">${hidden(nonce)}<button class="first" name="action" value="back" tabindex="-1" aria-hidden="true">Back</button><ul class="choice">${keys.map(one)}</ul></form>`,
    foot: markup`<div class="bar"><button class="btn" form="choose" name="action" value="cancel">Bring no key</button><button class="btn" form="choose" name="action" value="back">Back</button><span class="grow"></span><button class="btn pri" form="choose" name="action" value="choose">Keep this key</button></div>`,
  })
}
