/** A switch for ports that answer, and then do not: what is asked while it is on waits until it is off. */
export interface Slowness {
  on: boolean
  /** Questions that wait now. */
  waiting: number
  /** Lets all of them go on. */
  release(): void
  /** The same port, slow while the switch is on. @param only the methods that can be slow by nature; without it all of them */
  slow<T extends object>(port: T, only?: readonly (keyof T)[]): T
}

export function createSlowness(): Slowness {
  let gates: (() => void)[] = []
  const self: Slowness = {
    on: false,
    waiting: 0,
    release() {
      self.on = false
      const open = gates
      gates = []
      for (const go of open) go()
    },
    slow: (port, only) =>
      new Proxy(port, {
        get(target, name, receiver) {
          const member: unknown = Reflect.get(target, name, receiver)
          if (typeof member !== 'function' || (only && !only.includes(name as keyof typeof port))) return member
          return (...args: unknown[]): unknown => {
            const ask = (): unknown => Reflect.apply(member as (...all: unknown[]) => unknown, target, args)
            if (!self.on) return ask()
            self.waiting += 1
            return new Promise<void>((resolve) => gates.push(resolve)).then(() => {
              self.waiting -= 1
              return ask()
            })
          }
        },
      }),
  }
  return self
}
