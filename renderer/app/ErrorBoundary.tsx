import { Component, type ReactNode } from 'react'
import { words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'

/** A page that breaks says so in its own place; frame and everything that runs stay. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true }
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children
    return (
      <EmptyState icon="circle-x" title={words('frame.crashed.title')} text={words('frame.crashed.text')}>
        <Button kind="pri" icon="refresh-cw" onPress={() => this.setState({ broken: false })}>
          {words('frame.crashed.again')}
        </Button>
      </EmptyState>
    )
  }
}
