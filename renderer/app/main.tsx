import './jitless.ts'
import './styles/index.css'
import { createRoot } from 'react-dom/client'
import { connect } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import { App } from './App.tsx'
import { applyTheme } from './theme.ts'

startText()
applyTheme()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App bridge={connect()} />)
