import { createRoot } from 'react-dom/client'
import { App } from './app'
import { loadConfig } from './config'
import './styles/tokens.css'
import './styles/base.css'

const root = document.getElementById('root')
if (root) {
  loadConfig().then(() => createRoot(root).render(<App />))
}
