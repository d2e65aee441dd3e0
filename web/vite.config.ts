/* How the page is built: pages are split into files of their own, nothing is put inline (the
 * server's Content-Security-Policy allows only files of its own), names carry a hash. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const server = process.env.MATINEE_URL ?? 'http://127.0.0.1:8080'
const routes = ['/api', '/genres', '/users', '/recommendations', '/metrics', '/openapi.json']

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2022',
  },
  server: { proxy: Object.fromEntries(routes.map((route) => [route, server])) },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
