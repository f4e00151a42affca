import { wordsOf, type CommandIo, type Commands } from './command.ts'
import { PocketdError, readArgs } from './pocketd-args.ts'
import { runGenesis, runInit } from './pocketd-genesis.ts'
import { runKeys, type PocketdContext } from './pocketd-keys.ts'
import { runSend, type SendTarget } from './pocketd-send.ts'

/** The command line of pocketd as far as Hearth uses it. @param chain the running chain, if any */
export function pocketdCommands(context: PocketdContext, chain: () => SendTarget | undefined = () => undefined): Commands {
  return {
    async pocketd(given, io) {
      try {
        await run(given, io, context, chain)
        return 0
      } catch (error) {
        const [first = '', second = ''] = given
        if (!(error instanceof PocketdError)) io.err(`Error: ${wordsOf(error)}\n`)
        else
          io.err(
            `Usage:\n  pocketd ${first} ${second} [flags]\n\nGlobal Flags:\n      --home string   directory for config and data\n\n${error.message}\n\n`,
          )
        return 1
      }
    },
  }
}

async function run(given: string[], io: CommandIo, context: PocketdContext, chain: () => SendTarget | undefined): Promise<void> {
  const [group = '', verb = '', ...rest] = given
  switch (group) {
    case 'version':
      io.out('0.1.35\n')
      return
    case 'init':
      runInit(readArgs(given.slice(1)), io, context)
      return
    case 'keys':
      runKeys(verb, readArgs(rest), io, context)
      return
    case 'genesis':
      runGenesis(verb, readArgs(rest), io, context)
      return
    case 'tx': {
      if (verb !== 'bank' || rest[0] !== 'send') throw new PocketdError(`unknown command "${rest[0] ?? verb}" for "pocketd tx"`)
      await runSend(readArgs(rest.slice(1)), io, context, chain())
      return
    }
    default:
      throw new PocketdError(`unknown command "${group}" for "pocketd"`)
  }
}
