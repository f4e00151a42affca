/** An image that the practised registry has. */
export interface PracticeImage {
  reference: string
  /** Unpacked. */
  sizeBytes: number
  /** As fetched, one per layer. */
  layerBytes: number[]
}

/** What one layer takes on the disk. */
export function unpackedShare(image: PracticeImage, layerBytes: number): number {
  const total = image.layerBytes.reduce((sum, bytes) => sum + bytes, 0)
  return Math.floor((image.sizeBytes * layerBytes) / Math.max(1, total))
}
