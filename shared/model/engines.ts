/** Container engines as Hearth tells them apart, and what it may say to do about one. Words for each are in `renderer/text`. */
export const ENGINE_PRODUCTS = [
  'docker-desktop',
  'docker-engine',
  'docker-rootless',
  'colima',
  'orbstack',
  'rancher-desktop',
  'podman',
  'podman-rootless',
  'podman-machine',
  'other',
] as const
export type EngineProduct = (typeof ENGINE_PRODUCTS)[number]

/** The one thing to do next about an engine. */
export const ENGINE_STEPS = [
  'install',
  'start',
  'add-group',
  'start-rootless',
  'update',
  'linux-containers',
  'other-processor',
  'restart',
  'set-clock',
  'free-disk',
] as const
export type EngineStepKey = (typeof ENGINE_STEPS)[number]

/** `command` is empty where there is nothing to type; `runs`: Hearth may run it when the user says so, since it needs no rights beyond the user's. */
export interface EngineStep {
  key: EngineStepKey
  command: string
  runs: boolean
}
