// Journeys of the sales side: signing in, finding, canceling, lists, files, sessions, keys, the feed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { asOperator, later, matches, settled, text, until, withPage, withWorld, world } from './stage.mjs';
import { DOLLARS, XSS, day, signIn } from './world.mjs';

test('a wrong key is told why it is none, a right one opens the screen that was asked for', () =>
  withPage({}, async (page) => {
    await page.goto(`${world.url}/console/payments?status=CANCELED`);
    await page.fill('input[type=password]', 'wonjang_live_nonsense');
    await page.click('button[type=submit]');
    await matches(page, '[role=alert]', /유효하지 않습니다/);
    await page.fill('input[type=password]', world.operatorKey);
    await page.click('button[type=submit]');
    await page.waitForSelector('tbody tr');
    assert.match(page.url(), /status=CANCELED/);
    assert.equal(await page.locator('tbody tr').count(), 1);
  }));

test('a payment is found by two syllables and followed to all that happened to it', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey);
    await page.keyboard.press('/');
    await page.keyboard.type('보미');
    await page.waitForSelector('[role=option]');
    await matches(page, '[role=option]', /황보미르/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.timeline li');
    assert.match(page.url(), new RegExp(world.found.id));
    await matches(page, 'h1', /에티오피아 원두/);
    await matches(page, '.timeline', /승인[\s\S]*결제 생성/);
    await matches(page, '.plain', /공급가액\s+30,000원[\s\S]*부가세\s+3,000원[\s\S]*합계\s+33,000원/);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=증명 내려받기')]);
    assert.match(readFileSync(await file.path(), 'utf8'), new RegExp(`^wonjang-proof v1\npayment ${world.found.id}\n`));
  }));

test('a part is canceled: timeline, list and totals agree', () =>
  withPage({}, async (page) => {
    const paid = await world.pay('order-part', { totalAmount: 11_000 });
    const of = `/payments?contains=${encodeURIComponent('부분취소손님')}`;
    const asked = await world.pay('order-part-2', { totalAmount: 22_000, buyer: { name: '부분취소손님' } });
    await signIn(page, world, world.operatorKey, `/payments/${asked.id}`);
    await page.click('[data-key=act]');
    const fields = page.locator('dialog input');
    await fields.nth(0).fill('999,999');
    await matches(page, 'dialog .field-error', /22,000원까지/);
    assert.equal(await page.locator('dialog button[type=submit]').isDisabled(), true);
    await fields.nth(0).fill('5,500');
    await fields.nth(1).fill('한 개 품절');
    await matches(page, 'dialog .preview', /취소 후 잔액\s+16,500원/);
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.timeline li >> text=취소 완료');
    await matches(page, '.kpis', /16,500원[\s\S]*22,000원[\s\S]*-5,500원/);
    await matches(page, '.timeline li', /-5,500원[\s\S]*한 개 품절/);
    await matches(page, '.plain', /부가세\s+2,000원\s+-500원\s+1,500원/);
    await page.goto(`${world.url}/console${of}`);
    await page.waitForSelector('tbody tr');
    await matches(page, 'tbody tr', /부분 취소[\s\S]*22,000원[\s\S]*-5,500원/);
    await until(page, () => /16,500/.test(document.querySelector('.sums')?.textContent ?? ''));
    await matches(page, '.sums', /건수\s*1\s*승인\s*22,000원\s*취소\s*5,500원\s*순액\s*16,500원/);
    assert.ok(paid.id);
  }));

test('an amount is read in the currency that is chosen, and what can’t be read says why', () =>
  asOperator(`/payments?from=${DOLLARS}&until=${day(-13)}`, async (page) => {
    await page.waitForSelector('tbody tr');
    await until(page, () => /USD/.test(document.querySelector('.filters')?.textContent ?? '') || document.querySelectorAll('.sums').length === 1);
    const least = page.locator('label:has-text("금액 이상") + input');
    await least.fill('70.505');
    await least.press('Tab');
    await matches(page, '.filters .field-error', /USD[\s\S]*10,500\.00/);
    await least.fill('70.51');
    await least.press('Tab');
    await until(page, () => /amountMin=7051/.test(location.search) && /currency=USD/.test(location.search));
    await settled(page);
    await until(page, () => document.querySelectorAll('tbody tr').length === 2);
    await matches(page, '.chips', /\$70\.51/);
    assert.equal(await least.inputValue(), '70.51');
    await page.goto(`${world.url}/console/payments?from=${DOLLARS}&until=${day(1)}`);
    await page.waitForSelector('label:has-text("통화") + select');
    await least.fill('10.50');
    await least.press('Tab');
    await matches(page, '.filters .field-error', /통화를 먼저/);
    await page.selectOption('label:has-text("통화") + select', 'USD');
    await least.fill('10.50');
    await least.press('Tab');
    await until(page, () => /amountMin=1050/.test(location.search));
  }));

test('today by the hour and by the minute, on a server that nobody configured for it; each chart has its table', () =>
  asOperator('/', async (page) => {
    await page.waitForSelector('.chart canvas');
    await until(page, () => document.querySelectorAll('.chart canvas').length === 2);
    await page.locator('details.twin summary').nth(1).click();
    const row = page.locator('details.twin').nth(1).locator('tbody tr').first();
    await row.waitFor();
    assert.match(await row.innerText(), /^\d\d:\d\d\s+[\d,]+\s+[\d,]+원/);
    await page.locator('.chart .u-over').nth(1).hover();
    await until(page, () => /\d건/.test(document.querySelectorAll('.u-legend')[1]?.textContent ?? ''));
    await withPage({}, async (own) => {
      await signIn(own, world, world.shopKey, '/');
      await until(own, () => document.querySelectorAll('.chart canvas').length === 2);
    });
  }));

test('a payout and a settlement line are found by their ids while they are typed', () =>
  asOperator('/', async (page) => {
    const { items } = await world.get(`/v1/payments/${world.followed.id}/settlement-lines`);
    for (const [id, path] of [[items[0].payoutId, '/payouts/'], [items[0].lineId, '/settlement/lines/']]) {
      await page.fill('#global-search', id);
      const option = page.locator('.search [role=option]', { hasText: path === '/payouts/' ? '지급' : '정산 내역' }).first();
      await option.waitFor();
      assert.match(await option.innerText(), /성수 커피 1호점/);
      await option.click();
      await until(page, (wanted) => location.pathname.endsWith(wanted), path + id);
    }
    await page.goto(`${world.url}/console/search?q=${items[0].lineId}`);
    await page.waitForSelector(`main a[href$="/settlement/lines/${items[0].lineId}"]`);
  }));

test('filters live in the address: back, reload and a saved view bring them back', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/payments');
    await page.waitForSelector('tbody tr');
    assert.match(page.url(), /from=\d{4}-\d\d-\d\d&until=/, 'the range that is shown is in the address');
    await page.click('summary:has-text("상태")');
    await page.click('label:has-text("부분 취소")');
    await until(page, () => /status=PARTIAL_CANCELED/.test(location.search));
    await settled(page);
    await matches(page, '.chips', /부분 취소/);
    await page.goBack();
    assert.doesNotMatch(page.url(), /status=/);
    await page.goForward();
    await page.reload();
    await page.waitForSelector('.chips');
    await matches(page, '.chips', /부분 취소/);
    await page.click('summary:has-text("저장한 보기")');
    await page.fill('.save-view input:not([type=checkbox])', '부분 취소만');
    await page.click('.save-view button');
    await page.goto(`${world.url}/console/payments`);
    await page.waitForSelector('tbody tr');
    await page.click('summary:has-text("저장한 보기")');
    await page.click('button:has-text("부분 취소만")');
    await until(page, () => /status=PARTIAL_CANCELED/.test(location.search));
  }));

test('pages go on by cursor, and back', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/payments');
    await page.waitForSelector('tbody tr');
    const first = await text(page, 'tbody tr');
    assert.equal(await page.locator('tbody tr').count(), 50);
    await page.click('text=다음');
    await until(page, () => /page=2/.test(location.search) && !document.querySelector('.stale'));
    await until(page, () => document.querySelectorAll('tbody tr').length < 50);
    await page.click('text=이전');
    await until(page, () => document.querySelectorAll('tbody tr').length === 50);
    assert.equal((await text(page, 'tbody tr')).slice(0, 8), first.slice(0, 8));
  }));

test('what is new waits until the reader asks for it', () =>
  withPage({ clock: true }, async (page) => {
    await signIn(page, world, world.operatorKey, '/payments');
    await page.waitForSelector('tbody tr');
    await page.hover('tbody tr'); // somebody reads them
    const first = await text(page, 'tbody tr');
    await world.pay('order-live', { buyer: { name: '방금손님' } });
    await world.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(world.position)}`);
    await later(page, 4_000);
    await page.waitForSelector('button.pill');
    assert.equal(await text(page, 'tbody tr'), first);
    await page.click('button.pill');
    await matches(page, 'tbody tr', /방금손님/);
    await page.mouse.move(2, 2); // and now nobody does: the list goes on by itself
    await world.pay('order-live-2', { buyer: { name: '다음손님' } });
    await world.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(world.position)}`);
    await later(page, 4_000);
    await until(page, () => /다음손님/.test(document.querySelector('tbody tr').innerText));
  }));

test('everything filtered goes into the file, and no cell of it is a formula', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/payments');
    await page.waitForSelector('tbody tr');
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('e')]);
    const lines = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n');
    assert.ok(lines[0].startsWith('\ufeffpaymentId,'));
    const query = new URL(page.url()).searchParams;
    const all = await world.get(`/v1/payments?from=${query.get('from')}&until=${query.get('until')}&limit=1`);
    assert.equal(lines.length - 1, all.totals[0].count);
    const hostile = lines.find((line) => line.includes(world.hostile.id));
    assert.match(hostile, /"'=HYPERLINK\(""http/);
    assert.match(hostile, /,9900,0,9900,/);
  }));

test('strings that look like HTML stay text, wherever they stand', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, `/payments/${world.hostile.id}`);
    await page.waitForSelector('.timeline li');
    assert.ok((await text(page, 'main')).includes(`${XSS}민수`));
    for (const path of ['/payments', `/search?q=${encodeURIComponent('민수')}`, `/payments?merchantId=${world.other}`, `/payments/${world.hostile.id}?tab=events`]) {
      await page.goto(`${world.url}/console${path}`);
      await page.waitForSelector('main table, main .empty, main details');
      await until(page, (xss) => document.body.textContent.includes(xss), XSS);
    }
    assert.equal(await page.evaluate(() => window.__xss), undefined);
    assert.equal(await page.locator('img').count(), 0);
  }));

test('a merchant sees its own and hears nothing of another’s', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.otherKey, '/payments');
    await page.waitForSelector('tbody tr');
    assert.equal(await page.locator('tbody tr').count(), 1);
    await matches(page, 'tbody tr', /남궁민/);
    assert.equal(await page.locator('.nav a[href$="/in-doubt"]').count(), 0);
    for (const id of [world.found.id, 'pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP']) {
      await page.goto(`${world.url}/console/payments/${id}`);
      await page.waitForSelector('.failure');
      await matches(page, '.failure', /그런 결제가 없습니다/);
    }
    await page.goto(`${world.url}/console/search?q=${encodeURIComponent('황보')}`);
    await page.waitForSelector('.empty');
    await page.goto(`${world.url}/console/payments?merchantId=${world.shop}`);
    await page.waitForSelector('.failure, .empty');
    assert.equal(await page.locator('tbody tr').count(), 0);
  }));

// Of a server whose sessions end after five seconds without a use: what the page asks by itself is none.
test('a session that ended asks to sign in and leads back to the same place', () =>
  withWorld(['http.session_idle=5s'], (own) => own.seedShop(), (own) =>
    withPage({ world: own }, async (page) => {
      const paid = await own.pay('order-left-open');
      await signIn(page, own, own.shopKey, `/payments/${paid.id}`);
      await page.waitForSelector('.timeline li');
      const cookie = (await page.context().cookies()).find((one) => one.name === 'wj_session');
      assert.equal(cookie.httpOnly, true);
      assert.equal(cookie.sameSite, 'Strict');
      assert.equal(await page.evaluate(() => document.cookie), '');
      await page.waitForSelector('.login .note');
      assert.match(page.url(), new RegExp(paid.id));
      await page.fill('input[type=password]', own.shopKey);
      await page.click('button[type=submit]');
      await page.waitForSelector('.timeline li');
    })));

test('a server that does not answer is said, and the screen comes back by itself', () =>
  withPage({ clock: true }, async (page) => {
    await signIn(page, world, world.operatorKey, '/');
    await page.waitForSelector('.kpis .money');
    await page.route('**/v1/sales/today*', (route) => route.abort());
    await later(page, 4_000);
    await page.waitForSelector('.failure');
    await matches(page, '.failure', /서버가 답하지 않습니다/);
    assert.ok(await page.locator('.kpis .money').first().isVisible(), 'what was known stays');
    await page.unroute('**/v1/sales/today*');
    await later(page, 4_000);
    await page.waitForSelector('.failure', { state: 'detached' });
  }));

test('a server that takes no writes says why, at home and among the operations', () =>
  withPage({ clock: true }, async (page) => {
    const body = JSON.stringify({ status: 'not_ready', troubles: [{ what: 'book-0', why: 'disk_full' }], views: 'live', money: 'live', books: 1, version: '0' });
    await page.route('**/readyz?verbose', (route) => route.fulfill({ status: 503, contentType: 'application/json', body }));
    await signIn(page, world, world.operatorKey, '/');
    await page.waitForSelector('.health >> text=book-0: 디스크 가득 참');
    await page.goto(`${world.url}/console/operations?tab=books`);
    await page.waitForSelector('.badge.bad >> text=book-0: 디스크 가득 참');
    await page.unroute('**/readyz?verbose');
    await later(page, 11_000);
    await page.waitForSelector('.badge.good');
  }));

test('totals as of a close, as they are now, and the difference', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/totals?cube=merchant_day&groupBy=merchant');
    await page.waitForSelector('tbody tr');
    await page.waitForSelector('main tbody >> text=성수 커피 1호점'); // names come after the rows
    const net = async () => Number((await text(page, '.sums .strong dd')).replace(/\D/g, ''));
    const query = new URL(page.url()).searchParams;
    const asked = await world.get(`/v1/totals/merchant_day?from=${query.get('from')}&until=${query.get('until')}`);
    assert.equal(await net(), asked.rows[0].netAmount);
    await page.locator('select').nth(3).selectOption('close');
    await until(page, () => /mode=close&asOf=/.test(location.search));
    await page.waitForSelector('.empty');
    await page.locator('select').nth(3).selectOption('difference');
    await page.waitForSelector('tbody tr');
    assert.equal(await net(), asked.rows[0].netAmount, 'nothing was known yesterday, so the difference is all');
  }));

test('a key is made, shown once, opens a session, and its revocation ends that', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/keys');
    await page.waitForSelector('tbody tr');
    await page.click('[data-key=act]');
    await page.fill('dialog input', '낮 근무');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('dialog .secret');
    const secret = (await text(page, 'dialog .secret')).trim();
    await page.click('dialog button.primary');
    assert.equal((await page.content()).includes(secret), false);
    await withPage({}, async (other) => {
      await signIn(other, world, secret, '/keys');
      await other.waitForSelector('tbody tr:has-text("이 로그인"):has-text("낮 근무")');
      await page.click('tr:has-text("낮 근무") button');
      await page.click('dialog button.danger');
      await page.waitForSelector('tr:has-text("낮 근무") >> text=폐기');
      await other.reload();
      await other.waitForSelector('.login');
    });
  }));

test('the feed shows what is recorded, as it is recorded', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/events');
    await page.waitForSelector('main .empty, tbody tr');
    const paid = await world.pay('order-feed');
    await page.waitForSelector(`a[href$="${paid.id}"]`);
    await matches(page, 'tbody', /승인[\s\S]*결제 생성/);
  }));

test('it is used by keyboard alone', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/');
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.waitForSelector('tbody tr.leads');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.timeline li');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
  }));

test('languages, light and dark are kept', () =>
  withPage({ locale: 'en-US' }, async (page) => {
    await signIn(page, world, world.operatorKey, `/payments/${world.found.id}`);
    await page.waitForSelector('.timeline li');
    await matches(page, '.kpis', /Balance\s+₩33,000/);
    await page.click('summary:has(.who)');
    await page.click('button[lang=ko]');
    await page.click('button:has-text("어둡게")');
    await page.reload();
    await page.waitForSelector('.timeline li');
    await matches(page, '.kpis', /잔액\s+33,000원/);
    assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
    assert.equal(await page.getAttribute('html', 'lang'), 'ko');
  }));
