import { defineConfig } from 'vite';

// `npm run dev` shows the console over a running server: WONJANG_URL, or the port that `wonjang serve` takes.
const server = process.env.WONJANG_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  // The host stays what the browser asked for: the server compares it with the Origin of every write.
  server: { proxy: Object.fromEntries(['/v1', '/readyz'].map((path) => [path, { target: server, changeOrigin: false }])) },
  build: {
    target: 'es2022',
    assetsDir: '',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
