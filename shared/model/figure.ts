import { z } from 'zod'

/** Where a figure comes from: checked by a proof against a signed header, read from a host, or counted by the relay miner. Absent = read from a host. */
export const figureSourceSchema = z.enum(['proven', 'chain', 'counted'])
export type FigureSource = z.infer<typeof figureSourceSchema>

const height = z.number().int().nonnegative()

/** How a figure was proven: the state of `height` is signed by the header above it, whose signatures were checked here. Powers are whole numbers. */
export const figureProofSchema = z.strictObject({
  height,
  headerHeight: height,
  headerHash: z.string(),
  signedPower: z.string(),
  totalPower: z.string(),
  signers: z.number().int(),
  validators: z.number().int(),
  host: z.string(),
})
export type FigureProof = z.infer<typeof figureProofSchema>
