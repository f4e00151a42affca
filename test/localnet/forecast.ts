/** Predictions and what came, by name. A prediction counts as wrong when something else came or nothing did; so does what came without one. */
export interface Forecast {
  /** Written down before it can be known. @throws when the same was predicted before */
  predict(name: string, value: string | number | bigint): void
  /** What the chain says. */
  see(name: string, value: string | number | bigint): void
  /** How many, and each that was wrong with both values. */
  result(): { predictions: number; wrong: string[] }
}

export function openForecast(): Forecast {
  const predicted = new Map<string, string>()
  const seen = new Map<string, string>()
  return {
    predict(name, value) {
      if (predicted.has(name)) throw new Error(`predicted twice: ${name}`)
      if (seen.has(name)) throw new Error(`seen before it was predicted: ${name}`)
      predicted.set(name, String(value))
    },
    see(name, value) {
      if (seen.has(name)) throw new Error(`seen twice: ${name}`)
      seen.set(name, String(value))
    },
    result() {
      const names = new Set([...predicted.keys(), ...seen.keys()])
      const wrong = [...names]
        .filter((name) => predicted.get(name) !== seen.get(name))
        .map((name) => `${name}: predicted ${predicted.get(name) ?? 'nothing'}, came ${seen.get(name) ?? 'nothing'}`)
      return { predictions: predicted.size, wrong }
    },
  }
}
