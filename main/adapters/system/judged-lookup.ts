import { lookup as lookupHost } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'

/** Addresses judged by the connection that goes to them: a name cannot lead elsewhere between a look and what is sent. */

/**
 * The lookup of a request.
 * @param judge called with every address of the name before a connection is made; what it throws ends the request
 */
export function judgedLookup(judge: (address: string) => void): LookupFunction {
  return (hostname, options, callback) => {
    lookupHost(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '', 0)
        return
      }
      try {
        for (const { address } of addresses) judge(address)
      } catch (refusal) {
        callback(refusal as Error, '', 0)
        return
      }
      const [first] = addresses
      if (options.all === true) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family ?? 4)
    })
  }
}

/** An address that is written as a number is not looked up. @param judge throws for one that may not be asked */
export function judgeNumber(url: URL, judge: (address: string) => void): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) judge(host)
}
