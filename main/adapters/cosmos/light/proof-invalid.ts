/** Something that should have been proven and was not: forged, of another height, or signed by too few. Never "the node did not answer". */
export class ProofInvalid extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProofInvalid'
  }
}
