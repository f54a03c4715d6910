// The one table: columns with headers that say how they are sorted, numbers to the right, a caption for those
// who listen. Rows that lead somewhere have a link in their first cell; the rest of the row leads there too.
import type { ComponentChildren, JSX } from 'preact';
import { ZONE } from '../base/format';
import { go } from '../base/url';
import { cx } from './parts';

// Roles are spelled out because cards are no tables to the layout, and a table to those who listen all the same.

export interface Column<Row> {
  id?: string; // where a reader chooses columns
  label: string;
  num?: boolean;
  zone?: boolean; // times: their zone stands beside the name
  wide?: boolean; // takes what is left
  clip?: boolean; // a name of any length: no wider than a name is
  // At phone width a row is a card where its columns say so: a title, an amount beside it, the rest in small.
  card?: 'title' | 'lead' | 'hide';
  sort?: { state: 'ascending' | 'descending' | 'none'; toggle: () => void };
  cell: (row: Row) => ComponentChildren;
}

export interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row, i: number) => string;
  hrefOf?: ((row: Row) => string) | undefined;
  isNew?: ((row: Row) => boolean) | undefined;
  isGone?: ((row: Row) => boolean) | undefined;
  joins?: (row: Row) => boolean; // belongs to the row above: no line between them
  detail?: ((row: Row) => ComponentChildren) | undefined; // a row of its own below
  foot?: ComponentChildren;
  dim?: boolean;
}

function leadOn(event: JSX.TargetedMouseEvent<HTMLTableRowElement>, to: string) {
  if ((event.target as Element).closest('a, button, input, label, summary')) return;
  if (getSelection()?.toString()) return; // somebody marks a text
  if (event.ctrlKey || event.metaKey) open(to, '_blank', 'noopener');
  else go(to);
}

export function Table<Row>({ caption, columns, rows, keyOf, hrefOf, isNew, isGone, joins, detail, foot, dim }: TableProps<Row>) {
  const cards = columns.some((c) => c.card !== undefined);
  return (
    <div class={cx('table-box', dim && 'stale')} tabIndex={0} role="region" aria-label={caption}>
      <table role="table" class={cards ? 'cards' : undefined}>
        <caption class="sr">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((c, i) => (
              <th key={c.id ?? i} role="columnheader" scope="col" class={cellClass(c)} aria-sort={c.sort?.state}>
                {c.sort ? (
                  <button type="button" class="sort" onClick={c.sort.toggle}>
                    {c.label}
                    <span aria-hidden="true">{c.sort.state === 'ascending' ? '↑' : c.sort.state === 'descending' ? '↓' : '↕'}</span>
                  </button>
                ) : (
                  c.label
                )}
                {c.zone && <span class="zone"> {ZONE}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, i) => {
            const to = hrefOf?.(row);
            const below = detail?.(row);
            const key = keyOf(row, i);
            return [
              <tr key={key} role="row" class={cx(to !== undefined && 'leads', isNew?.(row) && 'new', isGone?.(row) && 'gone', joins?.(row) && 'joins')} onClick={to === undefined ? undefined : (e) => leadOn(e, to)}>
                {columns.map((c, at) => (
                  <td key={c.id ?? at} role="cell" class={cellClass(c)} data-label={c.label}>
                    {c.cell(row)}
                  </td>
                ))}
              </tr>,
              below && (
                <tr key={`${key}-d`} role="row" class="detail">
                  <td role="cell" colSpan={columns.length}>{below}</td>
                </tr>
              ),
            ];
          })}
        </tbody>
        {foot}
      </table>
    </div>
  );
}

function cellClass<Row>(c: Column<Row>): string | undefined {
  const name = cx(c.num && 'num', c.wide && 'wide', c.clip && 'clip', c.card && `card-${c.card}`);
  return name === '' ? undefined : name;
}
