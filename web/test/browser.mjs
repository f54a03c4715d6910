// The console through a real browser, against a real server: all of it, or one of its parts, which ctest runs beside each
// other, each on a server of its own (web/CMakeLists.txt).
//   WONJANG_BIN=build/dev/bin/wonjang npm run browser [-- PART]
import { readdirSync } from 'node:fs';

const PARTS = {
  sales: ['sales', 'merchants', 'reach', 'live'],
  money: ['money', 'four_eyes', 'terms', 'figures'],
  screens: ['screens'],
  speed: ['speed'], // measures, so nothing runs beside it
};

const orphans = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('_test.mjs') && !Object.values(PARTS).flat().includes(file.slice(0, -9)));
if (orphans.length > 0) throw new Error(`${orphans} belongs to no part: name it in one`);

const wanted = process.argv[2];
if (wanted !== undefined && !Object.hasOwn(PARTS, wanted)) {
  console.error(`browser.mjs [${Object.keys(PARTS).join(' | ')}], not '${wanted}'`);
  process.exit(1);
}
// Only now: it starts a server.
await import('./stage.mjs');
for (const name of wanted ? PARTS[wanted] : Object.values(PARTS).flat()) await import(`./${name}_test.mjs`);
