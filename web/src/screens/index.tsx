// Which screen an address shows. A merchant's session that opens an operator's screen hears so from the server.
import type { ComponentType } from 'preact';
import { type Word, t } from '../base/i18n';
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
      <Head title={t('nowhere')} />
      <p>
        <a href={href('/')}>{t('home')}</a>
      </p>
    </>
  );
}

export const SCREENS: Screen[] = [
  { pattern: /^\/$/, title: 'home', view: Home },
  { pattern: /^\/payments\/(pay_[0-9A-Z]+)$/, title: 'payment', view: PaymentScreen },
  { pattern: /^\/payments$/, title: 'payments', view: Payments },
  { pattern: /^\/search$/, title: 'search', view: Search },
  { pattern: /^\/totals$/, title: 'totals', view: TotalsScreen },
  { pattern: /^\/settlement$/, title: 'settlement', view: Settlement },
  { pattern: /^\/settlement\/lines\/([^/]+)$/, title: 'settlementLine', view: SettlementLine },
  { pattern: /^\/settlement\/(\d{4}-\d{2}-\d{2})$/, title: 'settlement', view: SettlementDay },
  { pattern: /^\/payouts$/, title: 'payouts', view: Payouts },
  { pattern: /^\/payouts\/([^/]+)$/, title: 'payouts', view: PayoutScreen },
  { pattern: /^\/contracts$/, title: 'contracts', view: Contracts },
  { pattern: /^\/breaks$/, title: 'breaks', view: Breaks },
  { pattern: /^\/funds$/, title: 'funds', view: Funds },
  { pattern: /^\/journal$/, title: 'journal', view: Journal },
  { pattern: /^\/operations$/, title: 'operations', view: Operations },
  { pattern: /^\/in-doubt$/, title: 'inDoubtQueue', view: InDoubt },
  { pattern: /^\/events$/, title: 'events', view: Events },
  { pattern: /^\/merchants$/, title: 'merchants', view: Merchants },
  { pattern: /^\/keys$/, title: 'apiKeys', view: Keys },
  { pattern: /.*/, title: 'nowhere', view: Nowhere },
];

export function titleOf(path: string): string {
  return t(SCREENS.find((s) => s.pattern.test(path))?.title ?? 'nowhere');
}
