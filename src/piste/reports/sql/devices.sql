-- Visits of a period by each dimension of the device; no value is an empty text, and comes last.
{visits}
select kind, name, count(*) as visits
from (
    select 'device_types' as kind, device_type as name from found where is_in_period
    union all
    select 'browsers' as kind, browser_family as name from found where is_in_period
    union all
    select 'os_families' as kind, os_family as name from found where is_in_period
    union all
    select 'screen_resolutions' as kind, screen_bucket as name from found where is_in_period
) as named
group by kind, name
order by visits desc, name = '', name
