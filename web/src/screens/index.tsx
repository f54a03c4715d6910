// Which screen an address shows. A merchant's session that opens an operator's screen hears so from the server.
import type { ComponentType } from 'preact';
import { type Word, t } from '../base/i18n';
import { href } from '../base/url';
import { Head } from '../ui/parts';
import { Home } from './home';
import { PaymentScreen } from './payment';
import { Payments } from './payments';
import { Search } from './search';

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
  { pattern: /.*/, title: 'nowhere', view: Nowhere },
];

export function titleOf(path: string): string {
  return t(SCREENS.find((s) => s.pattern.test(path))?.title ?? 'nowhere');
}
