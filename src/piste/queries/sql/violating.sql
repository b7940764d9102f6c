-- The newest events that violate what they declare.
select
    seq,
    event_id,
    specifications,
    derived_contexts,
    toUnixTimestamp64Milli(collector_tstamp) as collector_tstamp
from events
where specifications like '%!%'
    and specifications like :containing
    and collector_tstamp >= fromUnixTimestamp64Milli(:since)
order by seq desc
limit :limit
