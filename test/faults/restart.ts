export async function checkRestart(_deps: unknown): Promise<void> {}
