import type { ChainNode } from '../node/chain-node.ts'
import type { PracticeStart } from './world.ts'

/** Sends what a scenario left for later into the blocks that it names. @returns ends it */
export function sendLater(node: Pick<ChainNode, 'onBlock' | 'submit' | 'ledger'>, later: PracticeStart['later']): () => void {
  let waiting = [...later]
  const send = (height: number): void => {
    // What is submitted now is in the next block.
    const due = waiting.filter((entry) => entry.height <= height + 1)
    waiting = waiting.filter((entry) => entry.height > height + 1)
    for (const { tx } of due) node.submit(tx)
  }
  send(node.ledger.height)
  return node.onBlock((block) => send(block.height))
}
