/** The official program that is node, command line and stock relay miner in one. Its registry cannot be asked where this file is made, so the digest is pinned at first use. */
export const POCKETD_IMAGE = { reference: 'ghcr.io/pokt-network/pocketd:0.1.35', version: '0.1.35', digest: 'pin-on-first-use' } as const
