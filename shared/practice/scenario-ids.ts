/** The practised situations, in the order in which a screen lists them. Titles: `renderer/text/en/practice.ts`. */
export const SCENARIO_IDS = [
  'first-day',
  'three-quiet-years',
  'proof-missed-slashed',
  'stuck-below-minimum',
  'unstaked-too-early',
  'overserviced',
  'disk-full-tomorrow',
  'upgrade-tonight',
  'parameter-change',
  'clock-40s-off',
  'endpoint-down',
  'backend-behind',
  'empty-operator-wallet',
  'price-cut-90',
] as const
export type ScenarioId = (typeof SCENARIO_IDS)[number]
