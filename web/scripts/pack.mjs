// After `vite build`: a gzip twin beside every file that shrinks, and the promise about size: everything that
// a browser could ever load, compressed, stays within 90 kB.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 90_000;
const dist = new URL('../dist/', import.meta.url);
let total = 0;
for (const name of readdirSync(dist)) {
  if (name.endsWith('.gz')) continue;
  const bytes = readFileSync(new URL(name, dist));
  const zipped = gzipSync(bytes, { level: 9 });
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
