// The console through a real browser, against a real server:
//   WONJANG_BIN=build/dev/bin/wonjang npm run browser
import './stage.mjs';
import './sales_test.mjs';
import './merchants_test.mjs';
import './money_test.mjs';
import './four_eyes_test.mjs';
import './terms_test.mjs';
import './figures_test.mjs';
import './reach_test.mjs';
import './live_test.mjs';
import './speed_test.mjs';
import './screens_test.mjs';
