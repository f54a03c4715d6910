// The box at the top of every screen: a part of a name, an order, any id. What it finds drops down while one
// types; Enter opens the chosen one, or all that was found.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../base/api';
import { daySeoul, dayText } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import type { SearchPage } from '../base/types';
import { go, href, place } from '../base/url';
import { Combo } from './combo';
import { merchantName } from './merchants';
import { Badge, Day, Money, Status, Time } from './parts';

const SHOWN = 8;

export function Marked({ text, part }: { text: string; part: string }) {
  const at = part === '' ? -1 : text.toLowerCase().indexOf(part.toLowerCase());
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + part.length)}</mark>
      {text.slice(at + part.length)}
    </>
  );
}

export function isPaymentId(text: string): boolean {
  return /^pay_[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
}

/** One line of what was found, and where it leads. */
export interface Hit {
  to: string;
  name: ComponentChildren;
  amount: ComponentChildren;
  about: ComponentChildren;
  state: ComponentChildren;
}

/** Payouts and settlement lines whose very id was asked for. */
export function moneyHits(page: SearchPage): Hit[] {
  return [
    ...(page.payouts ?? []).map((p) => ({
      to: href(`/payouts/${p.payoutId}`), name: <>{t(w.payout)} · {p.merchantName ?? merchantName(p.merchantId)}</>, amount: <Money value={p.amount} currency={p.currency} />, about: <Day at={p.date} />, state: <Badge kind="payoutState" value={p.state} />,
    })),
    ...(page.settlementLines ?? []).map((l) => ({
      to: href(`/settlement/lines/${l.lineId}`), name: <>{t(w.settlementLine)} · {l.merchantName ?? merchantName(l.merchantId)}</>, amount: <Money value={l.net} currency={l.currency} />, about: <Day at={l.basisDate} />, state: <Badge kind="lineKind" value={l.kind} />,
    })),
  ];
}

function hitsOf(page: SearchPage, q: string): Hit[] {
  const payments = page.payments.map((p) => ({
    to: href(`/payments/${p.id}`),
    name: <><Marked text={p.buyerName ?? '–'} part={q} /> · <Marked text={p.orderName ?? p.orderId} part={q} /></>,
    amount: <Money value={p.totalAmount} currency={p.currency} />,
    about: <><Time at={p.requestedAt} full /> · {p.matched.map((m) => code('matched', m)).join(', ')}</>,
    state: <Status value={p.status} />,
  }));
  return [...moneyHits(page), ...payments];
}

async function find(q: string, signal: AbortSignal) {
  const page = await get<SearchPage>(`/v1/search?q=${encodeURIComponent(q)}&limit=${SHOWN}`, { signal });
  const items = hitsOf(page, q);
  const many = items.length === 0 ? t(w.nothingFound) : page.hasMore ? t(w.moreFound, SHOWN) : t(w.found, items.length);
  return { items, note: `${many} · ${dayText(daySeoul(Date.parse(page.period.from)), lang.value)} –` };
}

export function SearchBox() {
  const asked = place.value.path === '/search' ? (place.value.query.get('q') ?? '') : '';
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const enter = (q: string) => {
    if (q !== '') go(isPaymentId(q) ? href(`/payments/${q}`) : href('/search', { q }));
  };
  return (
    <form class="search" role="search" onSubmit={(e) => e.preventDefault()}>
      <Combo
        id="global-search" label={t(w.searchLabel)} placeholder={t(w.searchPlaceholder)} text={text} least={2}
        find={find} keyOf={(hit) => hit.to} onType={setText} onPick={(hit) => go(hit.to)} onEnter={enter}
        show={(hit) => (
          <>
            <span class="hit-name">{hit.name}</span>
            <span class="hit-money">{hit.amount}</span>
            <span class="dim small-text">{hit.about}</span>
            {hit.state}
          </>
        )}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
