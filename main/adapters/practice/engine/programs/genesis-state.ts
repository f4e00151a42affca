/**
 * State of a chain before its first block, as `pocketd init` 0.1.35 writes it with `--default-denom upokt`. Names and defaults are the program's own, so that the edits
 * which Hearth makes for a real chain fit Practice word by word (a test compares it with a recorded file).
 */
export const FRESH_APP_STATE: Record<string, unknown> = {
  application: {
    params: {
      max_delegated_gateways: '7',
      min_stake: {
        denom: 'upokt',
        amount: '1000000',
      },
    },
    application_list: [],
  },
  auth: {
    params: {
      max_memo_characters: '256',
      tx_sig_limit: '7',
      tx_size_cost_per_byte: '10',
      sig_verify_cost_ed25519: '590',
      sig_verify_cost_secp256k1: '1000',
    },
    accounts: [],
  },
  authz: {
    authorization: [],
  },
  bank: {
    params: {
      send_enabled: [],
      default_send_enabled: true,
    },
    balances: [],
    supply: [],
    denom_metadata: [],
    send_enabled: [],
  },
  circuit: {
    account_permissions: [],
    disabled_type_urls: [],
  },
  consensus: null,
  crisis: {
    constant_fee: {
      denom: 'upokt',
      amount: '1000',
    },
  },
  distribution: {
    params: {
      community_tax: '0.020000000000000000',
      base_proposer_reward: '0.000000000000000000',
      bonus_proposer_reward: '0.000000000000000000',
      withdraw_addr_enabled: true,
    },
    fee_pool: {
      community_pool: [],
    },
    delegator_withdraw_infos: [],
    previous_proposer: '',
    outstanding_rewards: [],
    validator_accumulated_commissions: [],
    validator_historical_rewards: [],
    validator_current_rewards: [],
    delegator_starting_infos: [],
    validator_slash_events: [],
  },
  evidence: {
    evidence: [],
  },
  feegrant: {
    allowances: [],
  },
  gateway: {
    params: {
      min_stake: {
        denom: 'upokt',
        amount: '100',
      },
    },
    gateway_list: [],
  },
  genutil: {
    gen_txs: [],
  },
  gov: {
    starting_proposal_id: '1',
    deposits: [],
    votes: [],
    proposals: [],
    deposit_params: null,
    voting_params: null,
    tally_params: null,
    params: {
      min_deposit: [
        {
          denom: 'upokt',
          amount: '10000000',
        },
      ],
      max_deposit_period: '172800s',
      voting_period: '172800s',
      quorum: '0.334000000000000000',
      threshold: '0.500000000000000000',
      veto_threshold: '0.334000000000000000',
      min_initial_deposit_ratio: '0.000000000000000000',
      proposal_cancel_ratio: '0.500000000000000000',
      proposal_cancel_dest: '',
      expedited_voting_period: '86400s',
      expedited_threshold: '0.667000000000000000',
      expedited_min_deposit: [
        {
          denom: 'upokt',
          amount: '50000000',
        },
      ],
      burn_vote_quorum: false,
      burn_proposal_deposit_prevote: false,
      burn_vote_veto: true,
      min_deposit_ratio: '0.010000000000000000',
    },
    constitution: '',
  },
  group: {
    group_seq: '0',
    groups: [],
    group_members: [],
    group_policy_seq: '0',
    group_policies: [],
    proposal_seq: '0',
    proposals: [],
    votes: [],
  },
  migration: {
    params: {
      waive_morse_claim_gas_fees: false,
      allow_morse_account_import_overwrite: false,
      morse_account_claiming_enabled: true,
    },
    morseClaimableAccountList: [],
  },
  mint: {
    minter: {
      inflation: '0.130000000000000000',
      annual_provisions: '0.000000000000000000',
    },
    params: {
      mint_denom: 'upokt',
      inflation_rate_change: '0.130000000000000000',
      inflation_max: '0.200000000000000000',
      inflation_min: '0.070000000000000000',
      goal_bonded: '0.670000000000000000',
      blocks_per_year: '6311520',
    },
  },
  params: null,
  proof: {
    params: {
      proof_request_probability: 0.25,
      proof_requirement_threshold: {
        denom: 'upokt',
        amount: '20000000',
      },
      proof_missing_penalty: {
        denom: 'upokt',
        amount: '320000000',
      },
      proof_submission_fee: {
        denom: 'upokt',
        amount: '0',
      },
    },
    claim_list: [],
    proof_list: [],
  },
  runtime: null,
  service: {
    params: {
      add_service_fee: {
        denom: 'upokt',
        amount: '1',
      },
      target_num_relays: '100000',
    },
    service_list: [],
    relayMiningDifficultyList: [],
    compute_units_per_relay_history: [],
  },
  session: {
    params: {
      num_suppliers_per_session: '15',
    },
    params_history: [],
  },
  shared: {
    params: {
      num_blocks_per_session: '10',
      grace_period_end_offset_blocks: '1',
      claim_window_open_offset_blocks: '1',
      claim_window_close_offset_blocks: '4',
      proof_window_open_offset_blocks: '0',
      proof_window_close_offset_blocks: '4',
      supplier_unbonding_period_sessions: '1',
      application_unbonding_period_sessions: '1',
      compute_units_to_tokens_multiplier: '42000000',
      gateway_unbonding_period_sessions: '1',
      compute_unit_cost_granularity: '1000000',
      session_grid_anchor_height: '1',
      session_number_at_anchor: '1',
    },
    params_history: [],
  },
  slashing: {
    params: {
      signed_blocks_window: '100',
      min_signed_per_window: '0.500000000000000000',
      downtime_jail_duration: '600s',
      slash_fraction_double_sign: '0.050000000000000000',
      slash_fraction_downtime: '0.010000000000000000',
    },
    signing_infos: [],
    missed_blocks: [],
  },
  staking: {
    params: {
      unbonding_time: '1814400s',
      max_validators: 100,
      max_entries: 7,
      historical_entries: 10000,
      bond_denom: 'upokt',
      min_commission_rate: '0.000000000000000000',
    },
    last_total_power: '0',
    last_validator_powers: [],
    validators: [],
    delegations: [],
    unbonding_delegations: [],
    redelegations: [],
    exported: false,
  },
  supplier: {
    params: {
      min_stake: {
        denom: 'upokt',
        amount: '1000000',
      },
      staking_fee: {
        denom: 'upokt',
        amount: '1',
      },
    },
    supplierList: [],
  },
  tokenomics: {
    params: {
      dao_reward_address: 'pokt1eeeksh2tvkh7wzmfrljnhw4wrhs55lcuvmekkw',
      mint_allocation_percentages: {
        dao: 0.1,
        proposer: 0.05,
        supplier: 0.7,
        source_owner: 0.15,
        application: 0,
      },
      global_inflation_per_claim: 0.1,
      mint_equals_burn_claim_distribution: {
        dao: 0.1,
        proposer: 0.05,
        supplier: 0.7,
        source_owner: 0.15,
        application: 0,
      },
      mint_ratio: 1,
      overservicing_bonus_multiplier: '1',
    },
  },
  upgrade: {},
  vesting: {},
}
