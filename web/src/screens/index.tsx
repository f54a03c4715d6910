// Which screen an address shows. A merchant's session that opens an operator's screen hears so from the server.
import type { ComponentType } from 'preact';
import { t } from '../base/i18n';
import * as w from '../base/words';
import type { Word } from '../base/words';
import { href } from '../base/url';
import { Head } from '../ui/parts';
import { Breaks } from './breaks';
import { Contracts } from './contracts';
import { Events } from './events';
import { Funds } from './funds';
import { Home } from './home';
import { InDoubt } from './in_doubt';
import { Journal } from './journal';
import { Keys } from './keys';
import { Merchants } from './merchants';
import { Operations } from './operations';
import { PaymentScreen } from './payment';
import { Payments } from './payments';
import { PayoutScreen, Payouts } from './payouts';
import { Search } from './search';
import { Settlement, SettlementDay } from './settlement';
import { SettlementLine } from './settlement_line';
import { TotalsScreen } from './totals';

interface Screen {
  pattern: RegExp;
  title: Word;
  view: ComponentType<{ id: string }>;
}

function Nowhere() {
  return (
    <>
      <Head title={t(w.nowhere)} />
      <p>
        <a href={href('/')}>{t(w.home)}</a>
      </p>
    </>
  );
}

export const SCREENS: Screen[] = [
  { pattern: /^\/$/, title: w.home, view: Home },
  { pattern: /^\/payments\/(pay_[0-9A-Z]+)$/, title: w.payment, view: PaymentScreen },
  { pattern: /^\/payments$/, title: w.payments, view: Payments },
  { pattern: /^\/search$/, title: w.search, view: Search },
  { pattern: /^\/totals$/, title: w.totals, view: TotalsScreen },
  { pattern: /^\/settlement$/, title: w.settlement, view: Settlement },
  { pattern: /^\/settlement\/lines\/([^/]+)$/, title: w.settlementLine, view: SettlementLine },
  { pattern: /^\/settlement\/(\d{4}-\d{2}-\d{2})$/, title: w.settlement, view: SettlementDay },
  { pattern: /^\/payouts$/, title: w.payouts, view: Payouts },
  { pattern: /^\/payouts\/([^/]+)$/, title: w.payouts, view: PayoutScreen },
  { pattern: /^\/contracts$/, title: w.contracts, view: Contracts },
  { pattern: /^\/breaks$/, title: w.breaks, view: Breaks },
  { pattern: /^\/funds$/, title: w.funds, view: Funds },
  { pattern: /^\/journal$/, title: w.journal, view: Journal },
  { pattern: /^\/operations$/, title: w.operations, view: Operations },
  { pattern: /^\/in-doubt$/, title: w.inDoubtQueue, view: InDoubt },
  { pattern: /^\/events$/, title: w.events, view: Events },
  { pattern: /^\/merchants$/, title: w.merchants, view: Merchants },
  { pattern: /^\/keys$/, title: w.apiKeys, view: Keys },
  { pattern: /.*/, title: w.nowhere, view: Nowhere },
];

export function titleOf(path: string): string {
  return t(SCREENS.find((s) => s.pattern.test(path))?.title ?? w.nowhere);
}
