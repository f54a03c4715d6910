// Every screen in both themes and both widths: accessible as far as axe can tell, no wider than the window, and a
// picture of it as an artefact. What isn't about colour or width axe sees once a theme and width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contract } from './money_world.mjs';
import { settled, withPage, world } from './stage.mjs';
import { DOLLARS, TO_SETTLE, day, shotDirectory, signIn } from './world.mjs';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const shots = shotDirectory();
const WHOLE = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const OF_LOOKS = ['color-contrast', 'target-size', 'scrollable-region-focusable', 'link-in-text-block'];

const LOOK = 'dialog button[type=submit]'; // what a form would do is looked at
const SCREENS = [
  ['home', () => '/'],
  ['payments', () => '/payments'],
  ['payment', () => `/payments/${world.followed.id}`],
  ['payment-events', () => `/payments/${world.found.id}?tab=events`],
  ['search', () => `/search?q=${encodeURIComponent('아메')}`],
  ['totals', () => '/totals?groupBy=method'],
  ['operations', () => '/operations'],
  ['quarantine', () => '/operations?tab=quarantine'],
  ['books', () => '/operations?tab=books'],
  ['in-doubt', () => '/in-doubt'],
  ['events', () => '/events'],
  ['merchants', () => '/merchants'],
  ['keys', () => '/keys'],
  ['nowhere', () => '/no-such-screen'],
  ['cancel', () => `/payments/${world.found.id}`, '[data-key=act]'],
  ['key-form', () => '/keys', '[data-key=act]'],
  ['pay-out', () => '/payouts', '.head .menu summary >> nth=0', '.head .menu-box button >> nth=0', LOOK],
  ['resolve', () => '/breaks', 'tbody .actions button >> nth=1'],
  ['read-file', () => '/breaks?tab=files', '[data-key=act]'],
  ['settlement', () => '/settlement'],
  ['settlement-day', () => `/settlement/${TO_SETTLE}`],
  ['settlement-failures', () => `/settlement/${DOLLARS}?tab=failures`],
  ['settlement-canary', () => `/settlement/${DOLLARS}?tab=differences`],
  ['settlement-line', () => `/settlement/lines/${world.line}`],
  ['payouts', () => '/payouts'],
  ['payout', () => `/payouts/${world.payout}`],
  ['contracts', () => `/contracts?merchant=${world.shop}`],
  ['contract-form', () => `/contracts?merchant=${world.shop}`, '[data-key=act]'],
  ['contract-preview', () => `/contracts?merchant=${world.shop}`, '[data-key=act]', LOOK],
  ['adjust', () => `/contracts?merchant=${world.other}`, '.panel-head .actions button >> nth=0', LOOK],
  ['canaries', () => '/contracts?tab=canaries&canary=floor'],
  ['canary-form', () => `/contracts?merchant=${world.other}`, '.panel-head .actions button >> nth=1'],
  ['canary-promote', () => '/contracts?tab=canaries', 'tbody tr:has-text("floor") .actions button >> nth=2', LOOK],
  ['calendars', () => '/contracts?tab=calendars'],
  ['holds', () => '/contracts?tab=holds'],
  ['changes', () => `/contracts?tab=changes&status=ALL&change=${world.waiting.changeId}`],
  ['breaks', () => '/breaks'],
  ['breaks-files', () => '/breaks?tab=files'],
  ['funds', () => `/funds?asOf=${day(0)}`],
  ['journal', () => '/journal'],
  ['journal-entries', () => '/journal?tab=entries'],
];

async function inspect(page, name, rules) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const wrongs = wider > 0 ? [`${name} is ${wider} px wider than the window`] : [];
  await page.evaluate(axe);
  const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ['violations'] }), rules);
  return wrongs.concat(found.violations.map((v) => `${name}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`));
}

/** What a merchant's own session has of them. */
const OWN = ['home', 'payments', 'payment', 'search', 'totals', 'settlement-line', 'payouts', 'payout', 'events', 'cancel', 'key-form'];

/** All that is wrong, of all screens at once. */
async function look(page, theme, width, rules, screens = SCREENS) {
  const wrongs = [];
  for (const [name, path, ...openers] of screens) {
    await page.goto(`${world.url}/console${path()}`);
    await page.waitForSelector('main h1, main .empty, main .failure');
    await settled(page);
    for (const opener of openers) await page.click(opener);
    if (openers.at(-1) === LOOK) await page.waitForSelector('dialog .preview, dialog .failure');
    await page.waitForTimeout(100); // charts draw themselves after their data
    await page.screenshot({ path: join(shots, `${name}-${width}-${theme}.png`) });
    wrongs.push(...(await inspect(page, `${name} ${theme} ${width}`, rules)));
  }
  return wrongs;
}

async function prepare() {
  await world.change('CONTRACT', contract(world.other, 15_000), '등급 소급');
  const lines = await world.get(`/v1/payments/${world.followed.id}/settlement-lines`);
  world.line = lines.items[0].lineId;
  world.payout = lines.items[0].payoutId;
}

const LOOKS = [['light', 1280, WHOLE, 'ko-KR'], ['dark', 390, WHOLE, 'en-US'], ['dark', 1280, OF_LOOKS, 'en-US'], ['light', 390, OF_LOOKS, 'ko-KR']];

// Two at a time: that is what two cores are good for.
test('every screen is accessible and fits', { concurrency: 2 }, async (t) => {
  await prepare();
  const each = ([theme, width, rules, locale]) =>
    t.test(`${theme}, ${width} px, ${locale}`, () =>
      withPage({ theme, width, locale, height: width < 700 ? 844 : 860 }, async (page) => {
        await page.goto(`${world.url}/console/`);
        await page.waitForSelector('.login');
        const wrongs = await inspect(page, 'login', rules);
        await signIn(page, world, world.operatorKey);
        wrongs.push(...(await look(page, theme, width, rules)));
        assert.deepEqual(wrongs, []);
      }));
  await Promise.all(LOOKS.map(each));
});

test('what a merchant sees is accessible and fits', async () => {
  for (const [theme, width] of [['light', 1280], ['dark', 390]]) {
    await withPage({ theme, width, height: width < 700 ? 844 : 860 }, async (page) => {
      await signIn(page, world, world.shopKey);
      const own = SCREENS.filter(([name]) => OWN.includes(name)).map(([name, ...rest]) => [`own-${name}`, ...rest]);
      assert.deepEqual(await look(page, theme, width, WHOLE, [...own, ['own-contracts', () => '/contracts']]), []);
    });
  }
});
