// The two pictures of the README, made anew from a real server with a made-up street of shops:
//   WONJANG_BIN=build/release/bin/wonjang node web/scripts/pictures.mjs
// writes docs/images/console-*.png. The same seed gives the same shops; dates are of the day on which it runs.
import { mkdirSync, statSync } from 'node:fs';
import { World, day, openPage, signIn, startBrowser } from '../test/world.mjs';
import { contract } from '../test/money_world.mjs';

const BYTES_MAX = 120_000;
const DAYS = 30;
const SHOPS = [
  ['seongsu-coffee', '성수 커피', 46, 6_800, ['아메리카노', '카페라떼', '에티오피아 원두 200g', '레몬 케이크']],
  ['mangwon-bakery', '망원 빵집', 38, 9_200, ['소금빵 4개', '식빵', '딸기 케이크', '바게트']],
  ['yeonnam-books', '연남 서점', 14, 19_500, ['시집', '그림책', '여행 잡지', '노트']],
  ['hannam-flowers', '한남 꽃집', 9, 41_000, ['장미 다발', '화분', '리스']],
  ['jongno-optics', '종로 안경', 4, 148_000, ['안경테', '렌즈 교체']],
];
const FAMILY = ['김', '이', '박', '최', '정', '강', '조', '윤', '장', '임'];
const GIVEN = ['서준', '지안', '하윤', '도윤', '서연', '미르', '시우', '예린', '수아', '건우'];
const ISSUERS = ['SHINHAN', 'HYUNDAI', 'KOOKMIN', 'SAMSUNG', 'HANA'];

let state = 20_261_122;
const random = (below) => {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
};
const one = (list) => list[random(list.length)];
/** Lunch and evening are busy, nights are not. */
const hourOf = () => one([8, 9, 10, 11, 12, 12, 12, 13, 13, 14, 15, 16, 17, 18, 18, 19, 19, 20, 21]);
const two = (n) => String(n).padStart(2, '0');

function line(merchantId, [code, , , price, names], date, n) {
  const at = `${date}T${two(hourOf())}:${two(random(60))}:${two(random(60))}+09:00`;
  if (Date.parse(at) > Date.now()) return undefined;
  const amount = Math.round((price * (60 + random(120))) / 100 / 100) * 100;
  const isTransfer = random(9) === 0;
  const detail = isTransfer ? { transfer: { bankCode: 'KAKAOBANK' } } : { card: { issuerCode: one(ISSUERS), acquirerCode: '31', bin: '451409', last4: String(1000 + random(9000)), cardType: 'CREDIT' } };
  const create = {
    op: 'create', idempotencyKey: `${code}-${n}`,
    data: {
      merchantId, orderId: `${date.slice(5).replace('-', '')}-${two(random(100))}${n}`, orderName: one(names), totalAmount: amount, requestedAt: at, buyer: { name: one(FAMILY) + one(GIVEN) },
      approvals: [{ method: isTransfer ? 'TRANSFER' : 'CARD', amount, approvedAt: at, approveNo: String(30_000_000 + n), ...detail }],
    },
  };
  const cancel = { op: 'cancel', idempotencyKey: `${code}-${n}-c`, merchantId, orderId: create.data.orderId, data: { amount: random(2) ? amount : Math.round(amount / 300) * 100, reason: '단순 변심', canceledAt: new Date(Math.min(Date.parse(at) + 3_600_000, Date.now())).toISOString() } };
  return random(22) === 0 ? [create, cancel] : [create];
}

async function feed(world) {
  let n = 0;
  for (const shop of SHOPS) {
    const id = (await world.post('/v1/merchants', { code: shop[0], name: shop[1] })).id;
    const { secret } = await world.post('/v1/api-keys', { merchantId: id, scopes: ['ingest'], label: 'feed' });
    await world.change('CONTRACT', contract(id, 25_000 - 1_000 * SHOPS.indexOf(shop), { tier: SHOPS.indexOf(shop) < 2 ? 'MID_1' : 'GENERAL' }), '연간 계약');
    const lines = [];
    for (let d = -DAYS; d <= 0; ++d) for (let i = shop[2] + random(shop[2]); i > 0; --i) lines.push(...(line(id, shop, day(d), ++n) ?? []));
    await world.post('/v1/ingest', `${lines.map((l) => JSON.stringify(l)).join('\n')}\n`, { key: secret, type: 'application/x-ndjson' });
  }
}

async function street(world) {
  await world.twoPeople();
  await world.change('CALENDAR', { shipped: 'KR' });
  await feed(world);
  for (let d = -DAYS; d < 0; ++d) {
    await world.settle(day(d));
    await world.post('/v1/payouts/runs', { date: day(d), alsoOnClosedDay: true });
  }
  await world.until('/v1/trial-balance', (balance) => balance.seen.lagEvents === 0);
}

const program = process.env.WONJANG_BIN;
if (!program) throw new Error('WONJANG_BIN names no program: build one with its console and say where it is');
const out = new URL('../../docs/images/', import.meta.url).pathname;
mkdirSync(out, { recursive: true });
const world = await World.start(program, street);
const browser = await startBrowser(process.env.CHROMIUM ?? '/usr/bin/chromium');
try {
  const page = await openPage(browser, world, { locale: 'en-US' });
  await signIn(page, world, world.operatorKey);
  const payout = (await world.get('/v1/payouts')).items.find((p) => p.lines > 30);
  const { items } = await world.get(`/v1/payouts/${payout.payoutId}/lines?limit=20`);
  for (const [name, path, height] of [['home', '/', 800], ['line', `/settlement/lines/${items[3].lineId}`, 620]]) {
    await page.setViewportSize({ width: 1280, height });
    await page.goto(`${world.url}/console${path}`);
    await page.waitForSelector('main table');
    await page.waitForTimeout(600);
    const file = `${out}console-${name}.png`;
    await page.screenshot({ path: file });
    const { size } = statSync(file);
    console.log(`${size} B  ${file}`);
    if (size > BYTES_MAX) throw new Error(`${file} has ${size} bytes, of at most ${BYTES_MAX}`);
  }
} finally {
  await browser.close();
  await world.stop();
}
