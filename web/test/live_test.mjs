// Screens that go on by themselves: rows hold still under a reader, nothing jumps while a page comes, and what is looked up
// on demand is asked for once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { later, matches, settled, text, until, withPage, world } from './stage.mjs';
import { SETTLED, signIn } from './world.mjs';

const SHIFT_MAX = 0.1; // "good" of the web's own measure; a block that is pushed down by its height is twice that

/** Answers come in another order than they were asked for, spread over several frames. */
async function late(page) {
  let asked = 0;
  await page.route('**/v1/**', async (route) => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, [0, 160, 40, 240, 80][asked % 5]));
    await route.continue().catch(() => {});
  });
}

async function shiftOf(page, path, stands) {
  await page.goto(`${world.url}/console${path}`);
  await page.waitForSelector(stands);
  await settled(page);
  await page.waitForTimeout(400); // charts, names, and what else comes late
  return page.evaluate(() => ({ sum: window.__moves.reduce((sum, [value]) => sum + value, 0), moves: window.__moves }));
}

for (const width of [1280, 390]) {
  test(`nothing jumps while a page comes, ${width} px`, () =>
    withPage({ width, height: width < 700 ? 844 : 860 }, async (page) => {
      await signIn(page, world, world.operatorKey, '/keys');
      await page.addInitScript(() => {
        window.__moves = [];
        new PerformanceObserver((list) => {
          for (const one of list.getEntries()) if (!one.hadRecentInput) window.__moves.push([one.value, one.sources.map((s) => `${s.node?.parentNode?.className ?? ''} > ${s.node?.className ?? s.node?.nodeName}: ${Math.round(s.previousRect.y)} -> ${Math.round(s.currentRect.y)}`)]);
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await late(page);
      for (const [path, stands] of [['/', '.kpis .money'], ['/payments', 'tbody tr'], [`/payments/${world.followed.id}`, '.timeline li'], [`/settlement/${SETTLED}`, 'tbody tr']]) {
        const { sum, moves } = await shiftOf(page, path, stands);
        console.log(`# ${path} at ${width} px moves by ${sum.toFixed(3)}`);
        assert.ok(sum < SHIFT_MAX, `${path} moves by ${sum.toFixed(3)}: ${JSON.stringify(moves)}`);
      }
    }));
}

/** Answers as if the list had a row more at its top, and had lost its last one. */
function changed(body, name, idName) {
  const rows = body[name];
  const first = structuredClone(rows[0]);
  const named = idName.split('.').reduce((of, part, i, all) => (i === all.length - 1 ? of : of[part]), first);
  named[idName.split('.').at(-1)] = 'pyo_0000000000000000000000NEW1';
  return { ...body, [name]: [first, ...rows.slice(0, -1)] };
}

test('lists hold still under a reader, wherever they are asked for again, and go on when nobody reads', () =>
  withPage({ clock: true }, async (page) => {
    await world.post('/v1/payments', { merchantId: world.shop, orderId: 'held-sim-stubborn', orderName: '보류 주문', totalAmount: 9_100 })
      .then(({ id }) => world.post(`/v1/payments/${id}/approve`, { method: 'CARD', amount: 9_100, card: { issuerCode: 'SHINHAN' } }, { mayFail: true }));
    await world.until('/v1/in-doubt?waiting=person', ({ payments }) => payments.some((one) => one.payment.orderId === 'held-sim-stubborn'));
    await signIn(page, world, world.operatorKey, '/keys');
    await page.waitForSelector('tbody tr');
    for (const [path, api, name, idName, gone = 1] of [
      ['/payouts', '/v1/payouts?', 'items', 'payoutId'],
      ['/breaks?reason=AMOUNT_DIFF', '/v1/breaks?', 'items', 'lineNo'],
      ['/contracts?tab=changes&status=ALL', '/v1/changes?', 'items', 'changeId'],
      ['/in-doubt', '/v1/in-doubt?', 'payments', 'payment.id'],
      ['/breaks?tab=files', '/v1/acquirer-files?', 'items', 'fileId', 0], // a file that was read stays read
    ]) {
      let turned = false;
      // Payouts that the bank disputes are asked for beside the list, and there are none.
      const isList = (url) => (url.pathname + url.search).startsWith(api) && !url.searchParams.has('disputed');
      await page.route(isList, async (route) => {
        const answer = await route.fetch();
        const body = await answer.json();
        await route.fulfill({ response: answer, json: turned ? changed(body, name, idName) : body });
      });
      await page.goto(`${world.url}/console${path}`);
      await page.waitForSelector('main tbody tr');
      await page.waitForLoadState('networkidle'); // merchants' names come after the rows that show them
      const rows = () => page.locator('main .live tbody tr:not(.detail)').count();
      const many = await rows();
      const first = await text(page, 'main tbody tr');
      await page.hover('main tbody tr >> nth=0');
      turned = true;
      await later(page, 11_000);
      await page.waitForSelector('.live button.pill');
      assert.match(await text(page, '.live button.pill'), /새 항목 1건/, path);
      assert.deepEqual([await rows(), await text(page, 'main tbody tr')], [many, first], `${path}: what is read stays`);
      assert.equal(await page.locator('main tr.gone').count(), gone, `${path}: what is gone is marked`);
      await page.click('.live button.pill');
      await until(page, () => !document.querySelector('.live button.pill') && !document.querySelector('tr.gone'));
      assert.equal(await rows(), many);
      await page.mouse.move(2, 2);
      turned = false;
      await later(page, 11_000);
      await until(page, (wanted) => document.querySelector('main tbody tr').innerText === wanted && !document.querySelector('.live button.pill'), first);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  }));

test('evidence is asked for when somebody opens it, by its types, and not again while nothing happens', () =>
  withPage({ clock: true }, async (page) => {
    const asked = [];
    page.on('request', (request) => /\/v1\/payments\/[^/]+\/events/.test(request.url()) && asked.push(new URL(request.url())));
    await signIn(page, world, world.operatorKey, '/in-doubt');
    await page.waitForSelector('tbody tr');
    assert.equal(asked.length, 0, 'nobody has opened it');
    await page.click('tbody button:has-text("근거")');
    await page.waitForSelector('tr.detail .evidence li');
    await matches(page, 'tr.detail .evidence', /결제사에 확인[\s\S]*(승인 조회|망취소)/);
    assert.doesNotMatch(await text(page, 'tr.detail .evidence'), /결제 생성/, 'what tells nothing isn’t fetched');
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().includes('/v1/in-doubt?')), later(page, 6_000)]);
    assert.equal(answer.status(), 200, 'the list itself is asked for again');
    await page.waitForTimeout(100);
    assert.equal(asked.length, 1);
    assert.match(asked[0].searchParams.get('types'), /provider\.asked/);
    assert.ok(Number(asked[0].searchParams.get('limit')) <= 50);
  }));
