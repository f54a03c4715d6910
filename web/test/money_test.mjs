// Journeys of the money side: from two syllables to the payout, a day run and run again, paying out, an acquirer's
// file, what nobody knows, the books; and that a merchant sees its own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { asOperator, asSecond, matches, says, saysThat, settled, signedIn, text, until, world } from './stage.mjs';
import { LARGE_COUNT } from './money_world.mjs';
import { LARGE, SETTLED, TO_SETTLE, day } from './world.mjs';

const won = (n) => n.toLocaleString('en-US');

test('a payment is found by two syllables and followed to its payout, down to the rules of its fee', () =>
  asOperator('/', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('우지');
    await page.waitForSelector('[role=option]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.timeline li');
    await matches(page, 'h1', /케냐 원두/);
    await page.locator('a[href*="/payouts/pyo_"]').first().click();
    await page.waitForSelector('text=왜 이 금액인가');
    const id = page.url().split('/').pop();
    const payout = await world.get(`/v1/payouts/${id}`);
    await matches(page, 'section:has-text("왜 이 금액인가") tfoot', new RegExp(`지급액\\s+${won(payout.amount)}원`));
    assert.equal(await page.locator('main .table-box tbody tr').count(), payout.lines);
    await matches(page, '.facts', /KB-.*-0042/);
    await page.goto(`${world.url}/console/search?q=${id}`);
    await page.locator(`main a[href$="/payouts/${id}"]`).click();
    await page.waitForSelector('text=왜 이 금액인가');
    await page.locator('tbody tr', { hasText: '48,000원' }).locator('a').first().click();
    await page.waitForSelector('text=금액이 나온 과정');
    const { items } = await world.get(`/v1/payments/${world.followed.id}/settlement-lines`);
    const line = await world.get(`/v1/settlement/lines/${items[0].lineId}`);
    const explained = await text(page, 'section:has-text("금액이 나온 과정")');
    for (const step of line.explain) assert.ok(explained.includes(step.formula), `${step.formula} in ${explained}`);
    assert.match(explained, /48,000 x 2\.30 % \+ 50 = 1,154/);
    assert.match(explained, /다시 계산해도 같음/);
    await matches(page, '.sums', new RegExp(`48,000원[\\s\\S]*-${won(line.fee)}원[\\s\\S]*${won(line.net)}원`));
  }));

test('a day is run from the console, what failed is mended, and the rerun settles the rest', () =>
  asOperator(`/settlement/${TO_SETTLE}`, async (page) => {
    await matches(page, '.panel:has-text("계획")', /정산할 것 9건, 가맹점 2곳[\s\S]*2\s*계약 없음/);
    await page.click('button:has-text("정산 실행")');
    await page.waitForSelector('.panel .badge:has-text("일부 실패")');
    await page.click('.tabs a:has-text("실패")');
    await page.waitForSelector('tbody tr:nth-child(2)');
    assert.equal(await page.locator('tbody tr').count(), 2);
    await matches(page, 'tbody tr', /망원 빵집[\s\S]*계약 없음[\s\S]*계약을 요청해 승인받고/);

    await page.click('tbody a:has-text("계약으로")');
    await page.click('button:has-text("계약 등록 요청")');
    await page.fill('dialog label:has-text("시작") + input', '2024-01-01');
    await page.fill('dialog label:has-text("계좌") + input', 'acct-bakery');
    await page.click('dialog button[type=submit]:has-text("미리 보기")');
    await saysThat(page, 'dialog .preview', '내역', /내역\s+2/);
    await page.click('dialog button[type=submit]:has-text("요청하기")');
    await page.waitForSelector('tr.detail');
    const change = new URL(page.url()).searchParams.get('change');
    assert.equal(await page.locator(`tbody button:has-text("승인")`).count(), 0, 'nobody approves their own');

    await asSecond(`/contracts?tab=changes&change=${change}`, async (other) => {
      const row = other.locator('tbody tr', { hasText: '망원 빵집' }).first();
      await row.locator('button:has-text("승인")').click();
      await says(other, 'dialog', '기본 요율');
      await other.click('dialog .dialog-actions button.primary');
      await until(other, () => !document.querySelector('dialog'));
    });

    await page.goto(`${world.url}/console/settlement/${TO_SETTLE}`);
    await page.click('button:has-text("다시 실행")');
    await page.click('dialog .dialog-actions button.primary');
    await page.waitForSelector('.panel .badge:has-text("완료")');
    await saysThat(page, '.facts', '전 + 추가 = 후', /7 \+ 2 = 9/);
    await settled(page);
    await until(page, () => document.querySelectorAll('tbody tr').length === 9);
    await matches(page, 'main', /취소[\s\S]*-8,000원/);
  }));

test('a long run shows how far it is, without being asked', () =>
  asOperator(`/settlement/${LARGE}`, async (page) => {
    await page.waitForSelector('button:has-text("정산 실행")');
    await page.evaluate(() => {
      window.__seen = [];
      new MutationObserver(() => {
        const bar = document.querySelector('.job progress');
        if (bar) window.__seen.push(document.querySelector('.job').textContent);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await page.click('button:has-text("정산 실행")');
    await page.waitForSelector('.panel .badge:has-text("완료")');
    const seen = await page.evaluate(() => window.__seen);
    assert.ok(seen.length > 0, 'the bar was there while it ran');
    // A run that is over within a few looks of the page may never be seen half way.
    const tookMs = (await world.get(`/v1/settlement/runs/${LARGE}`)).wallUs / 1000;
    if (tookMs > 800) assert.ok(seen.some((one) => one.includes(`/ ${won(LARGE_COUNT)}`)), `${tookMs} ms, and seen: ${[...new Set(seen)]}`);
    await matches(page, '.sums', new RegExp(`내역\\s+${won(LARGE_COUNT)}`));
  }));

test('a file of lines is whole, over all its pages', () =>
  asOperator(`/settlement/${LARGE}`, async (page) => {
    await page.waitForSelector('tbody tr');
    assert.equal(await page.locator('tbody tr').count(), 100);
    const first = await text(page, 'tbody tr');
    await page.click('.pages button:has-text("다음")');
    await until(page, (before) => !document.querySelector('.stale') && document.querySelector('tbody tr').innerText !== before, first);
    await page.click('.pages button:has-text("처음")');
    await until(page, (before) => document.querySelector('tbody tr')?.innerText === before, first);
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('e')]);
    const lines = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n');
    assert.equal(lines.length, LARGE_COUNT + 1);
    assert.equal(new Set(lines).size, LARGE_COUNT + 1, 'no line stands twice');
  }));

test('payouts: looked at, made, sent as a file, and the bank’s answer read', () =>
  asOperator('/payouts', async (page) => {
    await page.waitForSelector('tbody tr');
    const act = async (name) => {
      await page.click('.head summary:has-text("지급하기")');
      await page.click(`.head .menu-box button:has-text("${name}")`);
    };
    await act('지급 만들기');
    await page.check('dialog input[type=checkbox]');
    await page.click('dialog button[type=submit]:has-text("미리 보기")');
    const report = await says(page, 'dialog .preview', '지급액');
    const dry = await world.post('/v1/payouts/runs?dryRun=true', { date: day(0), alsoOnClosedDay: true });
    assert.match(report, new RegExp(`지급\\s+${dry.requested}[\\s\\S]*지급액\\s+${won(dry.totals[0].amount)}원`));
    await page.click('dialog button[type=submit]:has-text("지급 만들기")');
    await page.waitForSelector('tbody tr:has-text("요청")');

    await act('은행 파일 받기');
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('dialog button[type=submit]')]);
    const sent = readFileSync(await file.path(), 'utf8').trimEnd().split(/\r?\n/).slice(1).map((row) => row.split(',')[0]);
    assert.equal(sent.length, dry.requested);
    assert.match(file.suggestedFilename(), new RegExp(`^payouts-${day(0)}-`));
    await page.click('dialog button[aria-label="닫기"]');
    await page.waitForSelector('tbody tr:has-text("은행 전송")');

    const rows = sent.map((id, i) => `${id},${i === 0 ? 'FAILED' : 'PAID'},KB-${i},${day(0)}T09:00:00+09:00,${i === 0 ? '계좌 없음' : ''}`);
    rows.push(`pyo_00000000000000000000000000,PAID,x,${day(0)}T09:00:00+09:00,`);
    await act('은행 결과 읽기');
    await page.setInputFiles('dialog input[type=file]', { name: 'bank.csv', mimeType: 'text/csv', buffer: Buffer.from(`payout_id,state,bank_trace_no,at,failure\r\n${rows.join('\r\n')}\r\n`) });
    await page.click('dialog button[type=submit]');
    await saysThat(page, 'dialog', '반영', new RegExp(`반영\\s+${sent.length}[\\s\\S]*거절\\s+1`));
    await page.click('dialog .dialog-actions button');
    await page.waitForSelector('tbody tr:has-text("계좌 없음")');
  }));

test('an acquirer’s file: what differs is seen side by side and settled by a word; a further file is read', () =>
  asOperator('/breaks', async (page) => {
    await page.waitForSelector('tbody tr');
    const all = await page.locator('tbody tr').count();
    await page.click('.segments button:has-text("우리 쪽에 없음")');
    await until(page, () => /reason=ONLY_THEIRS/.test(location.search) && document.querySelectorAll('tbody tr').length === 1);
    await page.click('tbody button:has-text("나란히")');
    await saysThat(page, 'tr.detail', '39999999', /5,000원[\s\S]*우리[\s\S]*없음/);
    await page.click('tbody button:has-text("정리")');
    await page.fill('dialog input', '시험 카드, 매입사 확인');
    await page.click('dialog button[type=submit]');
    await page.click('.segments button:has-text("전체")');
    await until(page, (count) => document.querySelectorAll('tbody tr').length === count, all - 1);

    await page.goto(`${world.url}/console/breaks?tab=files`);
    await page.click('button:has-text("매입사 파일 읽기")');
    const [number, amount] = world.numbers[1];
    await page.setInputFiles('dialog input[type=file]', { name: 'late.csv', mimeType: 'text/csv', buffer: Buffer.from(`number,amount,date,fee\r\n${number},${amount},${SETTLED},200\r\n39999998,1,${SETTLED},0\r\n`) });
    await page.fill('dialog label:has-text("매입사") + input', 'SHINHAN');
    await page.click('dialog button[type=submit]');
    await saysThat(page, 'dialog .facts', '일치', /줄\s+2/);
    await page.click('dialog button[aria-label="닫기"]');
    await page.waitForSelector('tbody tr:has-text("late.csv")');
  }));

test('what nobody knows is settled by a person, with a reason and what was seen', () =>
  asOperator('/in-doubt', async (page) => {
    await page.waitForSelector('tbody tr:has-text("콜드브루")');
    await page.click('tbody button:has-text("확정")');
    await page.waitForSelector('dialog .evidence li');
    assert.equal(await page.locator('dialog button[type=submit]').isDisabled(), true);
    await page.selectOption('dialog select', 'NEVER_EXISTED');
    await page.fill('dialog label:has-text("사유") + input', '결제사에 기록 없음');
    await page.fill('dialog textarea', 'VAN 조회 화면, 접수 1182');
    await page.click('dialog button[type=submit]');
    await until(page, () => !document.querySelector('tbody tr') && document.querySelector('.empty'));
    const life = await world.get(`/v1/payments/${world.doubtful.id}`);
    assert.equal(life.inDoubt, false);
  }));

test('the books balance, and an account leads to its entries', () =>
  asOperator('/journal', async (page) => {
    await page.waitForSelector('tbody tr');
    await matches(page, '.balanced', /차변과 대변이 같음/);
    const foot = (await text(page, 'tfoot')).match(/[\d,]+(?=원)/g);
    assert.equal(foot[0], foot[1]);
    await page.click('tbody a:has-text("2200")');
    await page.waitForSelector('tbody tr:has-text("정산 확정 미지급금")');
    assert.match(page.url(), /account=2200/);
    await page.fill('label:has-text("결제 번호") + input', world.followed.id);
    await page.keyboard.press('Enter');
    await until(page, (id) => location.search.includes(`payment=${id}`), world.followed.id);
    await settled(page); // what is drawn anew has the account of the address in its field again
    await page.fill('label:has-text("계정") + input', '');
    await page.keyboard.press('Enter');
    await until(page, (id) => location.search.includes(`payment=${id}`) && !location.search.includes('account='), world.followed.id);
    await settled(page);
    await until(page, (id) => [...document.querySelectorAll('tbody a[href*="/payments/"]')].every((a) => a.href.includes(id)), world.followed.id);
  }));

test('a merchant sees its own money and hears nothing of another’s', () =>
  signedIn(world.shopKey, '/payouts', async (page) => {
    await page.waitForSelector('tbody tr');
    const mine = (await world.get(`/v1/payouts?merchant=${world.shop}`)).items.length;
    assert.equal(await page.locator('tbody tr').count(), mine);
    assert.equal(await page.locator('.head .menu:has-text("지급하기")').count(), 0);
    assert.equal(await page.locator('.nav a[href$="/funds"]').count(), 0);
    const other = (await world.get(`/v1/payouts?merchant=${world.other}`)).items[0];
    await page.goto(`${world.url}/console/payouts/${other.payoutId}`);
    await saysThat(page, '.failure', 'no such payout', /찾는 것이 없습니다[\s\S]*NOT_FOUND · 404/);
    await page.goto(`${world.url}/console/payments/${world.followed.id}`);
    await page.click('main section:has-text("정산") tbody a');
    await page.waitForSelector('text=금액이 나온 과정');
    await page.goto(`${world.url}/console/contracts`);
    await page.waitForSelector('text=계약 이력');
    assert.equal(await page.locator('main button:has-text("요청")').count(), 0);
    for (const path of ['/funds', '/journal', '/breaks', '/settlement', `/contracts?merchant=${world.other}`]) {
      await page.goto(`${world.url}/console${path}`);
      await page.waitForSelector('main .failure, main .panel');
      assert.equal((await page.locator('main').innerText()).includes('서점'), false, path);
    }
  }));
