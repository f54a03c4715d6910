// What the console promises about speed, measured in the page: the first view, rows after their answer, and that no
// list asks for more than it shows. The best of some tries counts: a machine with other work on it is slow by turns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asOperator, settled, withPage, world } from './stage.mjs';
import { SETTLED, signIn } from './world.mjs';

const TRIES = [3, 15]; // so many at least, so many at most

/** Milliseconds of one try after the other, until one keeps the promise. */
async function tries(promisedMs, once) {
  const took = [];
  while (took.length < TRIES[0] || (Math.min(...took) >= promisedMs && took.length < TRIES[1])) took.push(Math.round(await once()));
  return took;
}

test('the first view stands within 300 ms of its load', () =>
  withPage({}, async (page) => {
    await signIn(page, world, world.operatorKey, '/');
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('.kpis .money')) return;
        observer.disconnect();
        window.__first = performance.now() - performance.getEntriesByType('navigation')[0].responseEnd;
      }).observe(document, { childList: true, subtree: true });
    });
    const took = await tries(300, async () => {
      await page.goto(`${world.url}/console/`);
      await page.waitForSelector('.kpis .money');
      return page.evaluate(() => window.__first);
    });
    console.log(`# first view after ${took.join(', ')} ms`);
    assert.ok(Math.min(...took) < 300, `${took} ms`);
  }));

/** A place of the feed before everything. */
const begin = async () => (world.begin ??= (await world.get('/v1/events?limit=1')).nextCursor);

// From the last byte of the answer to the frame in which its rows stand.
for (const [name, path, answer, rows] of [
  ['a list', () => '/payments', '/v1/payments?', 'tbody tr'],
  ['a search', () => `/search?q=${encodeURIComponent('아메')}`, '/v1/search?', 'tbody tr'],
  ['settlement lines', () => `/settlement/${SETTLED}`, `/v1/settlement/runs/${SETTLED}/lines`, 'tbody tr'],
  ['the feed', () => `/events?after=${encodeURIComponent(world.begin)}`, '/v1/events?', 'tbody tr'],
  ['what is in doubt', () => '/in-doubt', '/v1/in-doubt?', 'tbody tr'],
  ['a year’s holidays', () => '/contracts?tab=calendars', '/v1/calendars/KR?', '.split tbody tr'],
]) {
  test(`${name} stands within 50 ms of its answer`, () =>
    asOperator('/keys', async (page) => {
      await begin();
      await page.addInitScript(([selector]) => {
        new MutationObserver((_, observer) => {
          if (!document.querySelector(`main ${selector}`)) return;
          observer.disconnect();
          requestAnimationFrame(() => (window.__rows = performance.now()));
        }).observe(document, { childList: true, subtree: true });
      }, [rows]);
      const took = await tries(50, async () => {
        await page.goto(`${world.url}/console${path()}`);
        await page.waitForSelector(`main ${rows}`);
        await page.waitForTimeout(50);
        return page.evaluate((of) => {
          const answers = performance.getEntriesByType('resource').filter((one) => one.name.includes(of) && one.responseEnd <= window.__rows);
          return window.__rows - Math.max(...answers.map((one) => one.responseEnd));
        }, answer);
      });
      console.log(`# ${name}: rows ${took.join(', ')} ms after their answer`);
      assert.ok(Math.min(...took) < 50, `${took} ms`);
    }));
}

// A sum of a list, or its count, comes with one row of it.
const NOT_LISTS = /limit=1&|limit=1$/;

test('no list asks for more rows than it shows', () =>
  asOperator('/keys', async (page) => {
    const screens = ['/', '/payments', `/search?q=${encodeURIComponent('아메')}`, '/settlement', `/settlement/${SETTLED}`, '/payouts', '/breaks', '/breaks?tab=files', '/journal?tab=entries', '/contracts?tab=changes&status=ALL', '/contracts?tab=canaries', '/contracts?tab=holds', '/in-doubt', `/events?after=${encodeURIComponent(await begin())}`, '/contracts?tab=calendars', '/merchants', '/keys', '/totals?groupBy=method', '/operations', `/contracts?merchant=${world.shop}`, '/funds', `/payments/${world.followed.id}`];
    for (const path of screens) {
      const got = [];
      const hear = async (response) => {
        const url = response.url();
        if (!url.includes('/v1/') || NOT_LISTS.test(url) || response.request().method() !== 'GET' || !response.ok()) return;
        const body = await response.json().catch(() => ({}));
        for (const rows of Object.values(body)) if (Array.isArray(rows)) got.push([url.slice(world.url.length), rows.length]);
      };
      page.on('response', hear);
      await page.goto(`${world.url}/console${path}`);
      await page.waitForSelector('main h1');
      await settled(page);
      if (path === '/in-doubt') await page.click('tbody button:has-text("근거")');
      await page.waitForTimeout(200);
      page.off('response', hear);
      const shown = await page.locator('main tbody tr, main li, main .panel').count();
      for (const [url, rows] of got) assert.ok(rows <= shown, `${path} shows ${shown} rows and asked for ${rows}: ${url}`);
    }
  }));
