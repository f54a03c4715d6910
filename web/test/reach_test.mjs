// On a phone, and with a merchant's key: the journeys work at 390 px, and nobody sees another's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { later, matches, says, saysThat, settled, signedIn, text, until, withPage, world } from './stage.mjs';
import { SETTLED, TO_SETTLE, dayKo, signIn } from './world.mjs';

const fits = async (page, where) => assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${where} is wider than the phone`);

test('on a phone: a payment is found, a part of it canceled, a day of settlement read', () =>
  withPage({ width: 390, height: 844 }, async (page) => {
    const paid = await world.pay('order-phone', { totalAmount: 24_000, buyer: { name: '휴대폰손님' }, orderName: '콜롬비아 원두' });
    await world.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(world.position)}`);
    await signIn(page, world, world.operatorKey, '/');
    await page.fill('#global-search', '대폰손');
    await page.click('.search [role=option]:has-text("콜롬비아")');
    await page.waitForSelector('.timeline li');
    assert.match(page.url(), new RegExp(paid.id));
    await fits(page, 'a payment');
    await page.click('[data-key=act]');
    await page.fill('dialog input >> nth=0', '4,000');
    await page.fill('dialog input >> nth=1', '하나 빠짐');
    await fits(page, 'the form');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.timeline li >> text=취소 완료');
    await matches(page, '.kpis', /20,000원/);

    await page.click('.nav-button');
    await page.click('.nav a:has-text("정산"):visible >> nth=0');
    await page.waitForSelector('tbody tr');
    await page.goto(`${world.url}/console/settlement?from=${SETTLED}&until=${TO_SETTLE}`); // the days follow each other
    await page.click(`tbody a:has-text("${dayKo(SETTLED)}")`);
    await page.waitForSelector('.tabs');
    await settled(page);
    const run = await world.get(`/v1/settlement/runs/${SETTLED}`);
    await matches(page, '.sums', new RegExp(`내역\\s+${run.progress.lines.toLocaleString('en-US')}`));
    await fits(page, 'a day');
    await page.click('tbody tr >> nth=0 >> a >> nth=0');
    await says(page, 'main', '금액이 나온 과정');
    await fits(page, 'a line');
  }));

test('the feed of one type is the server’s, and the back button leads out of it', () =>
  withPage({ clock: true }, async (page) => {
    const asked = [];
    page.on('request', (request) => request.url().includes('/v1/events') && asked.push(new URL(request.url()).searchParams));
    await signIn(page, world, world.operatorKey, '/events');
    await until(page, () => document.querySelector('main .empty, tbody tr'));
    await page.selectOption('label:has-text("이벤트 종류") + select', 'cancel.succeeded');
    await until(page, () => location.search === '?type=cancel.succeeded');
    const paid = await world.pay('order-typed');
    await world.post(`/v1/payments/${paid.id}/cancels`, { reason: '걸러 보기' });
    await later(page, 2_000);
    await page.waitForSelector(`tbody a[href$="${paid.id}"]`);
    assert.equal(await page.locator('tbody tr').count(), 1, 'of three events of that payment one is of this type');
    assert.equal(asked.at(-1).get('types'), 'cancel.succeeded');
    await page.goBack();
    await until(page, () => location.search === '' && document.querySelector('label + select').value === '');
    await until(page, (id) => document.querySelectorAll(`tbody a[href$="${id}"]`).length >= 3, paid.id);
    assert.equal(asked.at(-1).get('types'), null);
  }));

test('a merchant sees its own events, totals, keys and day alone, and hears why it may not more', () =>
  signedIn(world.otherKey, '/events', async (page) => {
    await page.waitForSelector('main .empty');
    const theirs = await world.pay('order-theirs');
    const mine = await world.pay('order-mine', { merchantId: world.other, totalAmount: 5_100 });
    await later(page, 2_000);
    await page.waitForSelector(`tbody a[href$="${mine.id}"]`);
    assert.equal(await page.locator(`tbody a[href$="${theirs.id}"]`).count(), 0);

    const of = (path) => world.call('GET', path, undefined, { key: world.otherKey });
    const digits = (said) => Number(said.replace(/[^\d-]/g, ''));
    await world.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(world.position)}`);
    await page.goto(`${world.url}/console/`);
    await page.waitForSelector('.kpis .money');
    const [today] = (await of('/v1/sales/today')).totals;
    await until(page, (net) => document.querySelector('.kpis .money').innerText.startsWith(net), today.netAmount.toLocaleString('en-US'));
    assert.notEqual(today.netAmount, (await world.get('/v1/sales/today')).totals[0].netAmount);
    assert.doesNotMatch(await text(page, 'main'), /성수 커피|황보/);

    await page.goto(`${world.url}/console/totals`);
    await page.waitForSelector('.sums');
    const asked = new URL(page.url()).searchParams;
    const { rows } = await of(`/v1/totals/merchant_day?from=${asked.get('from')}&until=${asked.get('until')}`);
    await settled(page);
    assert.equal(digits(await text(page, '.sums .strong dd')), rows.filter((r) => r.currency === rows[0].currency).reduce((sum, r) => sum + r.netAmount, 0));

    await page.goto(`${world.url}/console/keys`);
    await page.waitForSelector('tbody tr');
    const keys = (await of('/v1/api-keys')).apiKeys;
    assert.equal(await page.locator('tbody tr').count(), keys.length);
    assert.ok(keys.every((one) => one.merchantId === world.other));

    await page.goto(`${world.url}/console/operations`);
    const said = page.locator('.failure').first();
    await said.waitFor();
    assert.match(await said.innerText(), /이 키로는 할 수 없습니다\s+권한이 있는 키로 로그인하세요/);
    assert.match(await said.locator('.said').textContent(), /scope|operator/, 'the server’s own sentence is evidence');
  }, { clock: true }));

test('a reader of English hears the server’s own sentence, times and days in their way', () =>
  withPage({ locale: 'en-US' }, async (page) => {
    await signIn(page, world, world.operatorKey, `/payments/${world.followed.id}`);
    await page.waitForSelector('.timeline li');
    await matches(page, '.timeline li time', /^\d\d \w{3,4} \d{4} \d\d:\d\d:\d\d$/);
    await page.goto(`${world.url}/console/payments/pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP`);
    await saysThat(page, '.failure', 'there is no such payment', /PAYMENT_NOT_FOUND/);
    assert.equal(await page.locator('.said').count(), 0);
  }));

test('a text with a blank is found, by search and by the list', () =>
  signedIn(world.operatorKey, '/search', async (page) => {
    await page.goto(`${world.url}/console/search?q=${encodeURIComponent('딸기 케이크')}`);
    await says(page, 'tbody', '딸기 케이크');
    await page.goto(`${world.url}/console/payments`);
    await page.fill('input[type=search][placeholder]:not(#global-search)', '에티오피아 원두');
    await page.keyboard.press('Enter');
    await until(page, () => document.querySelectorAll('tbody tr').length === 1 && !document.querySelector('.stale'));
    await matches(page, 'tbody', /황보미르/);
    await matches(page, '.sums', /33,000/);
  }));
