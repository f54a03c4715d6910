// A stand-in for the money side's routes, for working on its screens beside a server that has none yet, and for
// pictures of them: `node mock/money.mjs URL PORT` answers /v1/settlement and friends with made-up, consistent figures and
// passes everything else on to URL. Development and tests only.
import { createServer, request } from 'node:http';

const day = (n) => new Date(Date.now() + 9 * 3_600_000 + n * 86_400_000).toISOString().slice(0, 10);
const M = 'mch_01JD4Z7Q8R6G3V5X9T2W0K1MNP';
const P = 'pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP';
const lineId = (i) => `stl_01JD4Z7Q8R6G3V5X9T2W0K1MN${i % 10}.1.${i}`;
const line = (i) => {
  const gross = 12_300 + i * 700;
  const supply = Math.floor((gross * 15) / 1000);
  const feeVat = Math.floor(supply / 10);
  return { lineId: lineId(i), paymentId: P, merchantId: M, kind: i % 7 === 6 ? 'CANCEL' : 'APPROVAL', basisDate: day(-3), payoutDate: day(-1), runDate: day(-2), late: i === 4, gross, fee: supply + feeVat, feeSupply: supply, feeVat, net: gross - supply - feeVat, currency: 'KRW', payoutId: 'pyo_01JD4Z7Q8R6G3V5X9T2W0K1MNP' };
};
const lines = Array.from({ length: 12 }, (_, i) => line(i));
const sum = (key) => lines.reduce((s, l) => s + l[key], 0);
const totals = [{ currency: 'KRW', lines: 12, count: 12, failed: 2, gross: sum('gross'), fee: sum('fee'), feeVat: sum('feeVat'), net: sum('net') }];
const run = (date, state = 'COMPLETED_WITH_FAILURES') => ({ date, state, attempt: 2, startedAt: new Date(Date.now() - 90_000).toISOString(), endedAt: state === 'RUNNING' ? undefined : new Date(Date.now() - 60_000).toISOString(), progress: { done: state === 'RUNNING' ? 8 : 14, total: 14, lines: 12, failed: 2 }, totals, before: 8, added: 4, after: 12, untouchedHash: '9f86d081884c7d659a2feaa0c55ad015', profile: [], promoted: [] });
const payout = { payoutId: 'pyo_01JD4Z7Q8R6G3V5X9T2W0K1MNP', merchantId: M, merchantName: '성수 커피 1호점', date: day(-1), currency: 'KRW', lines: 12, linesNet: sum('net'), carriedOver: [{ from: day(-8), amount: -12_000 }], withheld: 5_000, released: 0, amount: sum('net') - 17_000, leftOver: 0, state: 'PAID', account: '국민 ****1234', bankTraceNo: '20261121-00042', paidAt: new Date(Date.now() - 80_000_000).toISOString(), failure: null };
const contract = (version, validFrom, validUntil, tier) => ({ merchantId: M, subMallId: '', currency: 'KRW', version, validFrom, validUntil, tier, businessNumber: '123-45-67890', fees: { vat: 'ADDED', order: 'SUPPLY_FIRST', rounding: 'FLOOR', rules: [{ name: 'card', kind: 'BASE_RATE', applies: { method: 'CARD' }, byTier: [{ tier: 'SMALL', cardType: 'CREDIT', ratePpm: 5_000 }, { tier: 'GENERAL', cardType: 'CREDIT', ratePpm: 15_000 }] }, { name: 'transfer', kind: 'FIXED', applies: { method: 'TRANSFER' }, amount: 300 }, { name: 'easy pay', kind: 'BASE_RATE', applies: { method: 'EASY_PAY' }, ratePpm: 22_000 }], onCancel: [] }, cycle: { kind: 'DAILY', basis: 'ACQUISITION', roll: 'FORWARD', lagDays: 2, policy: 'BUSINESS_DAYS' }, calendar: 'KR', keepBack: false, payoutAccount: 'acct_1', knownAt: `${validFrom}T00:00:00Z`, changeId: 'chg_1' });
const change = { changeId: 'chg_01JD4Z7Q8R6G3V5X9T2W0K1MNP', kind: 'CALENDAR', note: '임시 공휴일 추가', status: 'PROPOSED', proposedBy: 'key_01JD4Z7Q8R6G3V5X9T2W0K1MNP', proposedAt: new Date(Date.now() - 3_600_000).toISOString(), decidedBy: null, decidedAt: null };
const list = (items) => ({ items, nextCursor: null });

const ROUTES = [
  [/^\/v1\/settlement\/runs$/, () => list([run(day(-1), 'RUNNING'), run(day(-2)), run(day(-3), 'COMPLETED')])],
  [/^\/v1\/settlement\/plans\/(.+)$/, (m) => ({ date: m[1], state: 'NEVER', items: 14, merchants: 3, late: 1, waiting: [day(-5)], totals, problems: [{ code: 'NO_CONTRACT', detail: '계약이 없는 가맹점', count: 2 }] })],
  [/^\/v1\/settlement\/runs\/[^/]+\/lines$/, () => list(lines)],
  [/^\/v1\/settlement\/runs\/[^/]+\/failures$/, () => list([{ lineId: null, paymentId: P, merchantId: M, amount: 33_000, code: 'NO_CONTRACT', detail: 'no contract is valid on the basis day; propose one, then run again' }])],
  [/^\/v1\/settlement\/runs\/[^/]+\/differences$/, () => list([{ canary: 'fees-2', lineId: lineId(1), merchantId: M, feeNow: 214, feeCandidate: 209, vatNow: 19, vatCandidate: 19, detail: 'rounding of the second step' }])],
  [/^\/v1\/settlement\/runs\/([^/]+)$/, (m) => run(m[1], m[1] === day(-1) ? 'RUNNING' : 'COMPLETED_WITH_FAILURES')],
  [/^\/v1\/settlement\/lines\/(.+)$/, () => ({ ...line(1), fees: [{ type: 'BASE', rule: 'card', base: 13_000, ratePpm: 15_000, fixed: 0, amount: 195 }], contract: contract(2, '2026-01-01', null, 'GENERAL'), calculator: 1, calendar: 'KR', calendarVersion: 3, canary: false, before: null, explain: [{ rule: 'card', formula: 'floor(13,000 × 1.5 %)', value: 195 }, { rule: 'VAT', formula: 'floor(195 / 10)', value: 19 }, { rule: 'net', formula: '13,000 − 195 − 19', value: 12_786 }], recomputed: true })],
  [/^\/v1\/payments\/[^/]+\/settlement-lines$/, () => list([line(0)])],
  [/^\/v1\/payouts$/, () => list([payout, { ...payout, payoutId: `${payout.payoutId.slice(0, -1)}Q`, state: 'FAILED', failure: '계좌 확인 필요', withheld: 0 }])],
  [/^\/v1\/payouts\/[^/]+\/lines$/, () => list(lines)],
  [/^\/v1\/payouts\/[^/]+$/, () => payout],
  [/^\/v1\/funds$/, () => ({ asOf: day(-1), position: '', ratioPpm: 600_000, rows: [{ merchantId: M, merchantName: '성수 커피 1호점', currency: 'KRW', approvedUnpaid: 1_240_000, requiredAmount: 744_000 }], totals: [{ currency: 'KRW', approvedUnpaid: 1_240_000, requiredAmount: 744_000, heldAmount: 700_000, gap: -44_000 }], held: [{ kind: 'TRUST', institution: '국민은행', amount: 700_000 }] })],
  [/^\/v1\/contracts$/, () => list([contract(1, '2025-03-01', '2026-01-01', 'SMALL'), contract(2, '2026-01-01', null, 'GENERAL')])],
  [/^\/v1\/calendars$/, () => list([{ code: 'KR', version: 3, name: '대한민국' }])],
  [/^\/v1\/calendars\/KR$/, () => ({ code: 'KR', version: 3, holidays: [{ date: '2026-12-25', name: '기독탄신일' }, { date: '2027-01-01', name: '1월1일' }] })],
  [/^\/v1\/changes$/, () => list([change])],
  [/^\/v1\/changes\/[^/]+\/what-if$/, () => ({ lines: [], payouts: [{ merchantId: M, date: { from: day(1), to: day(2) }, net: 830_000 }], counts: { lines: 41, payouts: 1, merchants: 1 }, feeDelta: [{ currency: 'KRW', amount: 0 }], truncated: false })],
  [/^\/v1\/breaks$/, () => list([{ fileId: 'fil_1', acquirer: 'SHINHAN', lineNo: 7, state: 'NOT_MATCHED', reason: 'AMOUNT_DIFF', theirs: { approveNo: '30012345', amount: 12_000 }, ours: [{ lineId: lineId(0), amount: 12_300 }], amountDelta: -300, dateDelta: 0, ageDays: 3, why: '매입사가 300원 적게 보냈습니다' }, { acquirer: 'BC', lineId: lineId(2), state: 'NOT_MATCHED', reason: 'ONLY_OURS', theirs: null, ours: [{ amount: 13_700 }], amountDelta: 13_700, ageDays: 1 }])],
  [/^\/v1\/acquirer-files$/, () => list([{ fileId: 'fil_01JD4Z7Q8R6G3V5X9T2W0K1MNP', name: 'shinhan-1121.csv', kind: 'ACQUISITION', acquirer: 'SHINHAN', importedAt: new Date().toISOString(), rows: 120, matched: 118 }])],
  [/^\/v1\/trial-balance$/, () => ({ asOf: day(0), isBalanced: true, currencies: [{ currency: 'KRW', debit: 1_240_000, credit: 1_240_000, accounts: [{ account: 1100, code: 'RECEIVABLE', name: 'Receivable from acquirers', nameKo: '매입사 미수금', type: 'ASSET', debit: 1_240_000, credit: 0, balance: 1_240_000 }, { account: 2100, code: 'PAYABLE', name: 'Payable to merchants', nameKo: '가맹점 미지급금', type: 'LIABILITY', debit: 0, credit: 1_220_000, balance: -1_220_000 }, { account: 4100, code: 'FEES', name: 'Fees', nameKo: '수수료 수익', type: 'INCOME', debit: 0, credit: 20_000, balance: -20_000 }] }] })],
  [/^\/v1\/journal$/, () => list([{ position: 'p1', eventId: 'evt_1', type: 'approval.approved', at: new Date().toISOString(), day: day(0), paymentId: P, postings: [{ account: 1100, code: 'RECEIVABLE', name: 'Receivable from acquirers', nameKo: '매입사 미수금', currency: 'KRW', debit: 12_300, credit: 0 }, { account: 2100, code: 'PAYABLE', name: 'Payable to merchants', nameKo: '가맹점 미지급금', currency: 'KRW', debit: 0, credit: 12_300 }] }])],
];

export function mockOver(url) {
  const to = new URL(url);
  return createServer((incoming, outgoing) => {
    const path = new URL(incoming.url, url).pathname;
    for (const [pattern, answer] of ROUTES) {
      const match = pattern.exec(path);
      if (!match) continue;
      outgoing.writeHead(incoming.method === 'GET' ? 200 : 202, { 'Content-Type': 'application/json' });
      outgoing.end(JSON.stringify(answer(match)));
      return;
    }
    const passed = request({ host: to.hostname, port: to.port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
}

if (process.argv[2]) mockOver(process.argv[2]).listen(Number(process.argv[3] ?? 8081), '127.0.0.1');
