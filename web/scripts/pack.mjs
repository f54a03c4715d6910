// After `vite build`: a gzip twin beside every file that shrinks, and the promise about size: everything that
// a browser could ever load, compressed, stays within 90 kB. Zopfli writes the same gzip as everybody, 4 % smaller.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzip } from '@gfx/zopfli';

const LIMIT = 90_000;
const dist = new URL('../dist/', import.meta.url);
const zip = (bytes) => new Promise((resolve, reject) => gzip(bytes, { numiterations: 15 }, (error, out) => (error ? reject(error) : resolve(out))));
let total = 0;
for (const name of readdirSync(dist)) {
  if (name.endsWith('.gz')) continue;
  const bytes = readFileSync(new URL(name, dist));
  const zipped = await zip(bytes);
  const small = zipped.length < bytes.length;
  if (small) writeFileSync(new URL(`${name}.gz`, dist), zipped);
  const size = small ? zipped.length : bytes.length;
  total += size;
  console.log(`${String(size).padStart(7)} B  ${name}`);
}
console.log(`${String(total).padStart(7)} B  in all, of at most ${LIMIT}`);
if (total > LIMIT) {
  console.error(`the console is ${total - LIMIT} B over its budget: take something out before it is built in`);
  process.exit(1);
}
