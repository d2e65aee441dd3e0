import { createRoot } from 'react-dom/client'
import { App } from './app'
import { watch } from './lib/store'
import { watchTheme } from './lib/theme'
import './styles/base.css'
import './styles/frame.css'
import './styles/films.css'
import './styles/discover.css'
import './styles/pages.css'

watchTheme()
watch()
createRoot(document.getElementById('root')!).render(<App />)
