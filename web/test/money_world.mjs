// The money side of the tests' shop: contracts decided by two keys, a day that is settled and paid out, one that is not
// yet, a large one, an acquirer's file that doesn't agree with our lines, a payment in doubt.
import { DOLLARS, LARGE, SETTLED, TO_SETTLE, TRIED, day } from './world.mjs';

export const LARGE_COUNT = 15_000;

function terms(ratePpm) {
  return {
    vat: 'ADDED', order: 'SUPPLY_FIRST', rounding: 'HALF_UP',
    rules: [
      { name: 'card', kind: 'BASE_RATE', ratePpm, applies: { method: 'CARD' } },
      { name: 'other', kind: 'BASE_RATE', ratePpm: 18_000 },
      { name: 'tier', kind: 'PREFERENTIAL_RATE', byTier: [{ tier: 'SMALL', ratePpm: 5_000 }, { tier: 'MID_1', ratePpm: 11_000 }], applies: { method: 'CARD' } },
      { name: 'each', kind: 'FIXED_FEE', amount: 50 },
    ],
  };
}

export function contract(merchantId, ratePpm, more = {}) {
  return {
    merchantId, validFrom: '2024-01-01', calendar: 'KR', payoutAccount: `acct-${merchantId.slice(-6).toLowerCase()}`, tier: 'GENERAL',
    fees: terms(ratePpm), cycle: { kind: 'DAILY', basis: 'APPROVAL', lagDays: 2, policy: 'BUSINESS_DAYS' }, ...more,
  };
}

async function terms_of_all(world) {
  await world.change('CALENDAR', { shipped: 'KR' }, '은행 영업일');
  await world.change('CONTRACT', contract(world.shop, 25_000, { validUntil: '2026-01-01' }), '처음 계약');
  await world.change('CONTRACT', contract(world.shop, 23_000, { validFrom: '2026-01-01' }), '요율 인하');
  await world.change('CONTRACT', contract(world.other, 30_000), '처음 계약');
  await world.change('FUNDS_RATIO', { validFrom: '2024-01-01', ratioPpm: 600_000, source: '내부 기준' });
  await world.change('FUNDS_HELD', { date: day(-1), kind: 'TRUST', institution: '국민은행', currency: 'KRW', amount: 3_000_000 });
  await world.change('CANARY', { name: 'floor', merchantIds: [world.shop], candidate: { ...terms(23_000), rounding: 'FLOOR' }, cleanDays: 3 });
}

async function payments_of_days(world) {
  let number = 40_000_000;
  const pay = (order, on, more) => world.pay(order, { on, approveNo: String(++number), ...more });
  world.numbers = [];
  for (let i = 0; i < 14; ++i) {
    const totalAmount = 9_000 + 1_337 * i;
    await pay(`settled-${i}`, SETTLED, { totalAmount, merchantId: i % 4 === 3 ? world.other : world.shop, method: i % 5 === 4 ? 'TRANSFER' : 'CARD' });
    if (i % 4 !== 3 && i % 5 !== 4) world.numbers.push([number, totalAmount]);
  }
  world.followed = await pay('settled-followed', SETTLED, { totalAmount: 48_000, buyer: { name: '선우지안' }, orderName: '케냐 원두 1kg' });
  for (let i = 0; i < 6; ++i) await pay(`unsettled-${i}`, TO_SETTLE, { totalAmount: 12_000 + 900 * i });
  await world.post(`/v1/payments/${world.followed.id}/cancels`, { amount: 8_000, reason: '일부 품절', canceledAt: `${TO_SETTLE}T11:00:00+09:00` });
  for (let i = 0; i < 2; ++i) await pay(`no-contract-${i}`, TO_SETTLE, { totalAmount: 7_000 + 500 * i, merchantId: world.third });
}

/** A day of dollars: one sale that a canary prices differently, two that nobody has terms for, a file that names another amount. */
async function dollars(world) {
  await world.change('CONTRACT', contract(world.shop, 23_000, { currency: 'USD' }), '달러');
  await world.change('CANARY', { name: 'dollar-terms', merchantIds: [world.shop], currency: 'USD', candidate: terms(30_000) });
  await world.pay('dollar-1', { on: DOLLARS, currency: 'USD', totalAmount: 123_456, approveNo: '60000001' });
  for (const [i, totalAmount] of [7_050, 9_999].entries()) await world.pay(`dollar-lost-${i}`, { on: DOLLARS, currency: 'USD', totalAmount, merchantId: world.third, approveNo: `6000001${i}` });
  await world.settle(DOLLARS);
  await world.csv('/v1/acquirer-files?name=shinhan-usd.csv&kind=ACQUISITION&acquirer=SHINHAN&currency=USD', `number,amount,date\r\n60000001,123400,${DOLLARS}\r\n`);
}

async function large_day(world) {
  const line = (i) => JSON.stringify({
    op: 'create', idempotencyKey: `large-${i}`,
    data: {
      merchantId: world.shop, orderId: `large-${i}`, totalAmount: 1_000 + i, requestedAt: `${LARGE}T12:00:00+09:00`,
      approvals: [{ method: 'CARD', amount: 1_000 + i, approvedAt: `${LARGE}T12:00:00+09:00`, approveNo: String(50_000_000 + i), card: { issuerCode: 'HYUNDAI', acquirerCode: 'HYUNDAI', bin: '123456', last4: '7890' } }],
    },
  });
  const secret = (await world.post('/v1/api-keys', { merchantId: world.shop, scopes: ['ingest'], label: 'bulk' })).secret;
  await world.post('/v1/ingest', Array.from({ length: LARGE_COUNT }, (_, i) => line(i)).join('\n') + '\n', { key: secret, type: 'application/x-ndjson' });
}

async function pay_out(world) {
  const date = day(-1);
  await world.post('/v1/payouts/runs', { date, alsoOnClosedDay: true });
  await world.post('/v1/payouts/files', { date });
  const { items } = await world.get(`/v1/payouts?from=${date}&until=${day(0)}`);
  const rows = items.map((p) => (p.merchantId === world.other ? `${p.payoutId},FAILED,,${date}T15:00:00+09:00,계좌 확인 필요` : `${p.payoutId},PAID,KB-${date}-0042,${date}T15:00:00+09:00,`));
  await world.csv('/v1/payouts/results?name=bank.csv', `payout_id,state,bank_trace_no,at,failure\r\n${rows.join('\r\n')}\r\n`);
}

async function acquirer_file(world) {
  const rows = world.numbers.map(([number, amount], i) => `${number},${i === 1 ? amount - 300 : amount},${SETTLED},${Math.round(amount / 50)},7890`);
  rows.push(`39999999,5000,${SETTLED},100,1111`);
  rows.splice(3, 1);
  await world.csv('/v1/acquirer-files?name=shinhan-deposit.csv&kind=DEPOSIT&acquirer=SHINHAN', `number,amount,date,fee,card_tail\r\n${rows.join('\r\n')}\r\n`);
}

async function in_doubt(world) {
  const made = await world.post('/v1/payments', { merchantId: world.shop, orderId: 'lost-sim-stubborn', orderName: '콜드브루', totalAmount: 15_500, buyer: { name: '미확인손님' } });
  await world.post(`/v1/payments/${made.id}/approve`, { method: 'CARD', amount: 15_500, card: { issuerCode: 'SHINHAN' } }, { mayFail: true });
  world.doubtful = made;
}

export async function seedMoney(world) {
  world.third = (await world.post('/v1/merchants', { code: 'bakery-1', name: '망원 빵집' })).id;
  await world.twoPeople();
  await in_doubt(world);
  await terms_of_all(world);
  await payments_of_days(world);
  await large_day(world);
  await world.settle(SETTLED);
  await pay_out(world);
  await acquirer_file(world);
  await dollars(world);
  for (let i = 0; i < 3; ++i) await world.pay(`tried-${i}`, { on: TRIED, merchantId: world.other, totalAmount: 20_000 + 1_000 * i, approveNo: String(61_000_000 + i) });
  world.waiting = await world.propose('HOLD', { merchantId: world.other, placed: true, from: day(0), reason: '이의 제기 확인' }, '금감원 민원 확인 중');
  await world.until('/v1/in-doubt?waiting=person', (page) => page.payments.some((one) => one.payment.id === world.doubtful.id));
  await world.until('/v1/trial-balance', (balance) => balance.seen.lagEvents === 0);
}
