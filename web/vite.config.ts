import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Files that pages share, a few kilobytes each: compressed together they are smaller, and one request is enough. */
const GROUPS = [
  {
    name: 'core',
    test: /rolldown.runtime|node_modules\/(react|react-dom|scheduler|@tanstack(?!.*[qQ]ueries))\/|src\/(router|api|auth\/session|config|format|messages\/(en\/frame|index)|components\/(ui\.module|trouble|skeleton))/,
  },
  { name: 'scene', test: /src\/(components\/scene|messages\/en\/search)/ },
  { name: 'find', test: /src\/(components\/search_form|messages\/(rules|en\/hotel)|stay\.ts)/ },
  { name: 'price', test: /src\/(components|messages\/en)\/(price|policy)\.(tsx?|module)/ },
  { name: 'stay', test: /src\/(components\/(hold_frame|booking_frame|stay_summary)|messages\/en\/stay)/ },
].map((group, index, all) => ({ ...group, priority: all.length - index }))

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react()],
  publicDir: isSsrBuild ? false : 'public',
  build: isSsrBuild
    ? { outDir: '.shells', rollupOptions: { output: { entryFileNames: 'shells.mjs' } } }
    : {
        outDir: 'dist',
        target: 'es2022',
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        manifest: true,
        rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
      },
  css: { modules: { generateScopedName: '[name]_[local]_[hash:base64:4]' } },
}))
