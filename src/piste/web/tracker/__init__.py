"""The script that websites are tracked with. `tracker.js` is built from `ui/tracker/tracker.ts`."""
