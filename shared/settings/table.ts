import { z } from 'zod'
import { engineEndpoint, heartbeatUrl, webhookUrl } from './forms.ts'

/** What must be started again before a change has its effect; none = it has it at once. */
export type RestartPart = 'hearth' | 'miner'
export const SETTING_SECTIONS = ['look', 'desktop', 'keys', 'transactions', 'miner', 'earnings', 'alerts', 'records', 'engine'] as const
export type SettingSection = (typeof SETTING_SECTIONS)[number]

/** How the page asks for a value. Words of `choice` options, titles, help, reason and risk stand in renderer/text/en/settings.ts under the key. */
export type SettingControl =
  | { kind: 'switch' }
  | { kind: 'choice'; options: readonly string[] }
  | {
      kind: 'number'
      least: number
      most: number
      unit: 'minutes' | 'seconds' | 'percent' | 'times' | 'pokt' | 'transactions' | 'hour' | 'days' | 'copies' | 'lines'
    }
  | { kind: 'text'; most: number }

interface Row<S extends z.ZodType<SettingScalar>> {
  schema: S
  standard: z.output<S>
  section: SettingSection
  control: SettingControl
  restarts: readonly RestartPart[]
  /** Whether the exported file has it: neither what is secret (an address that lets anybody write to you) nor what fits this PC alone. */
  exported: boolean
}
/** Settings are single values, so that a file of them can be read by a person. */
export type SettingScalar = string | number | boolean

function row<S extends z.ZodType<SettingScalar>>(fields: Row<S>): Row<S> {
  return fields
}

type Place = { section: SettingSection; restarts?: RestartPart[]; exported?: boolean }
const whole = (
  standard: number,
  least: number,
  most: number,
  unit: (SettingControl & { kind: 'number' })['unit'],
  { section, restarts = [], exported = true }: Place,
) =>
  row({
    schema: z.number().int().min(least).max(most),
    standard,
    section,
    control: { kind: 'number', least, most, unit },
    restarts,
    exported,
  })
const choice = <const O extends readonly [string, ...string[]]>(
  options: O,
  standard: NoInfer<O[number]>,
  { section, restarts = [], exported = true }: Place,
) =>
  row({
    schema: z.enum(options),
    standard: standard as z.output<z.ZodEnum<{ [K in O[number]]: K }>>,
    section,
    control: { kind: 'choice', options },
    restarts,
    exported,
  })
const onOff = (standard: boolean, { section, restarts = [], exported = true }: Place) =>
  row({ schema: z.boolean(), standard, section, control: { kind: 'switch' }, restarts, exported })
const text = <S extends z.ZodType<string>>(
  schema: S,
  standard: z.output<S>,
  most: number,
  { section, restarts = [], exported = true }: Place,
) => row({ schema, standard, section, control: { kind: 'text', most }, restarts, exported })

/**
 * Every setting, in the order in which it is shown. A row is added with the code that reads it, never before: a setting without an effect is a lie.
 * A key that was shipped once is never used for anything else; when it goes, it goes to `RETIRED_SETTINGS`.
 */
export const SETTINGS = {
  theme: choice(['system', 'light', 'dark'], 'system', { section: 'look' }),
  clockHours: choice(['system', '12', '24'], 'system', { section: 'look' }),
  numberStyle: choice(['comma', 'space', 'plain'], 'comma', { section: 'look' }),

  /** Of the window alone; the web shell does not show this section. */
  startAtLogin: onOff(false, { section: 'desktop', exported: false }),
  keepRunning: onOff(false, { section: 'desktop' }),
  notifyLevel: choice(['none', 'bad', 'warn'], 'bad', { section: 'desktop' }),
  notifyMoney: onOff(true, { section: 'desktop' }),
  notifyMachines: onOff(true, { section: 'desktop' }),
  notifyKeys: onOff(true, { section: 'desktop' }),
  notifyAmounts: onOff(false, { section: 'desktop' }),
  keepAwake: choice(['due', 'serving', 'never'], 'due', { section: 'desktop' }),
  updateCheck: onOff(true, { section: 'desktop' }),
  updateDelayDays: whole(3, 0, 30, 'days', { section: 'desktop' }),

  /** 0 = never. */
  autoLockMinutes: whole(5, 0, 1_440, 'minutes', { section: 'keys' }),
  confirmMinutes: whole(10, 3, 60, 'minutes', { section: 'keys' }),
  /** 0 = never asked for. */
  drillDays: whole(90, 0, 3_650, 'days', { section: 'keys' }),

  gasMarginPercent: whole(150, 110, 400, 'percent', { section: 'transactions' }),
  gasPriceTimes: whole(2, 1, 100, 'times', { section: 'transactions' }),
  feeCeilingPokt: whole(1, 1, 1_000, 'pokt', { section: 'transactions' }),
  stakeMarginPokt: whole(5, 0, 100_000, 'pokt', { section: 'transactions' }),
  operatorTransactionsLeft: whole(1_000, 10, 1_000_000, 'transactions', { section: 'transactions' }),
  operatorRunwayDays: whole(30, 2, 365, 'days', { section: 'transactions' }),

  minerGasPriceTimes: whole(10, 1, 1_000, 'times', { section: 'miner', restarts: ['miner'] }),
  selfTestAfterStart: onOff(true, { section: 'miner' }),
  /** 0 = never. */
  selfTestMinutes: whole(30, 0, 1_440, 'minutes', { section: 'miner' }),
  relayValidation: choice(['auto', 'eager', 'lazy'], 'auto', { section: 'miner', restarts: ['miner'] }),
  relayTimeoutSeconds: whole(10, 1, 120, 'seconds', { section: 'miner', restarts: ['miner'] }),

  ledgerCheckSeconds: whole(60, 10, 86_400, 'seconds', { section: 'earnings' }),

  alertLevel: choice(['none', 'bad', 'warn'], 'bad', { section: 'alerts' }),
  alertAfterSeconds: whole(30, 0, 3_600, 'seconds', { section: 'alerts' }),
  alertPauseMinutes: whole(1, 1, 240, 'minutes', { section: 'alerts' }),
  alertWebhookUrl: text(webhookUrl, '', 500, { section: 'alerts', exported: false }),
  quietHours: onOff(false, { section: 'alerts' }),
  quietFromHour: whole(22, 0, 23, 'hour', { section: 'alerts' }),
  quietToHour: whole(7, 0, 23, 'hour', { section: 'alerts' }),
  heartbeatUrl: text(heartbeatUrl, '', 500, { section: 'alerts', exported: false }),
  heartbeatMinutes: whole(5, 1, 1_440, 'minutes', { section: 'alerts' }),

  copyHour: whole(3, 0, 23, 'hour', { section: 'records' }),
  copiesKept: whole(5, 1, 90, 'copies', { section: 'records' }),
  copiesKeptElsewhere: whole(14, 1, 365, 'copies', { section: 'records' }),
  keepRelayResultsDays: whole(90, 1, 3_650, 'days', { section: 'records' }),
  keepActivityDays: whole(730, 30, 3_650, 'days', { section: 'records' }),
  logLinesHeld: whole(100_000, 1_000, 400_000, 'lines', { section: 'records' }),

  startNodes: onOff(true, { section: 'engine' }),
  /** Of containers. Nothing goes past the height of an upgrade, whatever is chosen here. */
  updatesAuto: choice(['off', 'security', 'all'], 'off', { section: 'engine' }),
  updatesDelayDays: whole(3, 0, 30, 'days', { section: 'engine' }),
  updatesHour: whole(4, 0, 23, 'hour', { section: 'engine' }),
  chainLookSeconds: whole(2, 1, 60, 'seconds', { section: 'engine' }),
  diskWarnDays: whole(7, 1, 90, 'days', { section: 'engine' }),
  upgradeWarnDays: whole(7, 1, 90, 'days', { section: 'engine' }),
  /** Fits what this PC can reach, and no file may say what runs here; nor may the page name a place where Hearth finds no engine by itself (`mustBeKnownEngine`). */
  engineEndpoint: text(engineEndpoint, '', 300, { section: 'engine', exported: false }),
} as const

export type SettingKey = keyof typeof SETTINGS
export type SettingValue<K extends SettingKey> = z.output<(typeof SETTINGS)[K]['schema']>
export type SettingValues = { [K in SettingKey]: SettingValue<K> }

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[]
export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key)

/**
 * Settings that earlier versions had: the one that took its place, or null when its value is of no use any more. Their stored values are taken over and then forgotten;
 * a key that stands nowhere comes from a newer version or a broken file, is kept as it is and told.
 */
export const RETIRED_SETTINGS: Readonly<Record<string, SettingKey | null>> = {}

/** @returns the value as its setting takes it, or undefined with nothing changed */
export function settingValue<K extends SettingKey>(key: K, value: unknown): SettingValue<K> | undefined {
  const parsed = SETTINGS[key].schema.safeParse(value)
  return parsed.success ? (parsed.data as SettingValue<K>) : undefined
}
