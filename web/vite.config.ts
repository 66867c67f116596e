import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react()],
  publicDir: isSsrBuild ? false : 'public',
  build: isSsrBuild
    ? { outDir: '.shells', rollupOptions: { output: { entryFileNames: 'shells.mjs' } } }
    : { outDir: 'dist', target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, manifest: true },
  css: { modules: { generateScopedName: '[name]_[local]_[hash:base64:4]' } },
}))
