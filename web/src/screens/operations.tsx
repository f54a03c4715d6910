// How the machine stands: the views and their distance from the ledger, their comparison with the events, what was
// put aside, the books with their signed heads.
import { count } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import { useReady } from '../base/ready';
import type { LedgerEvent, Page, View } from '../base/types';
import { href, place } from '../base/url';
import { ActButton } from '../ui/act';
import { LiveTable } from '../ui/held';
import { Badge, Copy, Empty, Failure, Fresh, Head, Id, Pages, Panel, Skeleton, Tabs, Said, paged } from '../ui/parts';

const LIVE_MS = 2000;

interface Verification {
  running: boolean;
  progress?: { phase: string; done: number; total: number };
  failed?: string;
  last?: { ok: boolean; generation: number; position: string; events: number; payments: number; differences: string[]; groupsNotSplit: number };
}

function ViewPanel({ view, refresh }: { view: View; refresh: () => void }) {
  const facts: [string, preact.ComponentChildren][] = [
    [t(w.state), <Badge kind="viewState" value={view.state} />],
    [t(w.lag), `${t(w.eventsBehind, count(view.lagEvents))}${view.lagMs === undefined ? '' : ` · ${view.lagMs} ms`}`],
    [t(w.foldedEvents), count(view.events ?? 0)],
    [t(w.generation), count(view.generation)],
    [t(w.quarantine), count(view.quarantined)],
    [t(w.errors), <>{count(view.errors ?? 0)} <Said>{view.lastError}</Said></>],
    [t(w.rebuilds), count(view.rebuilds ?? 0)],
    [t(w.version), <code class="wrap">{view.version}</code>],
  ];
  if (view.stoppedBecause) facts.splice(1, 0, [t(w.stoppedBecause), <Said>{view.stoppedBecause}</Said>]);
  return (
    <Panel title={view.name} aside={view.name === 'views' && <ActButton label={t(w.rebuild)} what="rebuild" path="/v1/views/rebuild" ask={<p>{t(w.rebuildMeans)}</p>} onDone={refresh} />}>
      <dl class="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {view.rebuild && (
        <p class="job">
          {t(w.rebuilding, view.rebuild.phase)} {count(view.rebuild.events)} / {count(view.rebuild.eventsTotal)}
          <progress max={Math.max(1, view.rebuild.eventsTotal)} value={view.rebuild.events} aria-label={t(w.rebuild)} />
        </p>
      )}
      {view.lastRebuild && <p class="small-text dim">{t(w.lastRebuild, count(view.lastRebuild.events))} {view.lastRebuild.equal ? t(w.wasEqual) : view.lastRebuild.notCompared ? <Said>{view.lastRebuild.notCompared}</Said> : t(w.differed)}</p>}
    </Panel>
  );
}

function Verify() {
  const got = useGet<Verification>('/v1/views/verify', LIVE_MS);
  const v = got.data;
  if (!v) return got.problem && got.problem.status !== 404 ? <Failure problem={got.problem} /> : null;
  return (
    <Panel title={t(w.verification)} aside={!v.running && <ActButton label={t(w.verifyNow)} what="verify" path="/v1/views/verify" onDone={got.refresh} />}>
      {v.progress && <p class="job">{v.progress.phase} {count(v.progress.done)}{v.progress.total > 0 && ` / ${count(v.progress.total)}`}<progress max={Math.max(1, v.progress.total)} value={v.progress.total > 0 ? v.progress.done : undefined} aria-label={t(w.verification)} /></p>}
      {v.failed && <p class="note">{t(w.notVerified)} <Said>{v.failed}</Said></p>}
      {v.last ? (
        <>
          <p><span class={`badge ${v.last.ok ? 'good' : 'bad'}`}>{v.last.ok ? t(w.wasEqual) : t(w.differed)}</span> {t(w.verified, count(v.last.events), count(v.last.payments))}</p>
          {v.last.differences.length > 0 && <ul class="evidence">{v.last.differences.map((d) => <li key={d}><code>{d}</code></li>)}</ul>}
        </>
      ) : !v.running && <p class="dim">{t(w.neverVerified)}</p>}
    </Panel>
  );
}

function Views() {
  const got = useGet<{ views: View[] }>('/v1/views', LIVE_MS);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  return (
    <>
      <p class="sub"><Fresh at={got.at} /></p>
      {got.data.views.map((v) => <ViewPanel key={v.name} view={v} refresh={got.refresh} />)}
      <Verify />
    </>
  );
}

function Quarantine() {
  const got = useGet<Page & { events: { paymentId: string; version: number; book: number; position: string; event?: LedgerEvent }[] }>(paged('/v1/views/quarantine', 100, 'after'), 10_000);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  if (got.data.events.length === 0) return <Empty title={t(w.nothingQuarantined)}>{t(w.quarantineIs)}</Empty>;
  return (
    <>
      <LiveTable
        of={got.turn}
        caption={t(w.quarantine)}
        rows={got.data.events}
        keyOf={(e) => e.position}
        hrefOf={(e) => href(`/payments/${e.paymentId}`)}
        columns={[
          { label: t(w.payment), card: 'title', cell: (e) => <a href={href(`/payments/${e.paymentId}`)}><Id id={e.paymentId} /></a> },
          { label: t(w.version), num: true, cell: (e) => e.version },
          { label: t(w.event), cell: (e) => code('event', e.event?.type.replace('com.wonjang.', '')) },
          { label: t(w.book), num: true, cell: (e) => e.book },
          { label: t(w.position), cell: (e) => <code>{e.position}</code> },
        ]}
      />
      <Pages next={got.data.nextCursor} name="after" />
    </>
  );
}

function Books() {
  const ready = useReady(3000);
  const heads = useGet<{ checkpoints: { book: number; origin: string; verifierKey: string; checkpoint: string }[] }>('/v1/checkpoints', 10_000);
  return (
    <>
      <Panel title={t(w.ledger)} aside={<span class={`badge ${ready.isGood ? 'good' : 'bad'}`}>{ready.text}</span>}>
        <dl class="facts">
          <div><dt>{t(w.version)}</dt><dd>{ready.got.data?.version ?? '–'}</dd></div>
          <div><dt>{t(w.books)}</dt><dd>{ready.got.data?.books ?? '–'}</dd></div>
          <div><dt>{t(w.views)}</dt><dd>{code('viewState', ready.got.data?.views)}</dd></div>
        </dl>
      </Panel>
      {heads.problem && <Failure problem={heads.problem} retry={heads.refresh} />}
      {heads.data?.checkpoints.map((c) => (
        <Panel key={c.book} title={`${t(w.book)} ${c.book}`} aside={<Copy text={c.checkpoint} label={t(w.signedHead)} />}>
          <dl class="facts">
            <div><dt>{t(w.eventCount)}</dt><dd class="tab">{count(c.checkpoint.split('\n')[1] ?? 0)}</dd></div>
            <div><dt>{t(w.rootHash)}</dt><dd><code>{c.checkpoint.split('\n')[2]}</code></dd></div>
            <div><dt>{t(w.verifierKey)}</dt><dd><code>{c.verifierKey}</code></dd></div>
          </dl>
        </Panel>
      ))}
    </>
  );
}

export function Operations() {
  const tab = place.value.query.get('tab') ?? 'views';
  return (
    <>
      <Head title={t(w.operations)} />
      <Tabs current={tab} hrefOf={(id) => href('/operations', { tab: id === 'views' ? undefined : id })} tabs={[{ id: 'views', label: t(w.views) }, { id: 'quarantine', label: t(w.quarantine) }, { id: 'books', label: t(w.books) }]} />
      {tab === 'views' && <Views />}
      {tab === 'quarantine' && <Quarantine />}
      {tab === 'books' && <Books />}
    </>
  );
}

