/** One message out to an address of the user's own choice. */
export interface HttpsPost {
  /**
   * POSTs a short text and throws the answer away. Goes to exactly this host: no redirect is followed and no proxy of the environment is asked.
   * @returns the status. Rejects `alert-undelivered` with `host` and `reason` when the address is not https or nothing answers within `timeoutMs`
   */
  postHttps(
    url: string,
    body: string,
    headers: Record<string, string>,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ status: number }>
}
