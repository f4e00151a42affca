import type { PublicKeyInfo, SurfacePage } from '#main/core/ports/vault.ts'
import { addressHtml, markup, ownName, plainText, type Html } from './html.ts'
import { hidden, noticeHtml, page } from './page-frame.ts'

/** Pages about backups: of all keys at once, so they carry no network's strip. */

const twice = (name: string, again: string, label: string): ReturnType<typeof markup> =>
  markup`<div class="fields"><label>${label}<input name="${name}" type="password" autocomplete="off" maxlength="1024"></label><label>The same again<input name="${again}" type="password" autocomplete="off" maxlength="1024"></label></div>`

/** Writing a backup: under the vault password, or a passphrase of its own. */
export function backupPage(keys: number, folder: string, nonce: string, notice: string | undefined): SurfacePage {
  return page({
    title: 'Back up the keys',
    network: undefined,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Write a backup of ${keys === 1 ? 'the key' : `all ${keys} keys`}</h1>
<p class="lead">One sealed file with every key, name and address in it. Without its password it says nothing but the day it was made.</p>
${noticeHtml(notice)}
<p class="s">It goes to ${plainText(folder)}</p>
<form id="backup" method="post" autocomplete="off" class="bring">${hidden(nonce)}<label for="password">Vault password</label><input id="password" name="password" type="password" autocomplete="off" maxlength="1024">
<details><summary>Another passphrase for this file</summary>${twice('passphrase', 'again', 'Passphrase of the file')}<p class="s t3">Left empty, the file opens with the vault password of today, also after you change that.</p></details></form>
<div class="three"><div><h2>Where to put it</h2><p>Off this PC: a stick in a drawer, or a second disk. On the same disk it is lost with it.</p></div><div><h2>What opens it</h2><p>Only its password. Nobody can reset it, and words on paper stay the last way back.</p></div><div><h2>Then</h2><p>Try it: Hearth restores the file into a temporary place and compares every address.</p></div></div>`,
    foot: markup`<div class="bar"><button class="btn" form="backup" name="action" value="cancel">Write nothing</button><span class="grow"></span><button class="btn pri" form="backup" name="action" value="write">Write the backup</button></div>`,
  })
}

/** Asks for what opens a backup, for a drill. */
export function drillPage(path: string, nonce: string, notice: string | undefined): SurfacePage {
  return page({
    title: 'Try a backup',
    network: undefined,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Try this backup</h1>
<p class="lead">It is restored into a temporary place, every key in it is opened, and its addresses are compared with those of this vault. Then that place is removed. Nothing here changes.</p>
<p class="s">${plainText(path)}</p>
${noticeHtml(notice)}
<form id="drill" method="post" autocomplete="off" class="bring">${hidden(nonce)}<label for="passphrase">What opens the file: its passphrase, or the vault password of the day it was made</label><input id="passphrase" name="passphrase" type="password" autocomplete="off" maxlength="1024"></form>`,
    foot: markup`<div class="bar"><button class="btn" form="drill" name="action" value="cancel">Not now</button><span class="grow"></span><button class="btn pri" form="drill" name="action" value="drill">Try it</button></div>`,
  })
}

/** Asks for what opens a backup and, for a new vault, for a password. */
export function restorePage(isNew: boolean, nonce: string, notice: string | undefined): SurfacePage {
  return page({
    title: 'Restore a backup',
    network: undefined,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>${isNew ? 'Restore the vault from this backup' : 'Bring the keys of this backup'}</h1>
<p class="lead">${isNew ? 'A new vault with every key of the file. A damaged vault file is put aside, not thrown away.' : 'Keys that are not here yet are added. Those that are here stay as they are.'}</p>
${noticeHtml(notice)}
<form id="restore" method="post" autocomplete="off" class="bring">${hidden(nonce)}<label for="passphrase">What opens the file: its passphrase, or the vault password of the day it was made</label><input id="passphrase" name="passphrase" type="password" autocomplete="off" maxlength="1024">
${isNew ? markup`<details><summary>Another password for the new vault</summary>${twice('password', 'again', 'Vault password')}<p class="s t3">Left empty, the new vault opens with what you typed above.</p></details>` : undefined}</form>
<div class="three"><div><h2>Nothing mines yet</h2><p>An operator key may serve on one machine only. Hearth gives a restored one to no miner until you say that the other machine is off.</p></div><div><h2>The other machine</h2><p>Two machines that serve with one operator key void each other’s proofs, and that costs stake.</p></div><div><h2>The file</h2><p>It stays as it is.</p></div></div>`,
    foot: markup`<div class="bar"><button class="btn" form="restore" name="action" value="cancel">Restore nothing</button><span class="grow"></span><button class="btn pri" form="restore" name="action" value="restore">Restore</button></div>`,
  })
}

/** A key of a file that was not taken, with titles of networks. */
export interface ShownLeftOut {
  key: PublicKeyInfo
  network: string
  stays: { name: string; network: string; wasHere: boolean }
}

/** The end of a restore: what came, and what did not because a key belongs to one network. */
export function restoredPage(lead: string, keys: PublicKeyInfo[], leftOut: ShownLeftOut[]): SurfacePage {
  const line = ({ key, network, stays }: ShownLeftOut): Html =>
    markup`<li><b>${ownName(key.name)}</b> ${addressHtml(key.address)}<br>Not brought for ${network}: it is here as “${ownName(stays.name)}” for ${stays.network}.${stays.wasHere && markup` To have it there instead, delete it here first and restore the file again.`}</li>`
  const said =
    leftOut.length === 0
      ? undefined
      : markup`<h2>The same key for two networks</h2><p class="lead">A key that is used on one network is not used on another. Each of these stays for one of them alone; for the other, bring another key.</p><ul class="choice">${leftOut.map(line)}</ul>`
  return keysPage('Restored', lead, keys, [], said)
}

/** An end that lists keys. @param more said below them */
export function keysPage(title: string, lead: string, keys: PublicKeyInfo[], missing: PublicKeyInfo[] = [], more?: Html): SurfacePage {
  const line = (key: PublicKeyInfo): ReturnType<typeof markup> => markup`<li><b>${ownName(key.name)}</b> ${addressHtml(key.address)}</li>`
  return page({
    title,
    network: undefined,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>${title}</h1><p class="lead">${lead}</p>
<ul class="choice">${keys.map(line)}</ul>
${missing.length === 0 ? undefined : markup`<h2>Not in this file, made later or brought in since</h2><ul class="choice">${missing.map(line)}</ul>`}
${more}
<p class="lead">You can close this page.</p>`,
    foot: undefined,
  })
}
