import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chargeText, parseCharge } from './rule_text';

const kept = (kind: string, text: string, currency = 'KRW') => {
  const charge = parseCharge(kind, text, currency);
  return charge && chargeText({ name: 'x', kind, ...charge }, currency);
};

test('a charge that was read is written back the same, for every kind', () => {
  assert.deepEqual(parseCharge('BASE_RATE', '1.5', 'KRW'), { ratePpm: 15_000 });
  assert.equal(kept('BASE_RATE', '2.0005 %'), '2.0005 %');
  assert.equal(kept('POINT', '0'), '0 %');
  assert.equal(kept('FIXED_FEE', '1,100'), '1,100');
  assert.deepEqual(parseCharge('MINIMUM', '1.05', 'USD'), { amount: 105 });
  assert.equal(kept('TIERED_RATE', '0: 1.5, 50,000: 1.3'), '0: 1.5 %, 50000: 1.3 %');
  assert.equal(kept('PREFERENTIAL_RATE', 'SMALL 0.5, MID_1/CHECK 1 %'), 'SMALL 0.5 %, MID_1/CHECK 1 %');
});

test('what is no charge is none, and nothing is guessed', () => {
  for (const text of ['', 'one', '-1', '101', '1.23456', '1,5 %']) assert.equal(parseCharge('BASE_RATE', text, 'KRW'), undefined, text);
  assert.equal(parseCharge('FIXED_FEE', '1.5', 'KRW'), undefined);
  assert.equal(parseCharge('TIERED_RATE', '0: 1.5, 50000', 'KRW'), undefined);
  assert.equal(parseCharge('PREFERENTIAL_RATE', 'SMALL', 'KRW'), undefined);
  assert.equal(parseCharge('PREFERENTIAL_RATE', 'small 1', 'KRW'), undefined);
});
