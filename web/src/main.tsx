import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { loadConfig } from './config'
import { MISSING, ROUTES } from './routes'
import { keepTyped } from './typed'
import './styles/tokens.css'
import './styles/base.css'

/** The shell stays until its own page can take its place. */
async function start(root: HTMLElement) {
  const first = [...ROUTES, MISSING].find(({ name }) => name === root.dataset.page)
  await Promise.all([loadConfig(), first?.ready?.()])
  const typeAgain = keepTyped(root)
  flushSync(() => createRoot(root).render(<App />))
  typeAgain()
}

const root = document.getElementById('root')
if (root) void start(root)
