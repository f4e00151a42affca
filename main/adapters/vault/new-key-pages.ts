import type { KeyRole, SurfacePage } from '#main/core/ports/vault.ts'
import { addressHtml, markup, ownName } from './html.ts'
import type { KeyNetwork } from './key-networks.ts'
import { hidden, noticeHtml, page } from './page-frame.ts'

export interface NewKeyHead {
  name: string
  role: Exclude<KeyRole, 'morse'>
  network: Pick<KeyNetwork, 'title' | 'playMoney' | 'prefix'>
}

export const roleNotes: Record<KeyRole, { has: string; lost: string }> = {
  operator: {
    has: 'can sign claims, stop your supplier and spend the POKT kept for fees. The stake still goes to your owner address only.',
    lost: 'the owner can unstake and get the stake back. You then start with a new operator.',
  },
  owner: {
    has: 'has your stake, your pay and everything on this address.',
    lost: 'the stake and the pay on this address are lost. Nobody can bring them back, neither Hearth nor the network.',
  },
  morse: {
    has: 'can claim what lies on this Morse address, once.',
    lost: 'what was not claimed yet stays where it is for ever.',
  },
}

export const useNotes: Record<Exclude<KeyRole, 'morse'>, { title: string; text: string }> = {
  operator: { title: 'One place', text: 'Two machines that serve with one operator key void each other’s proofs, and that costs stake.' },
  owner: {
    title: 'What it is used for',
    text: 'Only for what you confirm on a page like this one, each time with your vault password. It is given to no container.',
  },
}

/** The new words, to be written down. */
export function wordsPage(head: NewKeyHead, words: string[], address: string, nonce: string, notice: string | undefined): SurfacePage {
  const count = words.length
  return page({
    title: 'New words',
    network: head.network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Write these ${count} words on paper, in this order</h1>
<p class="lead">They are your new ${head.role} key, “${ownName(head.name)}”. Down the columns, 1 to ${count}. This paper is what brings the key back when this PC is gone.</p>
${noticeHtml(notice)}
<ol class="words">${words.map((word, index) => markup`<li><i>${index + 1}</i><b>${word}</b></li>`)}</ol>
<p class="printed">The words are left out of print.</p>
<div class="three"><div><h2>Who has them</h2><p>${roleNotes[head.role].has}</p></div><div><h2>If paper and PC are lost</h2><p>${roleNotes[head.role].lost}</p></div><div><h2>No photo, no copy</h2><p>Pictures and the clipboard end up in places you do not see. Printing this page leaves the words out.</p></div></div>
<p class="s">Address of this key: ${addressHtml(address)}</p>`,
    foot: markup`<form method="post" autocomplete="off">${hidden(nonce)}<button class="btn" name="action" value="cancel">Make no key</button><span class="s t3">nothing is kept</span><span class="grow"></span><span class="s">Next, three of them are asked back.</span><button class="btn pri" name="action" value="written">I have written them down</button></form>`,
  })
}

/** Three words asked back. The first submit button is the harmless check, so that Enter never throws the key away. */
export function askPage(head: NewKeyHead, positions: number[], address: string, nonce: string, notice: string | undefined): SurfacePage {
  const fields = positions.map(
    (position, index) =>
      markup`<label>Word ${position + 1}<input name="word${index}" type="text" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="16"></label>`,
  )
  return page({
    title: 'Words asked back',
    network: head.network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>Three of the words, from your paper</h1>
<p class="lead">This shows that the paper is right while it can still be mended. Only then is the key kept.</p>
${noticeHtml(notice)}
<form id="ask" method="post" autocomplete="off" class="ask">${hidden(nonce)}<button class="first" name="action" value="check" tabindex="-1" aria-hidden="true">Check</button>${fields}</form>
<p class="s">Address of this key: ${addressHtml(address)}</p>`,
    foot: markup`<div class="bar"><button class="btn" form="ask" name="action" value="cancel">Make no key</button><button class="btn" form="ask" name="action" value="back">Show the words again</button><span class="grow"></span><button class="btn pri" form="ask" name="action" value="check">Check and keep this key</button></div>`,
  })
}

/** The end of both ways. */
export function keyMadePage(head: NewKeyHead, role: KeyRole, address: string): SurfacePage {
  return page({
    title: 'Key kept',
    network: head.network,
    narrow: true,
    main: markup`<h1 tabindex="-1" autofocus>The ${role === 'morse' ? 'Morse' : role} key “${ownName(head.name)}” is in the vault</h1>
<p class="lead">${addressHtml(address)}</p><p class="lead">You can close this page and go on in Hearth.</p>`,
    foot: undefined,
  })
}
