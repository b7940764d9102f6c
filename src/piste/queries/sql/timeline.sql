-- Events between neighbouring bounds; each event counts for the last bound not after it.
with bounds as (select arrayJoin(:bounds) as bound)
select
    bounds.bound as bound,
    count(*) filter (where events.valid) as valid_events,
    count(*) filter (where not events.valid) as failed_events
from events
asof join bounds on toUnixTimestamp64Milli(events.collector_tstamp) >= bounds.bound
where
    events.collector_tstamp >= fromUnixTimestamp64Milli(:first)
    and events.collector_tstamp < fromUnixTimestamp64Milli(:last)
group by bounds.bound
