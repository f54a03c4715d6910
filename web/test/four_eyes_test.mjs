// What one proposes another decides: a contract looked at first, a holiday that moves payouts, a hold, funds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { approve, asOperator, propose, says, saysThat, until, world } from './stage.mjs';
import { day, dayKo } from './world.mjs';

test('a contract’s next version: previewed, proposed by one, approved by another, then in force', () =>
  asOperator(`/contracts?merchant=${world.shop}`, async (page) => {
    await page.click('button:has-text("다음 버전 요청")');
    await page.fill('dialog label:has-text("시작") + input', day(-1));
    await page.fill('dialog .rule-row >> nth=0 >> label:has-text("요율") + input', '2,0');
    assert.equal(await page.locator('dialog button[type=submit]').isDisabled(), true, 'what can’t be read isn’t sent');
    await page.fill('dialog .rule-row >> nth=0 >> label:has-text("요율") + input', '2');
    await page.click('dialog button[type=submit]:has-text("미리 보기")');
    const seen = await says(page, 'dialog div.preview', '수수료 변화');
    const fee = Number(seen.match(/수수료 변화\s+(-?[\d,]+)원/)[1].replace(/,/g, ''));
    assert.ok(fee < 0, `a lower rate lowers the fees of what is open: ${seen}`);
    const lines = page.locator('dialog .moves section:has(h2:has-text("달라지는 내역")) tbody tr');
    assert.equal(await lines.count(), 20, 'a page of them');
    await page.click('dialog .moves section:has(h2:has-text("달라지는 내역")) button:has-text("더 보기")');
    await until(page, () => [...document.querySelectorAll('dialog .moves tbody')].some((body) => body.rows.length === 40));
    const all = Number(seen.match(/내역\s+([\d,]+)/)[1].replace(/,/g, ''));
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('dialog .moves button:has-text("CSV")')]);
    const rows = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n');
    assert.equal(rows.filter((row) => row.startsWith('line,')).length, all, 'the file has them all, once each');
    await page.fill('dialog label:has-text("메모") + input', '요율 인하 2차');
    assert.match(await page.locator('dialog button[type=submit]').innerText(), /미리 보기/, 'another wish is looked at again');
    const change = await propose(page);
    await approve(change, '2 %');
    await page.goto(`${world.url}/console/contracts?merchant=${world.shop}`);
    await saysThat(page, '.panel', '버전 3', new RegExp(dayKo(day(-1))));
  }));

test('a holiday that is declared: the payouts that it moves are seen before and after', () =>
  asOperator('/contracts?tab=calendars', async (page) => {
    await page.waitForSelector('text=KR v1');
    const { text } = await world.get('/v1/calendars/KR');
    const rows = text.trimEnd().split('\n');
    const named = new Set(rows.map((row) => row.slice(0, 10)));
    let date = day(30);
    for (let n = 31; named.has(date) || [0, 6].includes(new Date(date).getUTCDay()); ++n) date = day(n);
    const at = rows.findIndex((row) => /^\d{4}-/.test(row) && row > date);
    rows.splice(at, 0, `${date} temporary 임시공휴일`);
    await page.click('button:has-text("다음 버전 요청")');
    await page.fill('dialog textarea', 'code KR\nnonsense');
    await page.click('dialog button[type=submit]');
    await saysThat(page, 'dialog .failure', 'line 2', /calendar\/text/);
    await page.fill('dialog textarea', `${rows.join('\n')}\n`);
    const change = await propose(page);
    await approve(change, 'KR v2');
    await page.goto(`${world.url}/console/contracts?tab=calendars&year=${date.slice(0, 4)}`);
    await saysThat(page, '.panel:has-text("버전 1과 다른 점") tbody tr', '임시공휴일', new RegExp(`추가[\\s\\S]*${dayKo(date)}`));
  }));

test('a hold: one who waits is seen waiting, and lifted the same way', async () => {
  await approve(world.waiting.changeId, '이의 제기 확인');
  await asOperator('/contracts?tab=holds', async (page) => {
    await saysThat(page, 'tbody tr', '서점', /보류 중[\s\S]*이의 제기 확인/);
    await page.click('tbody button:has-text("보류 해제 요청")');
    await page.fill('dialog label:has-text("사유") + input', '확인 끝');
    const change = await propose(page);
    await approve(change, '확인 끝');
    await page.goto(`${world.url}/console/contracts?tab=holds`);
    await saysThat(page, 'tbody tr', '서점', /해제됨/);
  });
});

test('a fund that is set aside counts once it was approved; a proposal can be withdrawn', () =>
  asOperator(`/funds?asOf=${day(0)}`, async (page) => {
    await page.waitForSelector('.kpis');
    const before = (await world.get(`/v1/funds?asOf=${day(0)}`)).totals[0].heldAmount;
    for (const isKept of [false, true]) {
      await page.click('button:has-text("자금 등록")');
      await page.fill('dialog label:has-text("기관") + input', '신한은행');
      await page.fill('dialog label:has-text("금액") + input', '1,000,000');
      const change = await propose(page);
      if (isKept) await approve(change, '신한은행');
      else {
        await page.locator('tbody tr:has(+ tr.detail)').locator('button:has-text("거두기")').click();
        await page.click('dialog .dialog-actions button.danger');
        await until(page, () => !document.querySelector('dialog'));
      }
      await page.goto(`${world.url}/console/funds?asOf=${day(0)}`);
      await page.waitForSelector('.kpis');
      const now = (await world.get(`/v1/funds?asOf=${day(0)}`)).totals[0].heldAmount;
      assert.equal(now, isKept ? before + 1_000_000 : before);
    }
    await saysThat(page, '.panel', '신한은행', /1,000,000원/);
  }));
