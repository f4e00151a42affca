import { markup, type Html } from '#main/adapters/vault/html.ts'
import { SURFACE_CSS_PATH } from '../surface-rules.ts'

export const SIGN_IN_PATH = '/sign-in'
export const PASSWORD_PATH = '/password'
/** Largest form: two passwords of 1,024 letters, written as %XX in UTF-8. */
export const MAX_SIGN_IN_BODY_BYTES = 16 * 1024
export const MAX_PASSWORD_LENGTH = 1024

/** The arch with an ember in it. */
const MARK = markup`<svg viewBox="0 0 24 24" fill="none" aria-hidden="true"><path d="M3.6 21V11.4a8.4 8.4 0 0 1 16.8 0V21" stroke="currentColor" stroke-width="2.1" stroke-linecap="round"/><path class="glow" d="M12 21.6c-2.9 0-4.7-1.8-4.7-4.3 0-2.9 2.6-4.1 3.5-7.3 2.6 1.3 5.9 3.9 5.9 7.4 0 2.4-1.8 4.2-4.7 4.2z"/></svg>`

/** SECURITY: S7 a page without script or inline style; its form goes to its own origin. */
function frame(title: string, main: Html, foot: Html): Buffer {
  const whole = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>${title} · Hearth</title><link rel="stylesheet" href="${SURFACE_CSS_PATH}"></head>
<body><div class="pg narrow"><header>${MARK}<b>Hearth</b></header><main>${main}</main><footer>${foot}</footer></div></body></html>
`
  return Buffer.from(whole.markup, 'utf8')
}

const notice = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : markup`<p class="notice" role="alert">${text}</p>`

/** @param problem what was wrong with the last try */
export function signInPage(problem?: string): Buffer {
  return frame(
    'Sign in',
    markup`<h1>Sign in to Hearth</h1>
<p class="lead">This is the sign-in password. The vault password, which opens your keys, is asked for later and only when keys are needed.</p>
${notice(problem)}
<p class="s">Forgotten? On the machine that Hearth runs on, end Hearth and start it once with --reset-sign-in. Keys, nodes and money are not touched by that.</p>`,
    markup`<form method="post" action="${SIGN_IN_PATH}"><label class="s" for="password">Sign-in password</label><input id="password" name="password" type="password" autocomplete="current-password" maxlength="${MAX_PASSWORD_LENGTH}" required autofocus><span class="grow"></span><button class="btn pri">Sign in</button></form>`,
  )
}

/** Offered after the first one-time link, where others can reach this machine. */
export function choosePasswordPage(problem?: string): Buffer {
  return frame(
    'Choose a sign-in password',
    markup`<h1>Choose a sign-in password</h1>
<p class="lead">With it you come back from any browser. Without it you need a new one-time link from the terminal each time.</p>
${notice(problem)}
<p class="s">Take another one than for the vault: this one opens the pages, the vault password opens the keys. Four unrelated words are easy to keep.</p>`,
    markup`<form method="post" action="${PASSWORD_PATH}"><label class="s" for="password">Sign-in password</label><input id="password" name="password" type="password" autocomplete="new-password" maxlength="${MAX_PASSWORD_LENGTH}" required autofocus><label class="s" for="again">The same again</label><input id="again" name="again" type="password" autocomplete="new-password" maxlength="${MAX_PASSWORD_LENGTH}" required><span class="grow"></span><a class="btn" href="/">Later</a><button class="btn pri">Keep this password</button></form>`,
  )
}

/** A field of a form post. @returns undefined when it is absent, doubled or too long */
export function formField(body: Uint8Array, name: string): string | undefined {
  const values = new URLSearchParams(Buffer.from(body).toString('utf8')).getAll(name)
  const [value] = values
  return values.length === 1 && value !== undefined && value.length <= MAX_PASSWORD_LENGTH ? value : undefined
}

/** A wait in words: "40 seconds", "3 minutes". */
export function waitInWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  const [count, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
