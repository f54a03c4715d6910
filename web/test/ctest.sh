#!/bin/sh
# ctest's way to the console's tests: ctest.sh unit | browser PROGRAM [PART]. Says why and exits 77 (skipped) where node,
# its packages or the built console are absent; everything else works without them.
cd "$(dirname "$0")/.." || exit 1
skip() {
  echo "skipped: $1"
  exit 77
}
command -v node >/dev/null || skip "there is no node (Debian: apt-get install nodejs npm; ./run test does it)"
[ -d node_modules/esbuild ] || skip "the npm packages of web/ are not installed (npm ci in web/; ./run test does it)"
case $1 in
  unit) exec node scripts/unit.mjs ;;
  browser)
    [ -e dist/index.html ] || skip "web/dist is not built (npm run build in web/; ./run test does it)"
    WONJANG_BIN=$2 exec node --test-reporter=./test/reporter.mjs --test-reporter-destination=stdout test/browser.mjs $3
    ;;
esac
echo "ctest.sh unit | browser PROGRAM [PART]" >&2
exit 1
