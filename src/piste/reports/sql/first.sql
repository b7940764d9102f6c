-- When a website's first counted hit was; null when there is none.
select toUnixTimestamp64Milli(min(derived_tstamp)) as first
from events
where
    website_id = :website_id
    and valid
    and visitor_id is not null
    and hit_type is not null
    and not coalesce(is_excluded, false)
    and (:include_bots or not coalesce(is_bot, false))
