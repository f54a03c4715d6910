// Canaries: other fee terms beside the contracts'. Where both agree the new ones count, where they differ the old ones do
// and the difference is told. Begun, promoted and stopped by a change that another person approves.
import { useState } from 'preact/hooks';
import { count } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Canary, CanaryMerchant, CanaryNow, List } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { MerchantField } from '../ui/merchant_field';
import { merchantName } from '../ui/merchants';
import { LiveTable } from '../ui/held';
import { Badge, Day, Empty, Field, Loaded, None, Pages, Panel, paged } from '../ui/parts';
import { Table } from '../ui/table';
import { ProposeForm } from './changes';
import { CanaryTerms, fateText, scopeText } from './terms';
import { CurrencyField, FRESH_FEES, Input, METHODS, Select, useFees } from './terms_form';

const NAME = /^[a-z0-9_-]{1,32}$/;

/** Whom it is for: no merchant, no method, no number means every one. */
function Scope({ of, onChange }: { of: Canary; onChange: (changes: Partial<Canary>) => void }) {
  const chosen = of.merchantIds ?? [];
  return (
    <fieldset class="rules">
      <legend>{t(w.forWhom)}</legend>
      <div class="form-grid">
        <MerchantField key={chosen.length} id="" hint={chosen.length === 0 ? t(w.everyMerchant) : t(w.oneMore)} onPick={(id) => id && onChange({ merchantIds: [...new Set([...chosen, id])] })} />
        <Select label={t(w.method)} kind="method" value={of.method ?? ''} of={METHODS} onPick={(method) => onChange({ method })} />
        <Input label={t(w.businessNumber)} value={of.businessNumber ?? ''} onType={(text) => onChange({ businessNumber: text.replace(/\D/g, '') })} />
      </div>
      {chosen.length > 0 && (
        <ul class="chips">
          {chosen.map((id) => <li key={id}>{merchantName(id)} <button type="button" class="quiet" aria-label={`${t(w.remove)}: ${merchantName(id)}`} onClick={() => onChange({ merchantIds: chosen.filter((one) => one !== id) })}>✕</button></li>)}
        </ul>
      )}
    </fieldset>
  );
}

/** As a request takes it: what is empty means every one. */
function wishOf(c: Canary): Canary {
  const { name, merchantIds, method, businessNumber, currency, candidate, cleanDays, stopped, promoteAll } = c;
  return {
    name, currency, candidate,
    ...(merchantIds?.length ? { merchantIds } : {}), ...(method ? { method } : {}), ...(businessNumber ? { businessNumber } : {}),
    ...(cleanDays ? { cleanDays } : {}), ...(stopped ? { stopped } : {}), ...(promoteAll ? { promoteAll } : {}),
  };
}

/** One that begins, or another version of one that has a name. */
export function CanaryForm({ from, onClose }: { from: Canary; onClose: () => void }) {
  const [c, setCanary] = useState(from);
  const [rules, candidate] = useFees(from.candidate, c.currency);
  const note = useState('');
  const set = (changes: Partial<Canary>) => setCanary({ ...c, ...changes });
  const bad = c.name !== '' && !NAME.test(c.name);
  return (
    <ProposeForm kind="CANARY" title={from.name ? `${from.name} · ${t(w.nextVersion)}` : t(w.tryTerms)} note={note} ready={candidate !== undefined && NAME.test(c.name)} body={{ canary: candidate && wishOf({ ...c, candidate }) }} onClose={onClose}>
      <p class="dim">{t(w.canaryMeans)}</p>
      <div class="form-grid">
        <Field label={t(w.name)} hint="a-z 0-9 _ -" error={bad ? t(w.notAName) : undefined}>{(id, by) => <input id={id} required readOnly={from.name !== ''} aria-describedby={by} aria-invalid={bad} value={c.name} onInput={(e) => set({ name: e.currentTarget.value })} />}</Field>
        <CurrencyField value={c.currency} onType={(currency) => set({ currency })} />
        <Field label={t(w.cleanDays)} hint={fateText(c)}>{(id, by) => <input id={id} type="number" min="0" max="1000" aria-describedby={by} value={c.cleanDays ?? 0} onInput={(e) => set({ cleanDays: Number(e.currentTarget.value) })} />}</Field>
      </div>
      <Scope of={c} onChange={set} />
      {rules}
    </ProposeForm>
  );
}

/** A part is promoted by a canary of its own, whose name stands before the first one's: of several the first counts. */
function partOf(c: Canary): Canary {
  const scope = [...(c.merchantIds ?? []).map((id) => id.slice(-6)), c.method, c.businessNumber].filter(Boolean).join('-');
  return { ...c, name: `-${c.name}-${scope}`.toLowerCase().slice(0, 32) };
}

function Promote({ of, onClose }: { of: Canary; onClose: () => void }) {
  const [c, setCanary] = useState(of);
  const note = useState('');
  const isPart = scopeText(c) !== scopeText(of);
  const wish = wishOf({ ...(isPart ? partOf(c) : c), promoteAll: true, stopped: false, cleanDays: 0 });
  return (
    <ProposeForm kind="CANARY" title={`${of.name} · ${t(w.promote)}`} note={note} ready body={{ canary: wish }} onClose={onClose}>
      <p class="dim">{t(w.promoteMeans)} {isPart && t(w.promotePart, wish.name)}</p>
      <Scope of={c} onChange={(changes) => setCanary({ ...c, ...changes })} />
    </ProposeForm>
  );
}

function Stop({ of, onClose }: { of: Canary; onClose: () => void }) {
  const note = useState('');
  return (
    <ProposeForm kind="CANARY" title={`${of.name} · ${t(w.stopIt)}`} note={note} ready body={{ canary: wishOf({ ...of, stopped: true, promoteAll: false }) }} onClose={onClose}>
      <p class="dim">{t(w.stopMeans)}</p>
    </ProposeForm>
  );
}

/** Merchant by merchant, how far it is; from a difference to the day's items. */
function HowFar({ of }: { of: CanaryNow }) {
  const got = useGet<List<CanaryMerchant>>(paged(`/v1/canaries/${of.name}/merchants`));
  return (
    <Panel flush title={t(w.howFar)}>
      <Loaded got={got} rows={2}>
        {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noRunYet)}>{t(w.noLinesMore)}</Empty> : <>
          <Table caption={t(w.howFar)} rows={items} keyOf={(m, i) => m.merchantId ?? String(i)} columns={[
            { label: t(w.merchant), card: 'title', wide: true, cell: (m) => <>{m.merchantName} {m.promoted && <Badge kind="canaryState" value="PROMOTED" tone="good" />}</> },
            { label: t(w.cleanDays), num: true, cell: (m) => `${m.cleanDays}${m.cleanDaysNeeded ? ` / ${m.cleanDaysNeeded}` : ''}` },
            { label: t(w.alike), num: true, cell: (m) => count(m.alike) },
            { label: t(w.different), num: true, card: 'lead', cell: (m) => (m.different ? <span class="badge warn">{count(m.different)}</span> : <None />) },
            { label: t(w.canaryDifferences), cell: (m) => (m.differedOn ? <a href={href(`/settlement/${m.differedOn}`, { tab: 'differences' })}><Day at={m.differedOn} /> →</a> : <None />) },
          ]} />
          <Pages next={nextCursor} />
        </>)}
      </Loaded>
    </Panel>
  );
}

type Open = { act: 'new' } | { act: 'change' | 'promote' | 'stop'; of: CanaryNow };

export function Canaries() {
  const opened = place.value.query.get('canary');
  const got = useGet<List<CanaryNow>>(opened ? '/v1/canaries?limit=1000' : paged('/v1/canaries'), 10_000);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const act = (of: CanaryNow, what: 'change' | 'promote' | 'stop', label: string) => <button type="button" class="small" onClick={() => setOpen({ act: what, of })}>{label}…</button>;
  return (
    <>
      <div class="filter-row open"><button type="button" data-key="act" onClick={() => setOpen({ act: 'new' })}>{t(w.tryTerms)}…</button></div>
      <Loaded got={got}>
        {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noCanaries)}>{t(w.canaryMeans)}</Empty> : <>
          <LiveTable of={got.turn} caption={t(w.canaries)} rows={items} keyOf={(c) => c.name}
            detail={(c) => c.name === opened && <><HowFar of={c} /><CanaryTerms c={c} /></>}
            columns={[
              { label: t(w.name), card: 'title', wide: true, cell: (c) => <span class="two"><span>{c.name}</span><span class="dim small-text">{scopeText(c)}</span></span> },
              { label: t(w.state), card: 'lead', cell: (c) => <span class="two"><Badge kind="canaryState" value={c.state} /><span class="dim small-text">{c.state === 'TRYING' && fateText(c)}</span></span> },
              { label: t(w.alike), num: true, cell: (c) => count(c.alike) },
              { label: t(w.different), num: true, cell: (c) => (c.different ? <span class="badge warn">{count(c.different)}</span> : <None />) },
              { label: t(w.movedOver), num: true, cell: (c) => `${count(c.promoted)} / ${count(c.merchants)}` },
              { label: t(w.action), cell: (c) => (
                <span class="actions">
                  <button type="button" class="small" aria-expanded={c.name === opened} onClick={() => setQuery({ canary: c.name === opened ? undefined : c.name, cursor: undefined }, { replace: true })}>{t(w.howFar)}</button>
                  {act(c, 'change', t(w.changeIt))}
                  {c.state !== 'PROMOTED' && act(c, 'promote', t(w.promote))}
                  {c.state !== 'STOPPED' && act(c, 'stop', t(w.stopIt))}
                </span>
              ) },
            ]} />
          {!opened && <Pages next={nextCursor} />}
        </>)}
      </Loaded>
      {open?.act === 'new' && <CanaryForm from={{ name: '', currency: 'KRW', candidate: FRESH_FEES }} onClose={close} />}
      {open?.act === 'change' && <CanaryForm from={{ ...open.of, stopped: false, promoteAll: false }} onClose={close} />}
      {open?.act === 'promote' && <Promote of={open.of} onClose={close} />}
      {open?.act === 'stop' && <Stop of={open.of} onClose={close} />}
    </>
  );
}
