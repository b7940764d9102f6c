// Track from Node.js with Snowplow's own tracker, then ask Piste what it thought of it.
//
//   piste micro --schemas examples/schemas        # in another terminal
//   cd examples/node && npm ci && npm start       # or: node send.mjs http://host:port

import {
  buildPageView,
  buildSelfDescribingEvent,
  buildStructEvent,
  newTracker,
} from '@snowplow/node-tracker';

const collector = process.argv[2] ?? 'http://localhost:9090';

await ask('/micro/reset');

const tracker = newTracker({ namespace: 'example', appId: 'shop' }, { endpoint: collector });
tracker.setUserId('ada');

tracker.track(buildPageView({ pageUrl: 'https://shop.example/hats', pageTitle: 'Hats' }));
tracker.track(buildStructEvent({ category: 'search', action: 'suggestion', label: 'hat', value: 3 }));
addToBasket({ sku: 'hat-1', price: 24.49, quantity: 2 });
// The same event with a mistake that is easily made: the number comes as text from a form.
addToBasket({ sku: 'hat-1', price: 24.49, quantity: '2' });

// The tracker sends ten events at a time; a program that is about to end sends the rest itself.
await tracker.flush();

// `wait` makes Piste answer once so many events are there: no sleeping in your tests.
const failed = await ask('/micro/events', {
  page: 1,
  pageSize: 1,
  filters: [],
  validEvents: false,
  sorting: { column: 'collector_tstamp', desc: true },
  wait: { count: 1, timeoutMs: 5000 },
});
for (const failure of failed.events[0].contexts_com_snowplowanalytics_snowplow_failure_1) {
  console.log('bad: ', failure.schema, failure.errors.map((error) => error.message).join('; '));
}
console.log(await ask('/micro/all'));

// An event of our own about products of our own; their schemas are in examples/schemas.
function addToBasket(product) {
  tracker.track(
    buildSelfDescribingEvent({
      event: {
        schema: 'iglu:com.example/add_to_basket/jsonschema/1-0-0',
        data: { basket_id: 'b-17', currency: 'EUR' },
      },
    }),
    [{ schema: 'iglu:com.example/product/jsonschema/1-0-0', data: product }],
  );
}

async function ask(path, body) {
  const answer = await fetch(collector + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}
