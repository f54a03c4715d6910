// Unit tests: every src/**/*.test.ts, bundled by esbuild (Node 18 reads no TypeScript) and run by node:test.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const tests = readdirSync(src, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.test.ts'));
if (tests.length === 0) throw new Error('no *.test.ts below src/: that would be a green run without a test');
const out = mkdtempSync(join(tmpdir(), 'wonjang-unit-'));
try {
  await build({
    entryPoints: tests.map((name) => join(src, name)),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: out,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  const built = readdirSync(out, { recursive: true }).map(String).filter((name) => name.endsWith('.mjs'));
  const run = spawnSync(process.execPath, ['--test', ...built.map((name) => join(out, name))], { stdio: 'inherit', cwd: join(src, '..') });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
