// A page that tracks with Snowplow's own browser tracker and shows what Piste made of it.
//
//   piste micro --schemas examples/schemas        # in another terminal
//   cd examples/web && npm ci && npm start        # then open the address that it prints

import { FormTrackingPlugin, enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
import { LinkClickTrackingPlugin, enableLinkClickTracking } from '@snowplow/browser-plugin-link-click-tracking';
import { enableActivityTracking, newTracker, trackPageView, trackSelfDescribingEvent } from '@snowplow/browser-tracker';

// The page's own host name, be it localhost or 127.0.0.1: between the two, browsers keep no cookie.
// `?collector=…` in the page's address points it at another Piste.
const collector =
  new URLSearchParams(location.search).get('collector') ?? `http://${location.hostname}:9090`;

newTracker('shop', collector, {
  appId: 'shop',
  contexts: { webPage: true, session: true, browser: true },
  plugins: [LinkClickTrackingPlugin(), FormTrackingPlugin()],
  // The request of a last event outlives the page it was sent from.
  keepalive: true,
});
enableActivityTracking({ minimumVisitLength: 5, heartbeatDelay: 10 });
enableLinkClickTracking();
enableFormTracking();
trackPageView();

document.querySelector('#basket').addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  const typed = submitted.target.elements.quantity.value;
  // What a form holds is text, and the schema wants a number: the second button forgets that.
  addToBasket(submitted.submitter.id === 'right' ? Number(typed) : typed);
});

// An event of our own about a product of our own; their schemas are in examples/schemas.
function addToBasket(quantity) {
  trackSelfDescribingEvent({
    event: {
      schema: 'iglu:com.example/add_to_basket/jsonschema/1-0-0',
      data: { basket_id: 'b-17', currency: 'EUR' },
    },
    context: [
      {
        schema: 'iglu:com.example/product/jsonschema/1-0-0',
        data: { sku: 'hat-1', name: 'One-size bucket hat', price: 24.49, quantity },
      },
    ],
  });
}

async function show() {
  const answer = await fetch(`${collector}/micro/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      page: 1,
      pageSize: 10,
      filters: [],
      sorting: { column: 'collector_tstamp', desc: true },
    }),
  });
  const { events } = await answer.json();
  document.querySelector('#said').textContent = events.map(line).join('\n');
}

function line(event) {
  const failures = event.contexts_com_snowplowanalytics_snowplow_failure_1 ?? [];
  const reasons = failures.flatMap((failure) => failure.errors.map((error) => error.message));
  const time = event.collector_tstamp.slice(11, 19);
  return [time, event.event_name, reasons.length ? `BAD ${reasons}` : 'good'].join('  ');
}

setInterval(() => show().catch(() => {}), 1000);
