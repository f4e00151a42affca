/** Answers of a node with proofs, bent in one place each. */

export type Json = Record<string, never>
/** One of the two proofs of an answer. */
export const op = (answer: Json, index: number): { data: string } =>
  (answer as unknown as { result: { response: { proofOps: { ops: { data: string }[] } } } }).result.response.proofOps.ops[index] ?? {
    data: '',
  }

/** What is bent, in the answer to which question, and how. */
export const BENT: [string, string, (answer: Json) => unknown][] = [
  [
    'a changed value',
    'abci_query',
    (answer) => {
      const ops = op(answer, 0)
      const bytes = Buffer.from(ops.data, 'base64')
      const at = bytes.indexOf('000000')
      bytes.write('9', at, 'latin1')
      ops.data = bytes.toString('base64')
      return answer
    },
  ],
  [
    'a changed hash on the way up',
    'abci_query',
    (answer) => {
      const ops = op(answer, 0)
      const bytes = Buffer.from(ops.data, 'base64')
      bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1
      ops.data = bytes.toString('base64')
      return answer
    },
  ],
  [
    'another root of the store',
    'abci_query',
    (answer) => {
      const ops = op(answer, 1)
      const bytes = Buffer.from(ops.data, 'base64')
      bytes[20] = (bytes[20] ?? 0) ^ 1
      ops.data = bytes.toString('base64')
      return answer
    },
  ],
  [
    'no proof at all',
    'abci_query',
    (answer) => {
      const { response } = (answer as unknown as { result: { response: { proofOps: unknown } } }).result
      response.proofOps = null
      return answer
    },
  ],
  [
    'the state of another height',
    'abci_query',
    (answer) => {
      const { response } = (answer as unknown as { result: { response: { height: string } } }).result
      response.height = String(Number(response.height) - 1)
      return answer
    },
  ],
  [
    'another signature',
    'commit',
    (answer) => {
      const { commit } = (answer as unknown as { result: { signed_header: { commit: { signatures: { signature: string }[] } } } }).result
        .signed_header
      const [vote] = commit.signatures
      const bytes = Buffer.from(vote?.signature ?? '', 'base64')
      bytes[5] = (bytes[5] ?? 0) ^ 1
      if (vote) vote.signature = bytes.toString('base64')
      return answer
    },
  ],
  [
    'no signature',
    'commit',
    (answer) => {
      const { commit } = (answer as unknown as { result: { signed_header: { commit: { signatures: { block_id_flag: number }[] } } } })
        .result.signed_header
      for (const vote of commit.signatures) vote.block_id_flag = 1
      return answer
    },
  ],
  [
    'another state in the header',
    'commit',
    (answer) => {
      const { header } = (answer as unknown as { result: { signed_header: { header: { app_hash: string } } } }).result.signed_header
      header.app_hash = '00'.repeat(32)
      return answer
    },
  ],
  [
    'another time in the header',
    'commit',
    (answer) => {
      const { header } = (answer as unknown as { result: { signed_header: { header: { time: string } } } }).result.signed_header
      header.time = '2030-01-01T00:00:00Z'
      return answer
    },
  ],
  [
    'another validator',
    'validators',
    (answer) => {
      const [validator] = (answer as unknown as { result: { validators: { pub_key: { value: string } }[] } }).result.validators
      if (validator) validator.pub_key.value = Buffer.alloc(32, 9).toString('base64')
      return answer
    },
  ],
  [
    'another power',
    'validators',
    (answer) => {
      const [validator] = (answer as unknown as { result: { validators: { voting_power: string }[] } }).result.validators
      if (validator) validator.voting_power = '1'
      return answer
    },
  ],
  [
    'an extra validator',
    'validators',
    (answer) => {
      const { validators } = (answer as unknown as { result: { validators: unknown[] } }).result
      validators.push(validators[0])
      return answer
    },
  ],
]
