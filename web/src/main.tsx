import { render } from 'preact';
import { App } from './app';
import { loadSession } from './base/api';
import { startLang } from './base/i18n';
import { startKeys } from './base/keys';
import { startTheme } from './base/theme';
import { startRouter } from './base/url';
import './style.css';

startLang();
startTheme();
startRouter();
startKeys();
void loadSession();
const root = document.getElementById('app');
if (root) render(<App />, root);
