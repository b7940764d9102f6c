// What the test page can call as `sp.…`: the current browser tracker, plugins, and the generation before.
export * from '@snowplow/browser-tracker';
export * from '@snowplow/browser-plugin-button-click-tracking';
export * from '@snowplow/browser-plugin-client-hints';
export * from '@snowplow/browser-plugin-error-tracking';
export * from '@snowplow/browser-plugin-form-tracking';
export * from '@snowplow/browser-plugin-link-click-tracking';
export * from '@snowplow/browser-plugin-media';
export * from '@snowplow/browser-plugin-performance-navigation-timing';
export * from '@snowplow/browser-plugin-snowplow-ecommerce';
export * from '@snowplow/browser-plugin-timezone';

// Version 3 is still on many sites and alone knows `eventMethod: 'beacon'` (navigator.sendBeacon).
export * as v3 from 'browser-tracker-v3';
