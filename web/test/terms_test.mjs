// Terms that are tried out, promoted and stopped; terms that change what was settled; amounts that aren't of won; a list of
// breaks that is longer than its page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contract } from './money_world.mjs';
import { approve, asOperator, matches, propose, says, saysThat, settled, text, until, world } from './stage.mjs';
import { DOLLARS, TRIED, day, dayKo } from './world.mjs';

const rows = (page) => page.locator('main tbody tr').count();

test('other terms are tried out beside a contract: begun, followed item by item, a part promoted, stopped', () =>
  asOperator(`/contracts?merchant=${world.other}`, async (page) => {
    await page.click('button:has-text("다른 조건 시험")');
    await saysThat(page, 'dialog', '대상', /서점/);
    assert.equal(await page.locator('dialog button[type=submit]').isDisabled(), true, 'without a name it can’t be told from others');
    await page.fill('dialog label:has-text("이름") + input', 'Lower Rate');
    await matches(page, 'dialog .field-error', /a-z/);
    await page.fill('dialog label:has-text("이름") + input', 'lower');
    await page.fill('dialog label:has-text("차이 없는 날") + input', '2');
    await page.fill('dialog .rule-row >> nth=0 >> label:has-text("요율") + input', '1.5');
    await page.keyboard.press('Enter'); // looks at it first
    await saysThat(page, 'dialog div.preview', '옮겨지거나', /없습니다/, 'where terms differ the contract counts');
    await approve(await propose(page), '1.5 %');
    await world.settle(TRIED);

    await page.goto(`${world.url}/console/contracts?tab=canaries`);
    await page.click('tbody tr:has-text("lower") button:has-text("진행")');
    await saysThat(page, 'tr.detail tbody tr', '서점', /0 \/ 2\s+0\s+3/, 'no clean day of two, three items differ');
    await page.click(`tr.detail a:has-text("${dayKo(TRIED)}")`);
    await until(page, () => location.search.includes('tab=differences'));
    await page.waitForSelector('tbody tr:nth-child(3)');
    const { items } = await world.get(`/v1/settlement/runs/${TRIED}/differences`);
    for (const one of items) assert.ok((await text(page, 'main')).includes(`${one.feeNow.toLocaleString('en-US')}원`), JSON.stringify(one));

    await page.goto(`${world.url}/console/contracts?tab=canaries`);
    await page.click('tbody tr:has-text("lower") button:has-text("전환")');
    await page.selectOption('dialog select', 'CARD');
    await saysThat(page, 'dialog', '나머지는 계속', /-lower-/);
    await approve(await propose(page), '전환됨');
    await page.goto(`${world.url}/console/contracts?tab=canaries`);
    await saysThat(page, 'tbody tr', '-lower-', /카드[\s\S]*전환됨/);
    await saysThat(page, 'tbody tr:not(:has-text("-lower"))', 'lower', /시험 중/);
    await page.click('tbody tr:not(:has-text("-lower")):has-text("lower") button:has-text("중단")');
    await approve(await propose(page), '중단됨');
    await page.goto(`${world.url}/console/contracts?tab=canaries`);
    await saysThat(page, 'tbody tr:not(:has-text("-lower"))', 'lower', /중단됨/);
  }));

test('a contract that holds backwards: every difference line is seen before it is made, and made once', async () => {
  await world.change('CONTRACT', contract(world.other, 20_000), '소급 인하');
  await asOperator(`/contracts?merchant=${world.other}`, async (page) => {
    await page.click('button:has-text("소급 조정")');
    await page.click('dialog button[type=submit]:has-text("미리 보기")');
    const seen = await says(page, 'dialog div.preview', '차액 내역');
    const lines = Number(seen.match(/차액 내역\s+([\d,]+)/)[1]);
    const delta = Number(seen.match(/수수료 변화\s+(-?[\d,]+)원/)[1].replace(/,/g, ''));
    assert.ok(lines >= 3 && delta < 0, seen);
    assert.equal(await page.locator('dialog div.preview tbody tr').count(), lines);
    const { items } = await world.get(`/v1/contracts?merchant=${world.other}`);
    const dry = await world.post('/v1/settlement/adjustments?dryRun=true', { contractChangeId: items.at(-1).changeId, date: day(0) });
    assert.deepEqual([dry.lines, dry.feeDelta[0].amount], [lines, delta], 'what is seen is what the server says, and looking wrote nothing');

    await page.click('dialog button[type=submit]:has-text("차액 내역 만들기")');
    await says(page, 'dialog', '닫기');
    await page.click('dialog tbody a >> nth=0');
    await matches(page, 'h1', /정산 내역\s+조정/);
    await page.goto(`${world.url}/console/contracts?merchant=${world.other}`);
    await page.click('button:has-text("소급 조정")');
    await page.click('dialog button[type=submit]:has-text("미리 보기")');
    await says(page, 'dialog div.preview', '조정할 것이 없습니다');
    assert.equal(await page.locator('dialog button[type=submit]').isDisabled(), true);
    await page.fill('dialog input[type=date]', day(400));
    await page.click('dialog button[type=submit]');
    await says(page, 'dialog .failure', 'ahead');
  });
});

test('dollars are shown as dollars: what failed, what a canary prices differently, what an acquirer says', () =>
  asOperator(`/settlement/${DOLLARS}?tab=failures`, async (page) => {
    await saysThat(page, 'tbody tr', '$70.50', /계약 없음/);
    await says(page, 'tbody tr', '$99.99');
    await page.goto(`${world.url}/console/settlement/${DOLLARS}?tab=differences`);
    const [one] = (await world.get(`/v1/settlement/runs/${DOLLARS}/differences`)).items;
    const dollars = (cents) => `$${(cents / 100).toFixed(2)}`;
    await saysThat(page, 'tbody tr', 'dollar-terms', new RegExp(`\\${dollars(one.feeNow)}\\s+\\${dollars(one.feeCandidate)}\\s+\\${dollars(one.feeCandidate - one.feeNow)}`));
    await page.goto(`${world.url}/console/breaks?reason=AMOUNT_DIFF`);
    await saysThat(page, 'tbody tr', '60000001', /\$1,234\.00\s+\$1,234\.56\s+-\$0\.56/);
    assert.equal((await text(page, 'main')).includes('1,234원'), false);
  }));

test('a file of dollars is read as dollars', () =>
  asOperator('/breaks?tab=files', async (page) => {
    await page.click('button:has-text("매입사 파일 읽기")');
    await page.setInputFiles('dialog input[type=file]', { name: 'usd-deposit.csv', mimeType: 'text/csv', buffer: Buffer.from(`number,amount,date,fee\r\n60000001,123456,${DOLLARS},900\r\n`) });
    await page.fill('dialog label:has-text("매입사") + input', 'SHINHAN');
    await page.fill('dialog label:has-text("통화") + input', 'usd');
    await page.click('dialog button[type=submit]');
    await saysThat(page, 'dialog .facts', '일치', /줄\s+1\s+일치\s+1/);
  }));

test('a search says how far back it looked, and looks further', () =>
  asOperator(`/search?q=${encodeURIComponent('케냐')}`, async (page) => {
    await page.waitForSelector('tbody tr');
    const years = Number(day(0).slice(0, 4));
    await matches(page, '.sub', new RegExp(`${years - 5}\\. \\d\\d\\. \\d\\d\\. – ${years}`));
    await page.click('button:has-text("보다 전에서 찾기")');
    await until(page, () => location.search.includes('until='));
    await page.waitForSelector('.empty');
    await matches(page, '.sub', new RegExp(`${years - 10}\\. `));
  }));

test('an amount that can’t be read is said, and the filter stays', () =>
  asOperator('/payments?amountMin=1000', async (page) => {
    await page.waitForSelector('tbody tr');
    await page.fill('label:has-text("금액") + input >> nth=0', '10.50');
    await page.keyboard.press('Tab');
    await matches(page, '.field-error', /KRW 금액으로/);
    assert.match(page.url(), /amountMin=1000/);
  }));

test('breaks are leafed through: each once, and no page asks for more than it shows', () =>
  asOperator('/breaks', async (page) => {
    const unknown = Array.from({ length: 150 }, (_, i) => `${70_000_000 + i},${1_000 + i},${day(-2)}`);
    await world.csv('/v1/acquirer-files?name=long.csv&kind=ACQUISITION&acquirer=BC', `number,amount,date\r\n${unknown.join('\r\n')}\r\n`);
    const asked = [];
    page.on('request', (request) => request.url().includes('/v1/breaks') && asked.push(new URL(request.url()).searchParams.get('limit')));
    await page.goto(`${world.url}/console/breaks?reason=ONLY_THEIRS`);
    await page.waitForSelector('tbody tr');
    const numbers = () => page.locator('tbody tr td:nth-child(4)').allInnerTexts();
    const seen = await numbers();
    assert.equal(seen.length, 100);
    await page.click('.pages button:has-text("다음")');
    await until(page, (before) => document.querySelectorAll('tbody tr').length < before, 100);
    await settled(page);
    seen.push(...(await numbers()));
    assert.equal(new Set(seen).size, seen.length, 'none twice');
    for (const row of unknown) assert.ok(seen.includes(row.slice(0, 8)), row);
    assert.deepEqual([...new Set(asked)], ['100']);
    await page.goBack();
    await until(page, () => document.querySelectorAll('tbody tr').length === 100);
    assert.equal(await rows(page), 100);
  }));
