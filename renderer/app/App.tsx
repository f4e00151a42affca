import { Suspense, useMemo, useState, type ReactNode } from 'react'
import { Router, useLocation } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { BridgeProvider, useAppState, useMirror, type Bridge } from '#renderer/bridge/hooks.ts'
import { CreateVault } from '#renderer/features/lock/CreateVault.tsx'
import { DamagedVault } from '#renderer/features/lock/DamagedVault.tsx'
import { UnlockDialog } from '#renderer/features/lock/UnlockDialog.tsx'
import { UnlockContext } from '#renderer/ui/unlock-context.ts'
import { nameChain } from '#renderer/text/text.ts'
import { Connecting, SessionEnded } from './Connecting.tsx'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { Frame } from './Frame.tsx'
import { FullPage } from './FullPage.tsx'
import { KeyboardHelp } from './KeyboardHelp.tsx'
import { useShortcuts } from './keyboard.ts'
import { useLook } from './look.ts'
import { matchRoute } from './match-route.ts'
import { SCREENS } from './screens.tsx'

/** The whole page over a bridge. */
export function App({ bridge }: { bridge: Bridge }): ReactNode {
  return (
    <BridgeProvider bridge={bridge}>
      <Router hook={useHashLocation}>
        <Gate />
      </Router>
    </BridgeProvider>
  )
}

/** Nothing is drawn before a state is there, and nothing pretends to be true after the session ended. */
function Gate(): ReactNode {
  const { hasState, link } = useMirror((mirror) => ({ hasState: mirror.state !== null, link: mirror.link }))
  if (link === 'ended') return <SessionEnded />
  if (!hasState) return <Connecting />
  return <Inside />
}

function Inside(): ReactNode {
  const vault = useAppState((state) => state.vault.kind)
  const network = useAppState((state) => state.app.network)
  const [location] = useLocation()
  const [isUnlocking, setUnlocking] = useState(false)
  const [isHelp, setHelp] = useState(false)
  const route = useMemo(() => matchRoute(location), [location])
  useShortcuts({ onHelp: () => setHelp(true), onUnlock: () => setUnlocking(true) })
  useLook()
  nameChain(network)

  // First start: the vault comes before everything, since every later step needs a key. A damaged one is told once here and hides nothing that is on chain.
  if (vault === 'absent') {
    return (
      <FullPage>
        <CreateVault />
      </FullPage>
    )
  }
  const id = network === null ? 'setup' : route?.id
  // Most screens come as a file of their own (vite.config.ts).
  const screen = id === undefined ? null : <Suspense fallback={null}>{SCREENS[id](route?.params ?? {})}</Suspense>
  const isFull = id === 'setup' || id === 'unlock'
  return (
    <UnlockContext.Provider value={() => setUnlocking(true)}>
      <ErrorBoundary key={location}>
        {isFull ? (
          <FullPage>{screen}</FullPage>
        ) : (
          <Frame route={route} onHelp={() => setHelp(true)}>
            {vault === 'damaged' ? <DamagedVault /> : null}
            {/* What was asked of one network, or typed for it, is not shown of another: a network that is looked after all the time comes with its figures, and may have the same revisions. */}
            <ErrorBoundary key={`${network ?? ''} ${location}`}>{screen}</ErrorBoundary>
          </Frame>
        )}
      </ErrorBoundary>
      <UnlockDialog isOpen={isUnlocking} onClose={() => setUnlocking(false)} />
      <KeyboardHelp isOpen={isHelp} onClose={() => setHelp(false)} />
    </UnlockContext.Provider>
  )
}
