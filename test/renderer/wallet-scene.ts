import type { RequestName, RequestOutput } from '#shared/api/requests.ts'
import { HEIGHT, OPERATOR, OWNER } from './scene.ts'

export const EXCHANGE = 'pokt1gra88kpc4hzt2nm3r6xq2p9v7ed0s5w8ulyfat'
const DAY = 86_400_000

/** Answers for Wallet and What governs that fit the scenes. */
export function walletAnswers(now: number): Partial<{ [N in RequestName]: RequestOutput<N> }> {
  const row = (more: Partial<RequestOutput<'wallet.history'>['rows'][number]>): RequestOutput<'wallet.history'>['rows'][number] => ({
    key: `${more.hash ?? ''} ${more.height ?? HEIGHT} ${more.address ?? OPERATOR}`,
    height: HEIGHT,
    atMs: now - 60_000,
    address: OPERATOR,
    kind: 'fee',
    deltaUpokt: '0',
    feeUpokt: '0',
    hash: null,
    failed: false,
    sentBy: null,
    messages: [],
    pay: null,
    ...more,
  })
  return {
    'wallet.history': {
      rows: [
        row({
          height: 135,
          feeUpokt: '9',
          hash: '11417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E011',
          sentBy: 'miner',
          messages: [{ type: '/pocket.proof.MsgSubmitProof', facts: { count: '8', services: 'anvil, eth', sessionEndHeight: '120' } }],
        }),
        row({
          height: 133,
          address: OWNER,
          kind: 'reward',
          deltaUpokt: '884448',
          pay: { sessionEndHeight: 120, sessionNumber: 12, claims: 8, services: 'anvil, eth' },
        }),
        row({
          height: 129,
          kind: 'transfer',
          deltaUpokt: '-10000',
          feeUpokt: '4',
          hash: '22417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E022',
          sentBy: 'elsewhere',
          messages: [{ type: '/cosmos.bank.v1beta1.MsgSend', facts: { fromAddress: OPERATOR, toAddress: EXCHANGE, upokt: '10000' } }],
        }),
        row({ height: 120, feeUpokt: '3', hash: '33', failed: true, messages: [{ type: '', facts: { log: 'out of gas' } }] }),
      ],
      next: { height: 120, position: 'tx:0:0', address: OPERATOR },
      revision: HEIGHT,
      names: { [OWNER]: 'Owner', [OPERATOR]: 'Operator', [EXCHANGE]: 'Exchange' },
    },
    'wallet.runway': {
      runway: {
        address: OPERATOR,
        balanceUpokt: '27020000',
        feesUpokt: '4900',
        proofFeesUpokt: '700',
        transactions: 140,
        sinceMs: now - 7 * DAY,
        spanMs: 7 * DAY,
        perDayUpokt: '2701999',
        daysLeft: 10,
        nextSession: { upokt: '78', claims: 8, proofFeeUpokt: '1', txFeeUpokt: '35' },
        level: 'warn',
        topUpUpokt: '136000000',
      },
    },
    'wallet.book': { rows: [{ address: EXCHANGE, name: 'Exchange', note: 'needs a memo', updatedAtMs: now - DAY }] },
    'wallet.bookPut': {},
    'wallet.bookRemove': {},
    'wallet.bookExport': { fileName: 'hearth-addresses-local.json', text: '{}' },
    'wallet.bookImport': { added: 1, changed: 0, same: 2, refused: [{ number: 3, address: 'x', problem: 'address' }] },
    'rules.view': {
      atHeight: HEIGHT,
      atMs: now,
      supplyUpokt: '2250000000000001',
      rules: [
        {
          what: 'proofMissingPenaltyUpokt',
          value: '320000000',
          steps: [
            { value: '1', height: 5, effectHeight: 5, atMs: now - DAY },
            { value: '320000000', height: 131, effectHeight: 131, atMs: now - 12_000 },
          ],
        },
        {
          what: 'supplierMinStakeUpokt',
          value: '59500000000',
          steps: [{ value: '59500000000', height: 5, effectHeight: 5, atMs: now - DAY }],
        },
        { what: 'numBlocksPerSession', value: '10', steps: [{ value: '10', height: 5, effectHeight: 5, atMs: now - DAY }] },
        { what: 'mintRatio', value: '0.975', steps: [{ value: '0.975', height: 5, effectHeight: 5, atMs: now - DAY }] },
        { what: 'computeUnitsToTokensMultiplier', value: '42000000', steps: [] },
        { what: 'computeUnitCostGranularity', value: '1000000', steps: [] },
        { what: 'somethingNewer', value: '7', steps: [] },
      ],
      services: [
        {
          id: 'anvil',
          name: 'Anvil',
          computeUnits: '10',
          steps: [
            { value: '100', height: 5, effectHeight: 5, atMs: now - DAY },
            { value: '10', height: 135, effectHeight: 141, atMs: now - 4_000 },
          ],
          mine: true,
          difficulty: { oneIn: '42.66', relaysAverage: '900', sinceHeight: 120 },
          per1000Upokt: '420000',
          yoursPer1000Upokt: '323505',
        },
        {
          id: 'eth',
          name: 'Ethereum',
          computeUnits: '2500',
          steps: [],
          mine: false,
          difficulty: null,
          per1000Upokt: '105000000',
          yoursPer1000Upokt: null,
        },
      ],
      impacts: [
        {
          what: 'service:anvil',
          key: 'pay',
          facts: { before: '100', after: '10', serviceId: 'anvil', beforeUpokt: '3235050', afterUpokt: '323505', relays: '540' },
          effectHeight: 141,
        },
        {
          what: 'proofMissingPenaltyUpokt',
          key: 'penalty',
          facts: { before: '1', after: '320000000', spareUpokt: '5000000', timesBefore: '5000000', timesAfter: '0' },
          effectHeight: 131,
        },
      ],
    },
  }
}
