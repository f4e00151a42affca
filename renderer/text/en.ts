import { attentionOf } from './en/attention-of.ts'
import { backends } from './en/backends.ts'
import { bundle } from './en/bundle.ts'
import { chain } from './en/chain.ts'
import { clock } from './en/clock.ts'
import { dangers } from './en/dangers.ts'
import { earnings } from './en/earnings.ts'
import { errors, errorVariants } from './en/errors.ts'
import { frame, keys, status, ui } from './en/frame.ts'
import { home } from './en/home.ts'
import {
  activity,
  attention,
  attentionMore,
  differences,
  fixes,
  intentKinds,
  nodeNames,
  notices,
  ownChanges,
  reasons,
  relayFailures,
  stepFacts,
  stepHints,
  steps,
} from './en/keyed.ts'
import { vaultKeys } from './en/keys.ts'
import { lock } from './en/lock.ts'
import { nodes } from './en/nodes.ts'
import { onchain } from './en/onchain.ts'
import { practice } from './en/practice.ts'
import { settings } from './en/settings.ts'
import { sessions } from './en/sessions.ts'
import { records } from './en/records.ts'
import { rules } from './en/rules.ts'
import { selfTest } from './en/self-test.ts'
import { setup } from './en/setup.ts'
import { supplier } from './en/supplier.ts'
import { suppliers } from './en/suppliers.ts'
import { updates } from './en/updates.ts'
import { waits } from './en/waits.ts'
import { wallet } from './en/wallet.ts'

/** Every word of the pages. */
export const en = {
  activity,
  attention,
  attentionMore,
  attentionOf,
  backends,
  bundle,
  chain,
  clock,
  dangers,
  differences,
  earnings,
  errors,
  errorVariants,
  fixes,
  frame,
  home,
  intentKinds,
  keys,
  lock,
  nodeNames,
  nodes,
  onchain,
  practice,
  notices,
  ownChanges,
  reasons,
  records,
  rules,
  relayFailures,
  selfTest,
  settings,
  sessions,
  setup,
  status,
  stepFacts,
  stepHints,
  steps,
  supplier,
  suppliers,
  ui,
  updates,
  waits,
  vaultKeys,
  wallet,
} as const
