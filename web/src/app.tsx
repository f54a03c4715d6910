// The frame: who is signed in, where one can go, and the screen of the address.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { session, signOut } from './base/api';
import { lang, setLang, t } from './base/i18n';
import * as w from './base/words';
import type { Word } from './base/words';
import { PLACES, helpOpen } from './base/keys';
import { forgetKept } from './base/live';
import { type Theme, setTheme, theme } from './base/theme';
import { href, path } from './base/url';
import { SCREENS, titleOf } from './screens';
import { Login } from './screens/login';
import { Dialog, Menu } from './ui/parts';
import { forgetMerchants } from './ui/merchants';
import { SearchBox } from './ui/search_box';

interface Entry {
  to: string;
  label: Word;
  operator?: boolean;
}

const NAV: { title: Word; entries: Entry[] }[] = [
  {
    title: w.navSales,
    entries: [
      { to: '/', label: w.home },
      { to: '/payments', label: w.payments },
      { to: '/totals', label: w.totals },
    ],
  },
  {
    title: w.navSettlement,
    entries: [
      { to: '/settlement', label: w.settlement, operator: true },
      { to: '/payouts', label: w.payouts },
      { to: '/contracts', label: w.contracts },
      { to: '/breaks', label: w.breaks, operator: true },
      { to: '/funds', label: w.funds, operator: true },
      { to: '/journal', label: w.journal, operator: true },
    ],
  },
  {
    title: w.navOperations,
    entries: [
      { to: '/operations', label: w.operations, operator: true },
      { to: '/in-doubt', label: w.inDoubtQueue, operator: true },
      { to: '/events', label: w.events },
      { to: '/merchants', label: w.merchants, operator: true },
      { to: '/keys', label: w.apiKeys },
    ],
  },
];

function isHere(to: string): boolean {
  return to === '/' ? path.value === '/' : path.value === to || path.value.startsWith(`${to}/`);
}

function Nav({ onPick }: { onPick: () => void }) {
  const operator = session.value?.role === 'OPERATOR';
  return (
    <nav class="nav" aria-label={t(w.menu)}>
      {NAV.map((group) => (
        <div key={group.entries[0]?.to}>
          <h2>{t(group.title)}</h2>
          <ul>
            {group.entries
              .filter((e) => operator || !e.operator)
              .map((e) => (
                <li key={e.to}>
                  <a href={href(e.to)} aria-current={isHere(e.to) ? 'page' : undefined} onClick={onPick}>
                    {t(e.label)}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

export function Choices() {
  const themes: [Theme, Word][] = [['system', w.system], ['light', w.light], ['dark', w.dark]];
  return (
    <>
      <div class="choice" role="group" aria-label={t(w.language)}>
        <button type="button" lang="ko" aria-pressed={lang.value === 'ko'} onClick={() => setLang('ko')}>
          한국어
        </button>
        <button type="button" lang="en" aria-pressed={lang.value === 'en'} onClick={() => setLang('en')}>
          English
        </button>
      </div>
      <div class="choice" role="group" aria-label={t(w.theme)}>
        {themes.map(([one, word]) => (
          <button key={one} type="button" aria-pressed={theme.value === one} onClick={() => setTheme(one)}>
            {t(word)}
          </button>
        ))}
      </div>
    </>
  );
}

function Account() {
  const s = session.value;
  if (!s) return null;
  const leave = async () => {
    await signOut().catch(() => {});
    forgetKept();
    forgetMerchants();
  };
  return (
    <Menu label={<span class="who">{s.role === 'OPERATOR' ? t(w.operator) : (s.merchantName ?? t(w.merchant))}</span>}>
      <p class="small-text dim">
        {t(w.signedInBy)}
        <br />
        <code>{s.keyId}</code>
      </p>
      <Choices />
      <button type="button" onClick={leave}>
        {t(w.signOut)}
      </button>
    </Menu>
  );
}

const HELP: [string, Word][] = [['/', w.keySearch], ['j / k', w.keyRows], ['Enter', w.keyOpen], ['e', w.keyExport], ['.', w.keyAct], ['?', w.keyHelp], ['Esc', w.keyClose]];

function Help() {
  const names = new Map(NAV.flatMap((g) => g.entries.map((e) => [e.to, e.label] as const)));
  return (
    <Dialog title={t(w.keyboard)} onClose={() => (helpOpen.value = false)}>
      <dl class="keys">
        {HELP.map(([key, word]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
        {Object.entries(PLACES).map(([key, to]) => {
          const word = names.get(to);
          return word && (
            <div key={key}>
              <dt><kbd>g</kbd> <kbd>{key}</kbd></dt>
              <dd>{t(word)}</dd>
            </div>
          );
        })}
      </dl>
    </Dialog>
  );
}

function Frame({ children }: { children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const close = (e: KeyboardEvent) => e.key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, []);
  return (
    <div class="frame" data-nav={open ? 'open' : undefined}>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById('main')?.focus(); }}>
        {t(w.skip)}
      </a>
      <header class="top">
        <button type="button" class="quiet nav-button" aria-expanded={open} aria-controls="side" onClick={() => setOpen(!open)}>
          <span aria-hidden="true">☰</span>
          <span class="sr">{t(w.menu)}</span>
        </button>
        <a class="brand" href={href('/')}>
          원장 <span>Wonjang</span>
        </a>
        <SearchBox />
        <button type="button" class="quiet help-button" onClick={() => (helpOpen.value = true)} aria-label={t(w.keyboard)}>
          ?
        </button>
        <Account />
      </header>
      <aside class="side" id="side">
        <Nav onPick={() => setOpen(false)} />
      </aside>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {helpOpen.value && <Help />}
    </div>
  );
}

function Screen() {
  for (const screen of SCREENS) {
    const match = screen.pattern.exec(path.value);
    if (match) return <screen.view key={path.value} id={decodeURIComponent(match[1] ?? '')} />;
  }
  return null;
}

export function App() {
  useEffect(() => {
    document.title = `${titleOf(path.value)} · 원장 Wonjang`;
  }, [path.value, lang.value]);
  if (session.value === undefined) return null;
  if (session.value === null) return <Login />;
  return (
    <Frame>
      <Screen />
    </Frame>
  );
}
