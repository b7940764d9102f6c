// Sends one of each kind of event with the Node.js tracker and prints their ids, in order, as JSON.
//
//   node send.mjs <collector URL> <get|post> [<base64: true|false>]

import * as snowplow from '@snowplow/node-tracker';

const [endpoint, eventMethod, base64 = 'true'] = process.argv.slice(2);

const tracker = snowplow.newTracker(
  { namespace: 'node', appId: 'shop', encodeBase64: base64 === 'true' },
  { endpoint, eventMethod },
);
tracker.setUserId('jürg');
tracker.setScreenResolution(1920, 1080);
tracker.setViewport(1000, 660);
tracker.setColorDepth(24);
tracker.setTimezone('Europe/Zurich');
tracker.setLang('de-CH');
tracker.setIpAddress('203.0.113.7');
tracker.setUseragent('Skilift/2.0');
tracker.setDomainUserId('36746fd2-8441-4ea2-8ad0-237d6f4c77cf');
tracker.setNetworkUserId('3734601f-5c3d-47c5-b367-0883e1ed74e6');
tracker.setSessionId('6d15a4fb-9623-4ba1-b876-5240e72e6970');
tracker.setSessionIndex(7);

const iglu = 'iglu:com.snowplowanalytics.snowplow';
const entities = [
  { schema: `${iglu}/web_page/jsonschema/1-0-0`, data: { id: '5cea9899-10df-4ccf-bf66-8c36f4a4bba2' } },
  { schema: `${iglu}/geolocation_context/jsonschema/1-1-0`, data: { latitude: 45.9237, longitude: 6.8694 } },
];
const page = {
  pageUrl: 'https://shop.example/fr/p%C3%A2te?q=a%20b#top',
  pageTitle: 'Pâte brisée & 漢字 🎿',
  referrer: 'https://search.example/?q=pate',
};
const trueTimestamp = { type: 'ttm', value: 1748779200123 };
const consent = { id: 'doc-1', version: '2', name: 'Cookies', expiry: '2031-01-01T00:00:00Z' };

const granted = snowplow.buildConsentGranted(consent);
const withdrawn = snowplow.buildConsentWithdrawn({ ...consent, all: false });

const events = [
  [snowplow.buildPageView(page)],
  [snowplow.buildPagePing({ ...page, minXOffset: 1, maxXOffset: 10, minYOffset: 20, maxYOffset: 3000 })],
  [snowplow.buildStructEvent({ category: 'shop', action: 'add', label: page.pageTitle, property: 'red', value: 24.49 })],
  [snowplow.buildStructEvent({ category: 'shop', action: 'late' }), [], trueTimestamp],
  [
    snowplow.buildSelfDescribingEvent({
      event: { schema: `${iglu}/link_click/jsonschema/1-0-1`, data: { targetUrl: 'https://out.example/' } },
    }),
    entities,
  ],
  [snowplow.buildScreenView({ name: page.pageTitle, id: 'screen-1' })],
  [
    snowplow.buildEcommerceTransaction({
      orderId: 'order-1', total: 49.98, affiliation: 'web', tax: 8.33, shipping: 3.5,
      city: 'Chamonix', state: 'Savoie', country: 'France', currency: 'EUR',
    }),
  ],
  [
    snowplow.buildEcommerceTransactionItem({
      orderId: 'order-1', sku: 'ski-1', price: 24.99, name: 'Ski', category: 'snow', quantity: 2, currency: 'EUR',
    }),
  ],
  [snowplow.buildAddToCart({ sku: 'ski-1', quantity: 2, name: 'Ski', unitPrice: 24.99, currency: 'EUR' })],
  [snowplow.buildRemoveFromCart({ sku: 'ski-1', quantity: 1, currency: 'EUR' })],
  [snowplow.buildLinkClick({ targetUrl: 'https://out.example/', elementId: 'a1', elementClasses: ['x'] })],
  [snowplow.buildSiteSearch({ terms: ['warm', 'hat'], filters: { colour: 'red', wool: true }, totalResults: 12 })],
  [snowplow.buildSocialInteraction({ action: 'like', network: 'fediverse', target: 'post-1' })],
  [snowplow.buildFormFocusOrChange({ schema: 'change_form', formId: 'f', elementId: 'mail', nodeName: 'INPUT', value: 'a@b.example', type: 'email' })],
  [snowplow.buildFormSubmission({ formId: 'f', formClasses: ['wide'], elements: [{ name: 'q', value: '1', nodeName: 'INPUT' }] })],
  [snowplow.buildAdImpression({ impressionId: 'i-1', costModel: 'cpm', cost: 0.5, targetUrl: 'https://ad.example/' })],
  [snowplow.buildAdClick({ targetUrl: 'https://ad.example/', clickId: 'c-1', costModel: 'cpc', cost: 0.5 })],
  [snowplow.buildAdConversion({ conversionId: 'v-1', costModel: 'cpa', cost: 1.5, category: 'shop', action: 'buy' })],
  [granted.event, granted.context],
  [withdrawn.event, withdrawn.context],
];

const ids = events.map(([event, context, timestamp]) => tracker.track(event, context, timestamp).eid);
// What a collector refused stays in the tracker's queue until the next flush.
for (let attempt = 0; attempt < 3; attempt++) await tracker.flush();
console.log(JSON.stringify(ids));
