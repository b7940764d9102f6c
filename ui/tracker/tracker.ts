/*
 * The cookie-less tracker of websites, served at /js/tracker.js.
 *
 * Room:   from what happens on a page to POST /api/v1/collect. Its options are the data- attributes of
 *         its own <script>; docs/tracker.md has them all.
 * Limits: at most 1,500 bytes when compressed; browsers since 2018. It reads one key of the local storage
 *         and writes none, sets no cookie, and throws nothing into the page: what fails here is not the
 *         visitor's concern.
 * Source: TinyTrail API, "Event Collection" and "Static Assets".
 */

type Properties = Record<string, unknown>;
type Call = [name: string, properties?: Properties];

/** `window.analytics` and `window.piste`. `q` is what a page has filled before this script was there. */
interface Api {
  track?: (...call: Call) => void;
  q?: { splice(from: number): Call[]; push(call: Call): unknown };
  loaded?: boolean;
}

declare global {
  interface Window {
    analytics?: Api;
    piste?: Api;
  }
  interface Document {
    prerendering?: boolean;
  }
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

/** A URL without its fragment and without a password: both can hold what is nobody's business. */
const bare = ({ protocol, host, pathname, search }: URL | Location | HTMLAnchorElement) =>
  protocol + "//" + host + pathname + search;

const quietly = (action: () => unknown) => {
  try {
    return action();
  } catch {}
};

quietly(() => {
  // A second copy, from a tag manager perhaps, would count everything twice.
  if (window.piste && window.piste.loaded) return;

  const script = document.currentScript as HTMLScriptElement;
  const { id, api, exclude = "", hash, local, respectGpc } = script.dataset;

  /** The path of the last page view; none before the first one. */
  let page: string | undefined;
  /** No page view yet, or it waits until somebody sees the page. Custom events wait with it. */
  let waiting: boolean | undefined = true;
  let left = false;
  let reached = 0;
  let { referrer } = document;
  let address: string;
  const queue: Call[] = [];

  const path = () => location.pathname + (hash == null ? "" : location.hash);

  const send = (event_type: string, leaving?: boolean, properties?: Properties) => {
    if (
      globs.some((glob) => glob.test(path())) ||
      // Where storage is forbidden, looking at it is an error.
      quietly(() => localStorage.tt_ignore) == "true"
    ) {
      return;
    }
    const query = new URLSearchParams(location.search);
    const event: Properties = {
      website_id: id,
      event_type,
      url: bare(location),
      path: path(),
      referrer,
      screen_width: innerWidth,
      screen_height: innerHeight,
      properties,
    };
    for (const name of ["utm_source", "utm_medium", "utm_campaign"]) {
      event[name] = query.get(name) || undefined;
    }
    const body = JSON.stringify(event);
    // Text is text/plain, for which no browser asks the collector beforehand: it may be too late for that.
    const beacon = () => navigator.sendBeacon(collector, body);
    const post = () =>
      fetch(collector, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(
        () => {},
      );
    // The second way is for when the first cannot even begin: what fails later may have arrived.
    (leaving ? [beacon, post] : [post, beacon]).some(quietly);
  };

  const track = (...call: Call) => {
    quietly(() => {
      if (!waiting) send("custom", false, { ...call[1], event_name: call[0] });
      else if (queue.length < 99) queue.push(call);
    });
  };

  const view = () => {
    page = path();
    reached = 0;
    left = false;
    waiting = document.hidden || document.prerendering;
    if (waiting) return;
    address = bare(location);
    send("page_view");
    queue.splice(0).forEach((call) => track(...call));
  };

  const moved = () => {
    if (!page || page == path()) return;
    // Where the visitor came from counts until a page view has said it.
    if (!waiting) referrer = address;
    view();
  };

  /** Listens as the first one, so that no handler of the page can keep the event away. */
  const on = <E extends Event>(types: string, action: (event: E) => void) => {
    for (const type of types.split(" ")) {
      addEventListener(type, (event) => quietly(() => action(event as E)), true);
    }
  };

  for (const name of ["analytics", "piste"] as const) {
    quietly(() => {
      const offered = window[name] || (window[name] = {});
      const { q } = offered;
      // Somebody else's `track` stays: what it is told was not meant for us.
      if (offered.track && !q) return;
      offered.track = track;
      offered.loaded = true;
      if (q) {
        q.push = (call) => track(...call);
        q.splice(0).forEach(q.push);
      }
    });
  }

  // Stars are those of content groups; all else is literal.
  const stars: Record<string, string> = { "*": "[^/]*", "**": ".*", "/*": "/.*", "/**": "(/.*)?" };
  const globs = exclude
    .split(",")
    .map(
      (glob) =>
        new RegExp(
          `^${glob.trim().replace(/\/\*\*?$|\*\*?|\W/g, (part) => stars[part] || "\\" + part)}$`,
        ),
    );
  const endpoint = new URL(api || "/api/v1/collect", script.src || location.href);
  const collector = bare(endpoint);
  const isLocal = (url: URL | Location) =>
    /^$|(^|\.)localhost$|^(127|0)[\d.]+$|\[::1]/.test(url.hostname);
  // Of no interest to a collector that others use: somebody at work on the site, or a test of it.
  const idle = local == null && isLocal(location) && !isLocal(endpoint);
  if (idle) console.info("Piste: no data-local");
  if (idle || (respectGpc != null && navigator.globalPrivacyControl)) return;

  on("visibilitychange prerenderingchange pagehide", (event) => {
    if (document.hidden || event.type == "pagehide") {
      if (!waiting && !left) send("close_tab", true);
      left = true;
    } else if (waiting && page) view();
    else left = false;
  });
  on("scroll", () => {
    requestAnimationFrame(() =>
      quietly(() => {
        const room = document.scrollingElement!.scrollHeight - innerHeight;
        while (!waiting && room > 0 && reached < 75 && scrollY * 100 >= room * (reached + 25)) {
          reached += 25;
          send("scroll_" + reached);
        }
      }),
    );
  });
  on("click auxclick", (event: MouseEvent) => {
    // The third button opens a menu, and no link.
    if (event.button > 1) return;
    // Unlike `closest`, the path goes through shadow roots.
    const link = event
      .composedPath()
      .find((node) => (node as Element).nodeName == "A") as HTMLAnchorElement | undefined;
    if (link && /^http/.test(link.protocol) && link.host != location.host) {
      send("outbound_link", true, { url: bare(link) });
    }
  });
  on("popstate hashchange", moved);
  on("DOMContentLoaded pageshow", (event) => {
    if (!page || (event as PageTransitionEvent).persisted) view();
  });
  const push = history.pushState;
  history.pushState = function (...state) {
    push.apply(this, state);
    quietly(moved);
  };

  // Added late, by another script.
  if (performance.timing.domContentLoadedEventStart) view();
});

export {};
