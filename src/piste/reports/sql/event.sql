-- One event of a website, or of none, by its id; the newest of those that have it.
select
    seq,
    event_id,
    website_id,
    visitor_id,
    toUnixTimestamp64Milli(derived_tstamp) as ms,
    hit_type,
    hit_name,
    path,
    valid,
    is_bot,
    bot_reason,
    is_excluded
from events
where event_id = :event_id and (website_id is null or website_id = :website_id)
order by seq desc
limit 1
