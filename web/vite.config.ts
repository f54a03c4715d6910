import { type Plugin, defineConfig } from 'vite';

// `npm run dev` shows the console over a running server: WONJANG_URL, or the port that `wonjang serve` takes.
const server = process.env.WONJANG_URL ?? 'http://127.0.0.1:8080';

/** uPlot hangs every kind of line on one object, where no bundler sees which are used: ours are straight ones and bars. */
const lessPlot: Plugin = {
  name: 'less-plot',
  transform(code, id) {
    if (!id.endsWith('/uPlot.esm.js')) return undefined;
    for (const unused of ['uPlot.join = join;', '(paths.spline  = monotoneCubic);', '(paths.stepped = stepped);']) {
      if (!code.includes(unused)) this.error(`this uPlot has no "${unused}": look what its unused parts are called now`);
      code = code.replace(unused, '');
    }
    return { code, map: null };
  },
};

export default defineConfig({
  base: '/console/',
  plugins: [lessPlot],
  // h(tag, attributes, child, child) is shorter than jsx(tag, { children: [] }) four thousand times over.
  esbuild: { jsx: 'transform', jsxFactory: '__h', jsxFragment: '__Fragment', jsxInject: "import { h as __h, Fragment as __Fragment } from 'preact'" },
  // The host stays what the browser asked for: the server compares it with the Origin of every write.
  server: { proxy: Object.fromEntries(['/v1', '/readyz'].map((path) => [path, { target: server, changeOrigin: false }])) },
  build: {
    target: 'es2022',
    assetsDir: '',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    minify: 'terser',
    terserOptions: { ecma: 2020, module: true, compress: { passes: 4, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, keep_fargs: false } },
  },
});
