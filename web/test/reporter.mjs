// What the tests say of themselves: a line for each that holds, and for one that does not all there is to know, at once
// and before anything else. TAP buries that under four lines for each that holds.
function what(error) {
  const cause = error?.cause ?? error;
  return (cause?.stack ?? String(cause)).split('\n').map((line) => `    ${line}`).join('\n');
}

export default async function* reporter(source) {
  let [held, failed] = [0, 0];
  for await (const { type, data } of source) {
    if (type === 'test:pass') {
      held += 1;
      yield `${data.skip === undefined ? 'ok' : 'skipped'}: ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    } else if (type === 'test:fail') {
      failed += 1;
      yield `FAILED: ${data.name} (${Math.round(data.details.duration_ms)} ms)\n${what(data.details.error)}\n`;
    }
  }
  yield `${held} held, ${failed} failed\n`;
}
