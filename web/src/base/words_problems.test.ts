import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES } from './words_codes';
import { PROBLEMS } from './words_problems';

const HANGUL = /[가-힣]/;

/** The codes of a section of docs/errors.md. */
function codesOf(section: string): string[] {
  return [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map((found) => found[1] ?? '');
}

const [problems = '', refusals = '', fields = ''] = readFileSync('../docs/errors.md', 'utf8').split(/^## .*$/m);

test('every problem has a Korean sentence and says what next, every refusal and field has a sentence', () => {
  const words: Record<string, readonly string[]> = PROBLEMS.problem;
  assert.ok(codesOf(problems).length > 30 && codesOf(refusals).length > 30 && codesOf(fields).length > 15, 'the page has its three tables');
  for (const code of codesOf(problems)) assert.ok(words[code]?.length === 2 && words[code].every((said) => HANGUL.test(said)), code);
  for (const code of codesOf(refusals)) assert.match(words[code]?.[0] ?? '', HANGUL, code);
  const ofFields: Record<string, readonly string[]> = PROBLEMS.field;
  for (const code of codesOf(fields)) assert.match(ofFields[code]?.[0] ?? '', HANGUL, code);
});

test('no sentence is kept for a code that is none', () => {
  const known = new Set([...codesOf(problems), ...codesOf(refusals)]);
  assert.deepEqual(Object.keys(PROBLEMS.problem).filter((code) => !known.has(code)), []);
  assert.deepEqual(Object.keys(PROBLEMS.field).filter((code) => !codesOf(fields).includes(code)), []);
});

test('whatever keeps an item open has a name and a way out', () => {
  assert.deepEqual(Object.keys(PROBLEMS.trouble).sort(), Object.keys(CODES.trouble).sort());
});
