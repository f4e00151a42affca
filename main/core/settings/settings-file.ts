import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { SettingsImport } from '#shared/settings/import.ts'
import {
  isSettingKey,
  RETIRED_SETTINGS,
  SETTING_KEYS,
  SETTINGS,
  settingValue,
  type SettingKey,
  type SettingScalar,
  type SettingValues,
} from '#shared/settings/table.ts'
import { isRecord } from './stored.ts'

/** The file that settings travel in: for people to read, without anything secret, and without what fits this PC alone. */
const KIND = 'hearth-settings'
const FORMAT = 1
/** Characters of a file that is looked at; ours have a few thousand. */
const MOST = 100_000
const SHOWN = 80
const LISTED = 200

/** @returns the file's text: every setting that may leave this PC, also those at their standard value, so that the file says all of it */
export function exportSettings(values: SettingValues, version: string): string {
  const settings = Object.fromEntries(SETTING_KEYS.filter((key) => SETTINGS[key].exported).map((key) => [key, values[key]]))
  return `${JSON.stringify({ kind: KIND, format: FORMAT, version, settings }, null, 2)}\n`
}

/**
 * Says what a file would change, and changes nothing. The same file over the same settings gives the same `digest`: what is applied is what was looked at.
 * Rejects `settings-file-invalid` with detail.problem = 'too-large' | 'not-json' | 'not-settings' | 'newer'.
 */
export function judgeSettingsFile(text: string, current: SettingValues): SettingsImport & { values: Map<SettingKey, SettingScalar> } {
  const values = new Map<SettingKey, SettingScalar>()
  const changes: SettingsImport['changes'] = []
  const ignored: SettingsImport['ignored'] = []
  let same = 0
  for (const [key, value] of Object.entries(readSettings(text))) {
    const successor = Object.hasOwn(RETIRED_SETTINGS, key) ? RETIRED_SETTINGS[key] : key
    const name = key.slice(0, SHOWN)
    if (successor === null || successor === undefined || !isSettingKey(successor)) {
      ignored.push({ key: name, reason: successor === null ? 'retired' : 'unknown', value: shown(value) })
      continue
    }
    // SECURITY: S18 a file from elsewhere must not turn alerts or the engine to an address of its maker's choice.
    if (!SETTINGS[successor].exported) {
      ignored.push({ key: name, reason: 'stays-here', value: '' })
      continue
    }
    const judged = settingValue(successor, value)
    if (judged === undefined) ignored.push({ key: name, reason: 'invalid', value: shown(value) })
    else if (judged === current[successor] || values.has(successor)) same += 1
    else {
      values.set(successor, judged)
      changes.push({ key: successor, from: current[successor], to: judged, restarts: [...SETTINGS[successor].restarts] })
    }
  }
  const digest = bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(changes)))).slice(0, 32)
  return { changes, ignored: ignored.slice(0, LISTED), same, digest, values }
}

function readSettings(text: string): Record<string, unknown> {
  const refuse = (problem: string): never => {
    throw new HearthError('settings-file-invalid', { problem })
  }
  if (text.length > MOST) refuse('too-large')
  let file: unknown
  try {
    // Some editors put a mark of byte order before the text.
    file = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    refuse('not-json')
  }
  if (!isRecord(file) || file['kind'] !== KIND || typeof file['format'] !== 'number') return refuse('not-settings')
  if (file['format'] > FORMAT) refuse('newer')
  const { settings } = file
  if (file['format'] !== FORMAT || !isRecord(settings)) return refuse('not-settings')
  return settings
}

/** A value of a file as it is told: short and on one line. */
export const shown = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/[\p{Cc}\s]+/gu, ' ').slice(0, SHOWN)
