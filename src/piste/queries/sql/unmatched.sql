-- Good events that are an instance of no specification, by their schema.
select
    event_vendor,
    event_name,
    event_format,
    event_version,
    count(*) as events,
    toUnixTimestamp64Milli(max(collector_tstamp)) as last_seen
from events
where valid
    and specifications is null
    and collector_tstamp >= fromUnixTimestamp64Milli(:since)
group by event_vendor, event_name, event_format, event_version
order by events desc, event_vendor, event_name, event_version
