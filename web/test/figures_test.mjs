// What the screens say is what the API says: figures of the day, order and columns of a list, who did what and why, totals
// in every cube, grain and currency, how the machine stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asOperator, later, matches, says, settled, text, until, world } from './stage.mjs';
import { DOLLARS, SETTLED, day } from './world.mjs';

const digits = (said) => Number(said.replace(/[^\d-]/g, ''));
const won = (n) => n.toLocaleString('en-US');

test('home’s figures are the API’s, and follow it', () =>
  asOperator('/', async (page) => {
    await page.waitForSelector('.kpis .money');
    const said = async () => ({ money: (await page.locator('.kpis >> nth=0 >> .money').allInnerTexts()).map(digits), count: digits((await page.locator('.kpi').nth(3).locator('dd').innerText()).split('\n')[0]) });
    const known = async () => {
      const [all] = (await world.get('/v1/sales/today?minutes=60')).totals;
      return { money: [all.netAmount, all.grossAmount, all.canceledAmount], count: all.count };
    };
    const before = await known();
    assert.deepEqual(await said(), before);
    const paid = await world.pay('order-kpi', { totalAmount: 12_345 });
    await world.post(`/v1/payments/${paid.id}/cancels`, { amount: 345, reason: '덜 보냄' });
    await world.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(world.position)}`);
    await later(page, 3_000);
    await until(page, (net) => document.querySelector('.kpis .money').innerText.startsWith(net), won(before.money[0] + 12_000));
    assert.deepEqual(await said(), await known());
    const health = async (label) => digits(await page.locator('.health li', { hasText: label }).locator('.badge').innerText());
    for (const [label, path] of [['사람을 기다리는 결제', '/v1/in-doubt?waiting=person&count=true&limit=1'], ['승인 대기 변경', '/v1/changes?status=PROPOSED&count=true&limit=1']]) assert.equal(await health(label), (await world.get(path)).count, label);
    await page.locator('details.twin summary').first().click();
    const hours = (await world.get('/v1/sales/today')).hours.filter((h) => h.currency === 'KRW');
    const cells = await page.locator('details.twin').first().locator('tbody tr').allInnerTexts();
    assert.deepEqual(cells.map((row) => digits(row.split('\t').at(-1))), hours.map((h) => h.netAmount));
  }, { clock: true }));

test('a list is sorted by its head and shows the columns that are chosen; both stand in the address', () =>
  asOperator('/payments', async (page) => {
    await page.waitForSelector('tbody tr');
    const amounts = async () => (await page.locator('tbody td.card-lead').allInnerTexts()).map(digits);
    const query = new URL(page.url()).searchParams;
    for (const [sort, state] of [['largest', 'descending'], ['smallest', 'ascending']]) {
      await page.click('thead th:has-text("금액") button');
      await until(page, (wanted) => location.search.includes(`sort=${wanted}`), sort);
      await settled(page);
      assert.equal(await page.getAttribute('thead th:has-text("금액")', 'aria-sort'), state);
      const { payments } = await world.get(`/v1/payments?from=${query.get('from')}&until=${query.get('until')}&sort=${sort}&limit=50`);
      assert.deepEqual(await amounts(), payments.map((p) => p.totalAmount));
    }
    const heads = async () => (await page.locator('thead th').allInnerTexts()).map((one) => one.replace(/[↑↓↕]/g, '').trim());
    assert.match((await heads())[0], /^시각\s*KST$/, 'whose time it is stands once, in the head');
    await page.click('summary:has-text("열")');
    await page.click('.menu-box label:has-text("구매자")');
    await page.click('.menu-box label:has-text("승인번호")');
    await until(page, () => /cols=/.test(location.search));
    for (const again of [false, true]) {
      if (again) await page.reload();
      await page.waitForSelector('tbody tr');
      assert.equal((await heads()).includes('구매자'), false);
      assert.equal((await heads()).includes('승인번호'), true);
    }
    assert.match(await page.getAttribute('tbody time', 'title'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*\+09:00 · .* UTC · /, 'exact under the pointer');
  }));

test('the timeline says who did what, why, and where it stands in the book', () =>
  asOperator(`/payments/${world.followed.id}`, async (page) => {
    await page.waitForSelector('.timeline li');
    const { steps } = await world.get(`/v1/payments/${world.followed.id}/lifecycle`);
    const shown = await page.locator('.timeline li').allInnerTexts();
    assert.equal(shown.length, steps.length);
    const who = { ADMIN: '운영자', MERCHANT: '가맹점', SYSTEM: '시스템', CUSTOMER: '구매자', NETWORK: '결제망', BANK: '은행' };
    for (const [i, step] of steps.entries()) {
      const said = shown[steps.length - 1 - i];
      assert.ok(said.includes(step.position), `${step.position} in ${said}`);
      assert.ok(said.includes(who[step.actor.kind] ?? '알 수 없음'), `${step.actor.kind} in ${said}`);
      if (step.actor.id) assert.ok(said.includes(step.actor.id.slice(-6)), `${step.actor.id} in ${said}`);
      if (step.reason) assert.ok(said.includes(step.reason), `${step.reason} in ${said}`);
    }
    assert.ok(shown.some((one) => one.includes('일부 품절')));
  }));

test('totals by cube, grain and currency: table and sums are the API’s, the chart draws what is chosen', () =>
  asOperator(`/totals?from=${SETTLED}&until=${day(-13)}&cube=payments_day`, async (page) => {
    await page.waitForSelector('tbody tr');
    const agree = async (path) => {
      await settled(page);
      const { rows } = await world.get(path);
      const nets = (await page.locator('tbody td.card-lead').allInnerTexts()).map(digits);
      assert.deepEqual(nets.sort(), rows.map((r) => r.netAmount).sort(), path);
      for (const currency of new Set(rows.map((r) => r.currency))) {
        const net = rows.filter((r) => r.currency === currency).reduce((sum, r) => sum + r.netAmount, 0);
        assert.ok((await page.locator('.sums .strong').allInnerTexts()).some((said) => digits(said) === net), `${currency} ${net}`);
      }
      return rows;
    };
    const period = `from=${SETTLED}&until=${day(-13)}`;
    await agree(`/v1/totals/payments_day?${period}&by=day`);
    await page.hover('.chart .u-over');
    await until(page, () => /원/.test(document.querySelector('.u-legend').textContent));
    await page.click('.panel .segments button:has-text("USD")');
    await until(page, () => location.search.includes('currency=USD'));
    await page.mouse.move(2, 2);
    await page.hover('.chart .u-over', { position: { x: 600, y: 60 } });
    await until(page, () => /\$/.test(document.querySelector('.u-legend').textContent) && !/원/.test(document.querySelector('.u-legend').textContent));
    await page.goBack();
    await until(page, () => document.querySelector('.panel .segments button[aria-pressed=true]').innerText === 'KRW');

    await page.selectOption('label:has-text("단위") + select', 'month');
    await until(page, () => location.search.includes('by=month'));
    const months = await agree(`/v1/totals/payments_day?${period}&by=month`);
    const [year, month] = months[0].bucket.split('-');
    await says(page, 'tbody tr', `${year}. ${month}.`);
    await page.selectOption('label:has-text("집계표") + select', 'merchant_day');
    await until(page, () => location.search.includes('cube=merchant_day'));
    await page.check('.groups label:has-text("가맹점") input');
    await until(page, () => location.search.includes('groupBy=merchant'));
    const rows = await agree(`/v1/totals/merchant_day?${period}&by=day&groupBy=merchant`);
    assert.ok(new Set(rows.map((r) => r.merchantId)).size > 1);
  }));

test('settlement’s days are drawn and listed in the currency that is chosen', () =>
  asOperator(`/settlement?from=${SETTLED}&until=${day(-13)}`, async (page) => {
    await page.waitForSelector('tbody tr');
    await page.click('.panel .segments button:has-text("USD")');
    await until(page, () => location.search.includes('currency=USD'));
    const run = (await world.get(`/v1/settlement/runs/${DOLLARS}`)).totals.find((one) => one.currency === 'USD');
    const row = page.locator(`tbody tr:has(a[href*="/settlement/${DOLLARS}"])`);
    await until(page, (path) => /\$/.test(document.querySelector(`tbody a[href*="${path}"]`).closest('tr').innerText), `/settlement/${DOLLARS}`);
    assert.ok((await row.innerText()).includes(`$${decimal(run.net)}`), await row.innerText());
  }));

const decimal = (cents) => `${won(Math.trunc(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;

test('how the machine stands: views as the API tells them, a comparison asked for, books with their heads', () =>
  asOperator('/operations', async (page) => {
    const { views } = await world.get('/v1/views');
    for (const view of views) {
      const panel = await says(page, 'main .panel', view.name);
      assert.match(panel, /상태\s+정상/);
      assert.ok(panel.includes(won(view.events)), `${view.events} in ${panel}`);
      assert.ok(panel.includes(view.version), panel);
    }
    await page.click('button:has-text("지금 대조")');
    await world.until('/v1/views/verify', (one) => !one.running && one.last);
    await later(page, 2_000);
    await page.waitForSelector('.panel:has-text("뷰와 원장 대조") .badge.good');
    const { last } = await world.get('/v1/views/verify');
    assert.equal(last.ok, true);
    assert.ok((await says(page, '.panel', '뷰와 원장 대조')).includes(`이벤트 ${won(last.events)}건, 결제 ${won(last.payments)}건`));
    await page.click('.tabs a:has-text("격리")');
    await matches(page, 'main .empty', /격리된 이벤트가 없습니다\s+\S/);
    await page.click('.tabs a:has-text("북")');
    await page.waitForSelector('.panel code');
    const [head] = (await world.get('/v1/checkpoints')).checkpoints;
    const book = await says(page, '.panel', '루트 해시');
    assert.ok(book.includes(won(Number(head.checkpoint.split('\n')[1]))) && book.includes(head.checkpoint.split('\n')[2]), book);
  }, { clock: true }));
