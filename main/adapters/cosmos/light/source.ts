import type { Transport } from '../transport.ts'
import type { LightSource } from './client.ts'
import type { Validator } from './header.ts'
import { commitResult, validatorsResult } from './wire.ts'

/** Validators a page, the most that CometBFT gives. */
const PER_PAGE = 100
const MAX_PAGES = 100
/** Sets kept: validators change rarely, and one is asked for with every header. */
const KEPT = 16

/** Headers and validators over CometBFT's RPC. Rejects `chain-unreachable`. */
export function createLightSource(transport: Transport): LightSource {
  const sets = new Map<number, Promise<Validator[]>>()
  const readValidators = async (height: number): Promise<Validator[]> => {
    const validators: Validator[] = []
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const params = { height: String(height), page: String(page), per_page: String(PER_PAGE) }
      const answer = await transport.rpc('validators', params, validatorsResult)
      validators.push(...answer.validators)
      if (answer.validators.length === 0 || validators.length >= answer.total) break
    }
    return validators
  }
  return {
    async signedHeader(height) {
      const { signed_header: signed } = await transport.rpc('commit', { height: String(height) }, commitResult)
      return signed
    },
    validators(height) {
      const known = sets.get(height)
      if (known) return known
      const asked = readValidators(height)
      sets.set(height, asked)
      asked.catch(() => sets.delete(height))
      for (const old of [...sets.keys()].slice(0, Math.max(0, sets.size - KEPT))) sets.delete(old)
      return asked
    },
  }
}
