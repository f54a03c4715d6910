// What every test of this folder stands on: one server with its shop, one browser, pages that must stay free of
// errors, and ways to wait. Exits 77 (skipped) where there is no chromium, or the program was built without its console.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { World, openPage, signIn, startBrowser } from './world.mjs';

const SKIPPED = 77;
const program = process.env.WONJANG_BIN;
const chromiumPath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path));
if (!program || !existsSync(program)) {
  console.error('WONJANG_BIN names no program: build one and say where it is');
  process.exit(1);
}
if (!chromiumPath) {
  console.error('skipped: there is no chromium (Debian: apt-get install chromium)');
  process.exit(SKIPPED);
}

export let world;
let browser;

before(async () => {
  world = await World.start(program);
  if ((await fetch(`${world.url}/console/`)).status === 404) {
    console.error('skipped: this program was built without its console');
    await world.stop();
    process.exit(SKIPPED);
  }
  browser = await startBrowser(chromiumPath);
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

/** A server beside the shop's, for as long as `work` takes. */
export async function withWorld(settings, seed, work) {
  const own = await World.start(program, seed, settings);
  try {
    await work(own);
  } finally {
    await own.stop();
  }
}

export async function withPage(options, work) {
  const page = await openPage(browser, options.world ?? world, options);
  if (options.clock) await page.clock.install(); // what the page waits for is passed by later()
  try {
    await work(page);
    assert.deepEqual(page.wrongs, []);
  } finally {
    await page.context().close();
  }
}

/** So much later, to a page of `{ clock: true }`: what it asks again after a time is asked at once. */
export const later = (page, ms) => page.clock.fastForward(ms);

export const text = (page, selector) => page.locator(selector).first().innerText();
// Asked again and again from outside: what waits inside the page would need eval, which the page's CSP forbids.
async function comesTrue(page, look) {
  for (let tries = 0; tries < 300; ++tries) {
    if (await look()) return true;
    await page.waitForTimeout(50);
  }
  return false;
}
export async function until(page, holds, argument) {
  if (!(await comesTrue(page, () => page.evaluate(holds, argument).catch(() => false)))) assert.fail(`never came true within 15 s: ${holds}`);
}
export const settled = (page) => until(page, () => !document.querySelector('.skeleton, .stale'));

/** A page of somebody who is signed in, at `path`. */
export const signedIn = (key, path, work, options = {}) =>
  withPage(options, async (page) => {
    await signIn(page, world, key, path);
    await work(page);
  });
export const asOperator = (path, work, options) => signedIn(world.operatorKey, path, work, options);
export const asSecond = (path, work, options) => signedIn(world.secondKey, path, work, options);

/** Waits until the first of `selector` says `wanted`, and gives its whole text. */
export async function says(page, selector, wanted) {
  await page.locator(selector).filter({ hasText: wanted }).first().waitFor();
  return page.locator(selector).filter({ hasText: wanted }).first().innerText();
}

async function comesToSay(page, those, pattern, why) {
  let said = '';
  const isSaid = async () => {
    said = (await those.allInnerTexts())[0] ?? '';
    return pattern.test(said);
  };
  if (!(await comesTrue(page, isSaid))) assert.match(said, pattern, why);
}

/** The first of `selector` with `wanted` in it comes to say the rest that `pattern` asks for too. */
export async function saysThat(page, selector, wanted, pattern, why) {
  const those = page.locator(selector).filter({ hasText: wanted });
  await those.first().waitFor();
  await comesToSay(page, those, pattern, why);
}

/** The first of `selector` comes to say what `pattern` asks for: what is drawn first may still wait for its answer. */
export async function matches(page, selector, pattern) {
  await comesToSay(page, page.locator(selector), pattern);
}

/** Approved by the second person; `wanted` is what they see before they do. */
export async function approve(change, wanted) {
  await asSecond(`/contracts?tab=changes&change=${change}`, async (page) => {
    await page.waitForSelector('tr.detail');
    const row = page.locator('tbody tr:has(+ tr.detail)');
    await row.locator('button:has-text("승인")').click();
    await says(page, 'dialog', wanted);
    await settled(page);
    await page.click('dialog .dialog-actions button.primary');
    await until(page, () => !document.querySelector('dialog'));
  });
}

/** Preview where that is still to do, then propose; gives the change's id. */
export async function propose(page) {
  if ((await page.locator('dialog div.preview').count()) === 0) await page.click('dialog button[type=submit]:has-text("미리 보기")');
  await page.waitForSelector('dialog div.preview');
  await page.click('dialog button[type=submit]:has-text("요청하기")');
  await page.waitForSelector('tr.detail');
  return new URL(page.url()).searchParams.get('change');
}
