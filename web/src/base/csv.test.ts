import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Plain, csvCell, csvLine, csvRow } from './csv';

test('a cell that a spreadsheet would run is text', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', ' =']) {
    const cell = csvCell(`${start}cmd|'/c calc'!A0`);
    assert.match(cell, /^"'/, JSON.stringify(start));
  }
  assert.equal(csvCell('=1+1'), `"'=1+1"`);
});

test('numbers stay numbers, negative ones too', () => {
  assert.equal(csvRow([-5, 12n, 'a', null, undefined, true]), '-5,12,a,,,true\r\n');
  assert.equal(csvLine([new Plain('-12.50'), '-12.50']), `-12.50,"'-12.50"\r\n`);
});

test('quotes, commas and breaks stay inside their cell', () => {
  assert.equal(csvCell('a,b'), '"a,b"');
  assert.equal(csvCell('say "hi"'), '"say ""hi"""');
  assert.equal(csvCell('two\nlines'), '"two\nlines"');
  assert.equal(csvCell(' padded '), '" padded "');
  assert.equal(csvCell('김민수'), '김민수');
});
