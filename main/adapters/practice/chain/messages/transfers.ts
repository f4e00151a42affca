import type { PracticeMessage } from '../../parts.ts'
import { addressFault } from '../addresses.ts'
import { amountText, balanceOf, openAccount, receive, send, setBalance } from '../bank.ts'
import { coinText, emit, type Frame } from '../frame.ts'
import { sdkRefusal } from '../refusal.ts'

/** Plain transfers, which are the SDK's own: their errors keep code and codespace. */

function checkRecipient(frame: Frame, address: string): void {
  const fault = addressFault(address, frame.state.genesis.addressPrefix)
  if (fault !== undefined) throw sdkRefusal('invalid address', `invalid to address: ${fault}`)
  const { module } = frame.state.accounts.get(address) ?? {}
  if (module !== undefined) throw sdkRefusal('unauthorized', `${address} is not allowed to receive funds`)
}

/** @throws Refusal with an SDK code */
export function transfer(frame: Frame, message: Extract<PracticeMessage, { kind: 'send' }>): void {
  if (message.amountUpokt <= 0n) throw sdkRefusal('invalid coins', amountText(message.amountUpokt))
  checkRecipient(frame, message.toAddress)
  send(frame, message.fromAddress, message.toAddress, message.amountUpokt)
}

/** One sender, many recipients. @throws Refusal with an SDK code */
export function multiSend(frame: Frame, message: Extract<PracticeMessage, { kind: 'multi-send' }>): void {
  const { state } = frame
  const { fromAddress, outputs } = message
  for (const { address, amountUpokt } of outputs) {
    if (amountUpokt <= 0n) throw sdkRefusal('invalid coins', amountText(amountUpokt))
    checkRecipient(frame, address)
  }
  emit(frame, 'message', { sender: fromAddress })
  const total = outputs.reduce((sum, { amountUpokt }) => sum + amountUpokt, 0n)
  const held = balanceOf(state, fromAddress)
  if (held < total) throw sdkRefusal('insufficient funds', `spendable balance ${coinText(held)} is smaller than ${coinText(total)}`)
  setBalance(state, fromAddress, held - total)
  emit(frame, 'coin_spent', { spender: fromAddress, amount: coinText(total) })
  for (const { address, amountUpokt } of outputs) {
    receive(frame, address, amountUpokt)
    emit(frame, 'transfer', { recipient: address, sender: fromAddress, amount: coinText(amountUpokt) })
    if (!state.accounts.has(address)) openAccount(state, address)
  }
}
