import { readFileSync, readdirSync } from 'node:fs';
import { type Plugin, defineConfig } from 'vite';
import * as words from './src/base/words';
import { CODES } from './src/base/words_codes';
import { PROBLEMS } from './src/base/words_problems';

// `npm run dev` shows the console over a running server: WONJANG_URL, or the port that `wonjang serve` takes.
const server = process.env.WONJANG_URL ?? 'http://127.0.0.1:8080';

// What our charts never do, said to the bundler, which can't see it: uPlot decides while it runs. Scales are linear, series share
// one x axis and nobody drags, adds a series to a chart that stands, or reads uPlot's own words for a time.
const NEVER: [RegExp, string][] = [
  [/\bmode == 2\b/g, 'false'],
  [/\bmode == 1\b/g, 'true'],
  [/\b(\w+\.)?distr (== (3|4|100)|>= 3)\b/g, 'false'],
  [/\bms == 1\b/g, 'false'],
  [/uPlot\.join = join;|\(paths\.\w+ += \w+\);|let paths = uPlot\.paths = \{\s*points,\s*\};|uPlot\.(fmtDate|addGap|clipGaps|rangeLog|rangeAsinh|orient|pxRatio|sync) += \w+;/g, ''],
  [/\b(linear|points)\(\) ;/g, 'null;'],
  [/let (show|idxs) = s\.points\.\w+\(.*\);/g, 'let $1 = null;'],
  [/flags != 0 && bands/g, 'false && bands'],
  [/if \(bandClip\)/g, 'if (false)'],
  [/\w+Path instanceof Map/g, 'false'],
  [/self\.(addSeries|delSeries|addBand|setBand|delBand|setLegend|setSelect) = \w+;/g, ''],
  [/events\.(mousedown|mouseup|dblclick) = \w+;/g, ''],
  [/onMouse\((mousedown|dblclick), +over, \w+\);/g, ''],
  [/timeAxisVals\(_tzDate, timeAxisStamps\(.*\)(?=;| :)/g, 'null'],
  [/timeSeriesVal\(_tzDate, timeSeriesStamp\(_.*\)\)/g, 'null'],
  [/isStr\(sv\) \? timeSeriesVal\(_tzDate, timeSeriesStamp\(sv, _fmtDate\)\) : /g, ''],
  [/timeAxisVal\(_tzDate, av\)/g, 'null'],
];

const lessPlot: Plugin = {
  name: 'less-plot',
  transform(code, id) {
    if (!id.endsWith('/uPlot.esm.js')) return undefined;
    for (const [never, instead] of NEVER) {
      if (code.search(never) < 0) this.error(`this uPlot has no ${never}: look what its unused parts are called now`);
      code = code.replace(never, instead);
    }
    return { code, map: null };
  },
};

const [OF_KIND, OF_CODE, OF_WORD] = ['\n', '|', '='] as const;

function joined(parts: readonly string[], separator: string): string {
  const wrong = parts.find((part) => part.includes(separator));
  if (wrong !== undefined) throw new Error(`"${wrong}" has the sign that words are joined by in the build: "${separator}"`);
  return parts.join(separator);
}

/** Texts by kind and code as one text, taken apart again when the page begins. */
function packedTable(name: string, table: Record<string, Record<string, readonly string[]>>): string {
  const kinds = Object.entries(table).map(([kind, codes]) => joined([kind, ...Object.entries(codes).map(([code, texts]) => joined([code, ...texts], OF_WORD))], OF_CODE));
  return `export const ${name} = {};
for (const text of ${JSON.stringify(joined(kinds, OF_KIND))}.split('\\n')) {
  const [kind, ...codes] = text.split('${OF_CODE}');
  ${name}[kind] = Object.fromEntries(codes.map((one) => { const [code, ...texts] = one.split('${OF_WORD}'); return [code, texts]; }));
}
`;
}

/** Eight hundred pairs of texts as one text each: no quotes and commas between them, and a name is a number. */
const packedWords: Plugin = {
  name: 'packed-words',
  apply: 'build',
  // Packed, a word that nobody says would be built in all the same.
  buildStart() {
    const root = new URL('./src/', import.meta.url);
    const files = readdirSync(root, { recursive: true }).map(String).filter((name) => /\.tsx?$/.test(name));
    const said = new Set(files.flatMap((name) => readFileSync(new URL(name, root), 'utf8').match(/(?<=\bw\.)\w+/g) ?? []));
    const silent = Object.keys(words).filter((name) => name !== 'said' && !said.has(name));
    if (silent.length > 0) this.error(`nobody says ${silent.join(', ')}: take them out of src/base/words.ts`);
  },
  load(id) {
    if (id.endsWith('/base/words.ts')) {
      const all = Object.entries(words).filter((one): one is [string, words.Word] => Array.isArray(one[1]));
      const texts = joined([0, 1].flatMap((at) => all.map(([, word]) => word[at as 0 | 1])), OF_CODE);
      const names = all.map(([name], i) => `export const ${name} = ${i};`);
      return `const texts = ${JSON.stringify(texts)}.split('${OF_CODE}');\n${names.join('\n')}\nexport const said = (word, at) => texts[word + at * ${all.length}];\n`;
    }
    if (id.endsWith('/base/words_codes.ts')) return packedTable('CODES', CODES);
    if (id.endsWith('/base/words_problems.ts')) return packedTable('PROBLEMS', PROBLEMS);
    return undefined;
  },
};

export default defineConfig({
  base: '/console/',
  plugins: [packedWords, lessPlot],
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
