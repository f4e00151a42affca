import type { ModuleName } from './addresses.ts'
import { coinText, emit, type Frame } from './frame.ts'
import { sdkRefusal } from './refusal.ts'
import type { AccountState, ChainState } from './state.ts'

/** Moving coins, with the events that the bank writes. Amounts are upokt. */

/** The account of a module on this chain. */
export const module = (state: ChainState, name: ModuleName): string => state.fixed.modules[name]

export const balanceOf = (state: ChainState, address: string): bigint => state.balances.get(address) ?? 0n

/** Changes a balance without a word; the bookkeeping of genesis and of what has its own events. */
export function setBalance(state: ChainState, address: string, upokt: bigint): void {
  if (upokt < 0n) throw new Error(`balance of ${address} would be negative`)
  state.balances.set(address, upokt)
  state.touched.add(address)
}

/** Opens an account with the next number. */
export function openAccount(state: ChainState, address: string, moduleName?: ModuleName): AccountState {
  const number = state.counters.get('account-number') ?? 0n
  state.counters.set('account-number', number + 1n)
  const account: AccountState = { number, sequence: 0n, pubKeyHex: undefined, module: moduleName }
  state.accounts.set(address, account)
  return account
}

function openModule(state: ChainState, name: ModuleName): string {
  const address = module(state, name)
  if (!state.accounts.has(address)) openAccount(state, address, name)
  return address
}

export function spend(frame: Frame, from: string, upokt: bigint): void {
  const { state } = frame
  const held = balanceOf(state, from)
  if (held < upokt) throw sdkRefusal('insufficient funds', `spendable balance ${coinText(held)} is smaller than ${coinText(upokt)}`)
  if (upokt > 0n) setBalance(state, from, held - upokt)
  emit(frame, 'coin_spent', { spender: from, amount: amountText(upokt) })
}

export function receive(frame: Frame, to: string, upokt: bigint): void {
  const { state } = frame
  if (upokt > 0n) setBalance(state, to, balanceOf(state, to) + upokt)
  emit(frame, 'coin_received', { receiver: to, amount: amountText(upokt) })
}

export const amountText = (upokt: bigint): string => (upokt === 0n ? '' : coinText(upokt))

/** @throws Refusal sdk/5 when the sender holds too little */
export function send(frame: Frame, from: string, to: string, upokt: bigint): void {
  spend(frame, from, upokt)
  receive(frame, to, upokt)
  if (!frame.state.accounts.has(to)) openAccount(frame.state, to)
  emit(frame, 'transfer', { recipient: to, sender: from, amount: amountText(upokt) })
  emit(frame, 'message', { sender: from })
}

export function sendToModule(frame: Frame, from: string, to: ModuleName, upokt: bigint): void {
  send(frame, from, openModule(frame.state, to), upokt)
}

export function sendFromModule(frame: Frame, from: ModuleName, to: string, upokt: bigint): void {
  send(frame, module(frame.state, from), to, upokt)
}

export function sendBetweenModules(frame: Frame, from: ModuleName, to: ModuleName, upokt: bigint): void {
  send(frame, module(frame.state, from), openModule(frame.state, to), upokt)
}

const changeSupply = (state: ChainState, by: bigint): void => state.counters.set('supply', (state.counters.get('supply') ?? 0n) + by)

export function mint(frame: Frame, to: ModuleName, upokt: bigint): void {
  const address = openModule(frame.state, to)
  receive(frame, address, upokt)
  changeSupply(frame.state, upokt)
  emit(frame, 'coinbase', { minter: address, amount: amountText(upokt) })
}

export function burn(frame: Frame, from: ModuleName, upokt: bigint): void {
  const address = module(frame.state, from)
  spend(frame, address, upokt)
  changeSupply(frame.state, -upokt)
  emit(frame, 'burn', { burner: address, amount: amountText(upokt) })
}
