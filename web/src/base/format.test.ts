import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as f from './format';

const NOW = Date.parse('2026-11-22T07:11:08.191Z');

test('amounts carry the digits of their currency and are exact beyond 2^53', () => {
  assert.equal(f.decimal(1234567, 'KRW'), '1,234,567');
  assert.equal(f.decimal(1234567, 'USD'), '12,345.67');
  assert.equal(f.decimal(5, 'USD'), '0.05');
  assert.equal(f.decimal(-5, 'USD'), '-0.05');
  assert.equal(f.decimal('123456789012345678901', 'KRW'), '123,456,789,012,345,678,901');
  assert.equal(f.decimal(1234567, 'KWD'), '1,234.567');
  assert.equal(f.decimal(1234567, 'USD', false), '12345.67');
});

test('money says its currency in the reader’s way', () => {
  assert.equal(f.money(12300, 'KRW', 'ko'), '12,300원');
  assert.equal(f.money(12300, 'KRW', 'en'), '₩12,300');
  assert.equal(f.money(-12300, 'KRW', 'ko'), '-12,300원');
  assert.equal(f.money(-12300, 'KRW', 'en'), '-₩12,300');
  assert.equal(f.money(1050, 'USD', 'ko'), '$10.50');
  assert.equal(f.money(100, 'XAU', 'ko'), `${f.decimal(100, 'XAU')} XAU`);
  assert.equal(f.money(0, 'KRW', 'ko'), '0원');
});

test('an axis says amounts short, with their unit, in the reader’s way', () => {
  assert.equal(f.shortMoney(120_000_000, 'KRW', 'ko'), '1.2억원');
  assert.equal(f.shortMoney(120_000_000, 'KRW', 'en'), '₩120M');
  assert.equal(f.shortMoney(9_000, 'KRW', 'ko'), '9,000원');
  assert.equal(f.shortMoney(1_050, 'USD', 'en'), '$10.50');
  assert.equal(f.shortMoney(2_000, 'USD', 'en'), '$20');
  assert.equal(f.shortMoney(123_456_700, 'USD', 'en'), '$1.2M');
  assert.equal(f.shortMoney(-2_500_000, 'KRW', 'en'), '-₩2.5M');
  assert.equal(f.shortMoney(0, 'KRW', 'ko'), '0원');
});

test('an amount typed by a person is taken as minor units or not at all', () => {
  assert.equal(f.parseAmount('12,300원', 'KRW'), 12300);
  assert.equal(f.parseAmount('10.5', 'USD'), 1050);
  assert.equal(f.parseAmount('10.505', 'USD'), undefined);
  assert.equal(f.parseAmount('10.5', 'KRW'), undefined);
  assert.equal(f.parseAmount('-5', 'KRW'), undefined);
  assert.equal(f.parseAmount('', 'KRW'), undefined);
  assert.equal(f.parseAmount('1e3', 'KRW'), undefined);
});

test('times are Seoul’s, in the reader’s way, and the day is told unless it is today', () => {
  assert.equal(f.timeFull('2026-11-22T07:11:08.191Z', 'ko'), '2026. 11. 22. 16:11:08');
  assert.equal(f.timeFull('2026-11-22T07:11:08.191Z', 'en'), '22 Nov 2026 16:11:08');
  assert.equal(f.timeFull('2026-11-21T15:00:00Z', 'ko'), '2026. 11. 22. 00:00:00');
  assert.equal(f.timeFull('2026-01-04T15:00:00Z', 'ko'), '2026. 01. 05. 00:00:00', 'digits stand below each other');
  assert.equal(f.timeFull('2026-01-04T15:00:00Z', 'en'), '05 Jan 2026 00:00:00');
  assert.equal(f.timeShort('2026-11-22T07:00:00Z', NOW, 'ko'), '16:00:00');
  assert.equal(f.timeShort('2026-11-21T07:00:00Z', NOW, 'ko'), '11. 21. 16:00:00');
  assert.equal(f.timeShort('2026-11-21T07:00:00Z', NOW, 'en'), '21 Nov 16:00:00');
  assert.equal(f.timeShort('2025-11-21T07:00:00Z', NOW, 'ko'), '2025. 11. 21. 16:00:00');
  assert.equal(f.clock(NOW), '16:11:08');
  assert.equal(f.timeFull('not a time', 'ko'), 'not a time');
});

test('what stands under the pointer and in a file is exact', () => {
  assert.equal(f.isoSeoul('2026-11-22T07:11:08.191Z'), '2026-11-22T16:11:08.191+09:00');
  assert.equal(f.isoSeoul('2026-11-22T07:11:08.191234Z'), '2026-11-22T16:11:08.191234+09:00');
  assert.equal(f.isoSeoul('2026-11-21T15:00:00Z'), '2026-11-22T00:00:00+09:00');
  assert.equal(f.timeSeoul('2026-11-22T07:11:08.191Z'), '2026-11-22 16:11:08');
  assert.equal(f.timeUtc('2026-11-22T07:11:08.191Z'), '2026-11-22 07:11:08.191 UTC');
  assert.equal(f.timeSeoul('not a time'), 'not a time');
});

test('points of a series and buckets of a total are named by their length', () => {
  assert.equal(f.stamp(NOW, 60, 'ko'), '11. 22. 16:11');
  assert.equal(f.stamp(NOW, 86_400, 'en'), '22 Nov 2026');
  assert.equal(f.stamp(NOW, 28 * 86_400, 'ko'), '2026. 11.');
  assert.equal(f.tick(NOW, 3_600, 'en'), '16:11');
  assert.equal(f.tick(NOW, 86_400, 'ko'), '11. 22.');
  assert.equal(f.bucketText('2026', 'ko'), '2026년');
  assert.equal(f.bucketText('2026-11', 'en'), 'Nov 2026');
  assert.equal(f.bucketText('2026-11-22', 'ko'), '2026. 11. 22.');
  assert.equal(f.bucketText('2026-11-22T16', 'ko'), '2026. 11. 22. 16:00');
  assert.equal(f.bucketText('2026-11-22T16:05', 'en'), '22 Nov 2026 16:05');
});

test('the business day turns at midnight in Seoul', () => {
  assert.equal(f.daySeoul(Date.parse('2026-11-22T14:59:59Z')), '2026-11-22');
  assert.equal(f.daySeoul(Date.parse('2026-11-22T15:00:00Z')), '2026-11-23');
});

test('days are counted over months and leap years', () => {
  assert.equal(f.addDays('2026-11-30', 1), '2026-12-01');
  assert.equal(f.addDays('2028-02-28', 1), '2028-02-29');
  assert.equal(f.addDays('2026-01-01', -1), '2025-12-31');
  assert.equal(f.daysBetween('2026-11-16', '2026-11-23'), 7);
  assert.equal(f.isDay('2026-02-30'), false);
  assert.equal(f.isDay('2026-02-28'), true);
  assert.equal(f.isDay('22.11.2026'), false);
  assert.equal(f.dayText('2026-11-05', 'ko'), '2026. 11. 05.');
  assert.equal(f.dayText('2026-11-05', 'en'), '05 Nov 2026');
  assert.equal(f.dayLong('2026-11-22', 'ko'), '2026. 11. 22. (일)');
  assert.equal(f.dayLong('2026-11-23', 'en'), 'Mon 23 Nov 2026');
  assert.equal(f.dayText('next week', 'ko'), 'next week');
});

test('how long ago, in words', () => {
  assert.equal(f.ago('2026-11-22T07:11:05.191Z', NOW, 'ko'), '3초 전');
  assert.equal(f.ago('2026-11-22T07:08:00.000Z', NOW, 'en'), '3 min ago');
  assert.equal(f.ago('2026-11-22T08:11:08.191Z', NOW, 'ko'), '1시간 뒤');
  assert.equal(f.ago('2026-11-22T07:11:08.191Z', NOW, 'en'), 'just now');
});

test('short numbers for axes, lengths, rates and ids', () => {
  assert.equal(f.short(12_340_000, 'ko'), '1,234만');
  assert.equal(f.short(15_000, 'ko'), '1.5만');
  assert.equal(f.short(1_200_000, 'en'), '1.2M');
  assert.equal(f.short(950, 'en'), '950');
  assert.equal(f.lasting(75_000), '1:15');
  assert.equal(f.lasting(8_130_000), '2:15:30');
  assert.equal(f.rate(15_000), '1.5 %');
  assert.equal(f.rate(4_000), '0.4 %');
  assert.equal(f.shortId('pay_01M811GAWZHGH7FC763V1QAA04'), 'pay_…1QAA04');
});
