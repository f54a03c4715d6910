// A time series by uPlot, loaded when the first one is shown. Colours come from the style sheet, times are
// Seoul's. Whoever can't see it has the same numbers in a table beside it.
import Plot from 'uplot';
import { useEffect, useRef } from 'preact/hooks';
import { effect, signal } from '@preact/signals';
import { count, money, short, shortMoney, stamp, tick, ZONE } from '../base/format';
import { lang, t } from '../base/i18n';
import * as w from '../base/words';

const LEGEND_HEIGHT = 28;

/** What a chart takes with its legend; its place can be kept. */
export const chartHeight = (height = 220) => height + LEGEND_HEIGHT;

export const themeTurn = signal(0); // counts up when light and dark change places

export interface Series {
  label: string;
  values: (number | null)[];
  color: string; // a custom property of the style sheet: "--c1"
  bars?: boolean;
  dashed?: boolean;
}

interface Props {
  label: string;
  at: number[]; // seconds
  series: Series[];
  currency?: string | undefined; // of the values; without it they are counts
  height?: number;
  bucketS: number;
}

/** A colour of the style sheet as a canvas takes it: light-dark() is resolved by asking for a computed one. */
function css(name: string): string {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(${name})`;
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

// Steps between the lines of a grid: whole minor units, and no half payment.
const STEPS = Array.from({ length: 16 }, (_, i) => [1, 2, 5].map((n) => n * 10 ** i)).flat();

const BAR = 0.7; // of its bucket
const BAR_MAX = 36;

/** A bar from zero for each bucket, from where it begins. */
const bars = (bucketS: number): Plot.Series.PathBuilder => (u, series, first, last) => {
  const fill = new Path2D();
  const zero = u.valToPos(0, 'y', true);
  for (let i = first; i <= last; ++i) {
    const value = u.data[series]?.[i];
    if (value == null) continue;
    const at = u.data[0][i] ?? 0;
    const left = Math.round(u.valToPos(at, 'x', true));
    const wide = (u.valToPos(at + bucketS, 'x', true) - left) * BAR;
    const top = u.valToPos(value, 'y', true);
    fill.rect(left, Math.min(top, zero), Math.max(1, Math.min(Math.round(wide), BAR_MAX * devicePixelRatio)), Math.abs(top - zero));
  }
  return { fill, flags: 0 };
};

/** A line from value to value, broken where there is none. */
const line: Plot.Series.PathBuilder = (u, series, first, last) => {
  const stroke = new Path2D();
  let isDown = false;
  for (let i = first; i <= last; ++i) {
    const value = u.data[series]?.[i];
    if (value != null) stroke[isDown ? 'lineTo' : 'moveTo'](u.valToPos(u.data[0][i] ?? 0, 'x', true), u.valToPos(value, 'y', true));
    isDown = value != null;
  }
  return { stroke, flags: 0 };
};

function optionsOf(props: Props, width: number): Plot.Options {
  const { currency, bucketS } = props;
  const amount = (v: number) => (currency ? shortMoney(v, currency, lang.value) : short(v, lang.value) + t(w.counted));
  const exact = (v: number) => (currency ? money(Math.round(v), currency, lang.value) : count(Math.round(v)) + t(w.counted));
  const ink = css('--ink-2');
  const grid = { stroke: css('--line'), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return {
    width,
    height: props.height ?? 220,
    tzDate: (at) => Plot.tzDate(new Date(at * 1000), 'Asia/Seoul'),
    padding: [10, 20, 0, 0],
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    legend: { live: true },
    // A bar begins where its bucket does: the last one needs its room.
    scales: { x: { time: true, range: (_u, min, max) => [min, max + (props.series.some((s) => s.bars) ? bucketS : 0)] }, y: { range: (_u, min, max) => [Math.min(0, min), max <= 0 ? 1 : max * 1.08] } },
    axes: [
      { stroke: ink, font, grid: { show: false }, ticks: { ...grid, size: 4 }, size: 30, space: 64, values: (_u, ats) => ats.map((at) => tick(at * 1000, bucketS, lang.value)) },
      { stroke: ink, font, grid, ticks: { show: false }, size: 74, space: 36, incrs: STEPS, values: (_u, vs) => vs.map(amount), ...(currency ? { label: currency, labelFont: font, labelSize: 16 } : {}) },
    ],
    series: [
      { value: (_u, at) => (at === null ? '–' : stamp(at * 1000, bucketS, lang.value)), label: ZONE },
      ...props.series.map((s): Plot.Series => {
        const color = css(s.color);
        const one: Plot.Series = {
          label: s.label,
          stroke: color,
          width: s.bars ? 0 : 1.75,
          paths: s.bars ? bars(bucketS) : line,
          value: (_u, v) => (v === null ? '–' : exact(v)),
        };
        if (s.dashed) one.dash = [4, 4];
        if (s.bars) one.fill = color;
        return one;
      }),
    ],
  };
}

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const shape = JSON.stringify([props.series.map((s) => [s.label, s.color, s.bars, s.dashed]), props.currency, props.bucketS, lang.value]);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const where = box.current;
    if (!where) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new Plot(optionsOf(latest.current, where.clientWidth), dataOf(latest.current), where);
    };
    const stopTheme = effect(() => {
      void themeTurn.value;
      draw();
    });
    const resize = new ResizeObserver(() => {
      const p = plot.current;
      if (p && where.clientWidth > 0 && p.width !== where.clientWidth) p.setSize({ width: where.clientWidth, height: p.height });
    });
    resize.observe(where);
    return () => {
      stopTheme();
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(dataOf(props)), [props.at, props.series]);

  return <div class="chart" ref={box} role="img" aria-label={props.label} style={{ minHeight: `${chartHeight(props.height)}px` }} />;
}

function dataOf(props: Props): Plot.AlignedData {
  return [props.at, ...props.series.map((s) => s.values)];
}
