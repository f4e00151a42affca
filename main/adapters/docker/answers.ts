import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'

/**
 * What Hearth reads of the engine's answers. An engine that is broken, or another program at its place, may answer with anything: what has not this form
 * is `engine-failed` with the place that is wrong, and never reaches the core.
 */
const labels = z.record(z.string(), z.string()).nullish()
const count = z.number()

/** What is beyond the id only helps to see whether something has changed: an engine that leaves it out is asked more often. */
const containerRowSchema = z.object({
  Id: z.string().min(1),
  Names: z.array(z.string()).nullish(),
  State: z.string().nullish().catch(undefined),
  Status: z.string().nullish().catch(undefined),
  ImageID: z.string().nullish().catch(undefined),
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), z.unknown()).nullish() })
    .nullish()
    .catch(undefined),
})
export type ContainerRow = z.infer<typeof containerRowSchema>
export const containerRowsSchema = z.array(containerRowSchema)

export const containerSchema = z.looseObject({
  Id: z.string().min(1),
  Name: z.string(),
  Image: z.string(),
  RestartCount: count.nullish(),
  State: z.looseObject({
    Status: z.string(),
    Running: z.boolean(),
    ExitCode: count,
    StartedAt: z.string(),
    FinishedAt: z.string(),
    OOMKilled: z.boolean().nullish(),
    Health: z.looseObject({ Status: z.string() }).nullish(),
  }),
  Config: z.looseObject({ Labels: labels }),
  HostConfig: z
    .looseObject({
      RestartPolicy: z.looseObject({ Name: z.string().nullish() }).nullish(),
      NetworkMode: z.string().nullish(),
      PortBindings: z.record(z.string(), z.array(z.looseObject({ HostPort: z.string().nullish() })).nullish()).nullish(),
    })
    .nullish(),
  NetworkSettings: z.looseObject({ Networks: z.record(z.string(), z.unknown()).nullish() }),
  Mounts: z.array(z.looseObject({ Type: z.string().nullish(), Name: z.string().nullish() })).nullish(),
})
export type ContainerAnswer = z.infer<typeof containerSchema>

/** An image made on this engine has no digest, and an old Podman leaves the field out. */
export const imageSchema = z.looseObject({ Id: z.string().min(1), RepoDigests: z.array(z.string()).nullish(), Size: count })
export const networkSchema = z.looseObject({ Name: z.string(), Internal: z.boolean(), Labels: labels })
export const networkRowsSchema = z.array(
  z.looseObject({ Id: z.string().min(1), Name: z.string(), Labels: labels, Created: z.string().nullish() }),
)
export const networkUsersSchema = z.looseObject({ Containers: z.record(z.string(), z.unknown()).nullish() })
export const volumeSchema = z.looseObject({ Name: z.string(), Labels: labels, Options: z.record(z.string(), z.string()).nullish() })

/** Read more often than all others: what nobody needs of it is not copied. */
const pages = z.object({ inactive_file: z.unknown(), total_inactive_file: z.unknown() }).partial()
/** Of a container that does not run, Podman leaves all of it out and Docker gives it empty. */
const memory = z.object({ usage: count, limit: count, stats: pages.nullish() }).partial()
const cpu = z.object({
  cpu_usage: z.object({ total_usage: count }),
  system_cpu_usage: count.nullish(),
  online_cpus: count.nullish(),
})
/** `read`: when the sample was taken. */
export const statsSchema = z.object({
  read: z.string().nullish(),
  memory_stats: memory.nullish(),
  cpu_stats: cpu.nullish(),
  precpu_stats: cpu.nullish(),
})
export type StatsAnswer = z.infer<typeof statsSchema>

export const versionSchema = z.looseObject({
  Version: z.string(),
  ApiVersion: z.string(),
  Components: z.unknown().optional(),
  Platform: z.looseObject({ Name: z.string() }).nullish().catch(undefined),
})
export const infoSchema = z.looseObject({
  OSType: z.string(),
  Architecture: z.string(),
  MemTotal: count,
  NCPU: count,
  SystemTime: z.string().nullish(),
  OperatingSystem: z.string().nullish(),
  KernelVersion: z.string().nullish(),
  ID: z.string().nullish(),
  Name: z.string().nullish(),
  DockerRootDir: z.string().nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
})
export type InfoAnswer = z.infer<typeof infoSchema>

const sized = z
  .array(z.looseObject({ Size: count.nullish(), SizeRw: count.nullish(), UsageData: z.looseObject({ Size: count }).nullish() }))
  .nullish()
export const diskUseSchema = z.looseObject({ LayersSize: count.nullish(), Images: sized, Containers: sized, Volumes: sized })
/** Of a command in a container, as it was made and as it ended. */
export const execIdSchema = z.string().regex(/^[0-9a-f]{12,128}$/)
export const execSchema = z.looseObject({ Running: z.boolean(), ExitCode: count.nullish() })

/** Podman's own page about itself. */
export const podmanStoreSchema = z.looseObject({ store: z.looseObject({ graphRootAllocated: count, graphRootUsed: count }) })

/** @param what of the engine's answers this is, for the error */
export function answer<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  // The client hands over what is no JSON as bytes, which are an object too.
  const parsed = schema.safeParse(value instanceof Uint8Array ? undefined : value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = [what, ...(issue?.path ?? [])].join('.')
  throw new HearthError('engine-failed', { reason: `the engine answered with something else than asked: ${place}`.slice(0, 300) })
}
