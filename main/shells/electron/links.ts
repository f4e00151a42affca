import type { AppState } from '#shared/api/state.ts'

/** Scheme that the system opens Hearth with: `hearth://open/nodes`. */
export const LINK_SCHEME = 'hearth'

/**
 * Screens that a link may open, as the page's route table names them (a test holds the two against each other). A link shows a screen and nothing more: it carries no
 * input, starts nothing, signs nothing, and cannot open the screens that ask for a password or set Hearth up.
 */
export const LINK_PATHS: ReadonlySet<string> = new Set([
  '/',
  '/start',
  '/nodes',
  '/supplier',
  '/supplier/stake',
  '/supplier/services',
  '/supplier/first-session',
  '/supplier/test-relays',
  '/supplier/funds',
  '/supplier/leave',
  '/earnings',
  '/practice',
  '/settings',
])
/** One node's screen. */
const NODE_PATH = /^\/nodes\/[a-z0-9][a-z0-9-]{0,39}$/
/** Whole: no query, fragment, port, user, escape, dot or second slash can be in it. */
const LINK = /^hearth:\/\/open((?:\/[a-z0-9-]+)*)\/?$/

/** Whether an argument of the command line came from a link, good or bad. */
export const isLink = (text: string): boolean => text.toLowerCase().startsWith(`${LINK_SCHEME}:`)

/**
 * SECURITY: S9 whoever can make the user click can send a link, so it is parsed strictly.
 * @returns the path of the screen, undefined for everything that is not exactly a link to one of the table
 */
export function parseLink(text: string): string | undefined {
  const match = LINK.exec(text)
  if (!match) return undefined
  const path = match[1] === '' || match[1] === undefined ? '/' : match[1]
  return LINK_PATHS.has(path) || NODE_PATH.test(path) ? path : undefined
}

/** @returns the screen of the one link in a command line; undefined for none, several or a bad one */
export function linkOf(argv: readonly string[]): string | undefined {
  const links = argv.filter(isLink)
  return links.length === 1 ? parseLink(links[0] ?? '') : undefined
}

type Fix = AppState['attention'][string]['fix']

/** The screen with the fix of a finding. */
export const FIX_PATHS: Readonly<Record<Fix, string>> = {
  unlock: '/unlock',
  keys: '/settings',
  engine: '/nodes',
  nodes: '/nodes',
  supplier: '/supplier',
  earnings: '/earnings',
  home: '/',
  settings: '/settings',
  updates: '/settings/updates',
  'test-relays': '/supplier/test-relays',
  none: '/',
}

/** Screens that speak of the supplier in view: what is told about another one brings that one into view first. */
const OF_ONE: ReadonlySet<Fix> = new Set(['supplier', 'test-relays'])

/** @returns the operator of the own supplier that a finding is about, where its screen would speak of another one; else undefined */
export function otherSupplierOf(
  { fix, facts }: Pick<AppState['attention'][string], 'fix' | 'facts'>,
  { supplier, suppliers }: Pick<AppState, 'supplier' | 'suppliers'>,
): string | undefined {
  const named = facts['supplierAddress'] ?? facts['operatorAddress'] ?? facts['address']
  if (!OF_ONE.has(fix) || named === undefined || named === supplier.operatorAddress) return undefined
  return suppliers[named] === undefined ? undefined : named
}
