import { z } from 'zod'
import type { ContainerSpec } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'

const text = z.string().max(20_000)
const place = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/)
const port = z.number().int().min(1).max(65_535)
const path = z.string().regex(/^\/[^\0]{0,4000}$/)

/** A container as the port describes it. */
export const specSchema = z.strictObject({
  name: place,
  nodeId: z.string().max(200),
  image: z.string().min(1).max(500),
  entrypoint: z.array(text).max(100).optional(),
  command: z.array(text).max(1_000),
  user: z.string().max(100).optional(),
  env: z.record(z.string(), text).optional(),
  ports: z.array(z.strictObject({ containerPort: port, hostPort: port })).max(1_000),
  mounts: z.array(z.strictObject({ kind: z.literal('volume'), volume: place, path, readOnly: z.boolean().optional() })).max(100),
  networks: z.array(z.strictObject({ name: place, aliases: z.array(z.string().max(200)).max(100) })).max(100),
  restart: z.enum(['no', 'unless-stopped']),
  memoryBytes: z
    .number()
    .int()
    .min(0)
    .max(2 ** 50),
  stopGraceSeconds: z.number().min(0).max(86_400),
  logDriver: z.enum(['default', 'none']),
  capAdd: z
    .array(z.enum(['NET_BIND_SERVICE']))
    .max(1)
    .optional(),
  specHash: z.string().max(500),
  readOnlyRoot: z.boolean().optional(),
})

/** A copy of the spec. Rejects `engine-failed` with the first thing that is wrong. */
export function checkSpec(spec: ContainerSpec): ContainerSpec {
  const parsed = specSchema.safeParse(spec)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new HearthError('engine-failed', {
      reason: `invalid container: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 300),
    })
  }
  return structuredClone(spec)
}

/** Rejects `engine-failed` for a name that no engine would take. */
export function checkName(kind: 'volume' | 'network', name: string): void {
  if (!place.safeParse(name).success) throw new HearthError('engine-failed', { reason: `invalid ${kind} name: ${name}`.slice(0, 150) })
}
