-- How often each specification was matched since an instant, by version.
select
    word,
    count(*) as events,
    count(*) filter (where not valid) as failed_events,
    toUnixTimestamp64Milli(min(collector_tstamp)) as first_seen,
    toUnixTimestamp64Milli(max(collector_tstamp)) as last_seen
from (
    select arrayJoin(splitByChar(' ', specifications)) as word, valid, collector_tstamp
    from events
    where specifications is not null
        and collector_tstamp >= fromUnixTimestamp64Milli(:since)
) as words
group by word
order by word
