// More merchants than anybody loads: found while one types, picked, named where they are shown, paged.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { matches, settled, text, until, withPage, withWorld } from './stage.mjs';
import { signIn } from './world.mjs';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const MANY = 1_100;

async function seedMany(own) {
  await own.seedShop();
  for (let at = 0; at < MANY; at += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => own.post('/v1/merchants', { code: `many-${at + i}`, name: `가맹점 ${at + i}` })));
  }
  own.last = (await own.post('/v1/merchants', { code: 'last-1', name: '해방촌 만두' })).id;
  own.paid = await own.pay('order-last', { merchantId: own.last });
  await own.pay('order-first');
  await own.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(own.position)}`);
}

test('merchants beyond a thousand are found while one types, picked by keyboard and named', () =>
  withWorld([], seedMany, (own) =>
    withPage({ world: own }, async (page) => {
      const asked = [];
      page.on('request', (request) => request.url().includes('/v1/merchants') && asked.push(new URL(request.url())));
      await signIn(page, own, own.operatorKey, '/payments');
      await page.waitForSelector('tbody tr:has-text("해방촌 만두")');
      const box = page.locator('.filters [role=combobox]');
      await box.fill('ㅎㅂㅊ');
      await page.waitForSelector('.filters [role=option]:has-text("해방촌 만두")');
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(violations.map((v) => v.id), []);
      await page.keyboard.press('ArrowDown');
      assert.equal(await box.getAttribute('aria-activedescendant'), await page.getAttribute('.filters [role=option]', 'id'));
      await page.keyboard.press('Enter');
      await until(page, (id) => new URLSearchParams(location.search).get('merchantId') === id, own.last);
      await settled(page);
      assert.equal(await box.inputValue(), '해방촌 만두');
      assert.equal(await page.locator('tbody tr').count(), 1);
      await box.fill('없는 곳');
      await box.press('Enter');
      await matches(page, '.filters .field-error', /그런 가맹점이 없습니다/);
      await box.fill('last-1');
      await box.press('Tab');
      await page.waitForSelector('.filters .field-error', { state: 'detached' });
      await settled(page); // what is drawn anew says what was picked, not what is typed meanwhile
      await box.fill('');
      await box.press('Enter');
      await until(page, () => !/merchantId/.test(location.search));
      for (const url of asked) assert.ok(Number(url.searchParams.get('limit')) <= 50, `nobody loads them all: ${url}`);

      await page.goto(`${own.url}/console/merchants`);
      await page.waitForSelector('tbody tr');
      assert.equal(await page.locator('tbody tr').count(), 50);
      await page.click('.pages button:has-text("다음")');
      await until(page, () => /after=/.test(location.search) && !document.querySelector('.stale'));
      assert.equal(await page.locator('tbody tr').count(), 50);
      await page.locator('.filters input').fill('만두');
      await until(page, () => document.querySelectorAll('tbody tr').length === 1);
      await matches(page, 'tbody tr', /해방촌 만두[\s\S]*last-1/);
      assert.match(page.url(), /contains=/);
      await page.locator('.filters input').fill('아무도');
      await matches(page, 'main .empty', /아무도/);
    })));
