/**
 * How the real networks are reached and known (onchain facts 1). The hash of block 1 is certain for neither: it is written down when endpoints that can be trusted name the same
 * one, and until then Hearth reads and does not sign. A chain id proves nothing: a local chain may bear mainnet's.
 */

export const MAINNET = {
  publicEndpoints: [
    {
      rpcUrl: 'https://sauron-rpc.infra.pocket.network',
      restUrl: 'https://sauron-api.infra.pocket.network',
      grpcUrl: 'https://sauron-grpc.infra.pocket.network:443',
    },
    { rpcUrl: 'https://rpc-pocket.blockval.io', restUrl: 'https://api-pocket.blockval.io' },
  ],
  genesisTime: '2025-03-28T17:35:52.277346Z',
  block1Hash: undefined,
}

export const BETA = {
  publicEndpoints: [
    {
      rpcUrl: 'https://sauron-rpc.beta.infra.pocket.network',
      restUrl: 'https://sauron-api.beta.infra.pocket.network',
      grpcUrl: 'https://sauron-grpc.beta.infra.pocket.network:443',
    },
  ],
  genesisTime: undefined,
  block1Hash: undefined,
}
