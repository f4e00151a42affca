/** Questions to an endpoint that is no container of Hearth: a node on this PC, in the house, or with a provider. */
export interface BackendLine {
  /**
   * One exchange; redirects are not followed, since they would carry credentials to somebody else.
   * Rejects `backend-unreachable` with `host` and `reason`; `backend-address-refused` when the name leads to an address that nobody's node has (metadata of a cloud, link-local, multicast).
   */
  http(question: LineQuestion): Promise<{ status: number; body: Uint8Array; ms: number }>
  /** Opens, sends one message and takes the first answer. Rejects as `http`. */
  websocket(question: Omit<LineQuestion, 'method' | 'body'> & { message: string }): Promise<{ text: string; ms: number }>
}

export interface LineQuestion {
  url: string
  method: 'GET' | 'POST'
  /** May hold a secret: never logged. */
  headers: Record<string, string>
  body: string
  timeoutMs: number
}

/** What an endpoint is asked with and where exactly: the parts that may be secret. Kept beside the vault, 0600, and nowhere else. */
export interface EndpointSecret {
  /** Path and query of each address: providers put their keys there. */
  paths: { http: string; rest: string; websocket: string }
  credential: BackendCredential
}
export type BackendCredential =
  | { kind: 'none' }
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'header'; name: string; value: string }

/** SECURITY: S18 credentials of endpoints. They are no keys of money and must work while the vault is locked, after a reboot at night: so they are not sealed by its password. */
export interface BackendSecrets {
  get(id: string): Promise<EndpointSecret | undefined>
  put(id: string, secret: EndpointSecret): Promise<void>
  remove(id: string): Promise<void>
}
