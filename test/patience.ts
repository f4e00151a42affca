/** For `vi.waitFor`: what is waited for comes, but a busy machine may take its time. Only what never comes takes so long. */
export const PATIENCE = { timeout: 15_000 }
