-- What happens now: visitors, the pages that most of them viewed, and hits by type. No bots.
with hits as (
    select
        visitor_id as visitor,
        hit_type,
        case when hit_type = 'page_view' then coalesce(path, '/') end as path
    from events
    where
        website_id = :website_id
        and derived_tstamp >= fromUnixTimestamp64Milli(:since)
        and derived_tstamp <= fromUnixTimestamp64Milli(:now)
        and valid
        and visitor_id is not null
        and hit_type is not null
        and not coalesce(is_excluded, false)
        and not coalesce(is_bot, false)
)
select 'visitors' as kind, '' as name, count(distinct visitor) as n from hits
union all
select kind, name, n
from (
    select 'pages' as kind, path as name, count(distinct visitor) as n
    from hits
    where path is not null
    group by path
    order by n desc, name
    limit :most_pages
) as pages
union all
select 'types' as kind, hit_type as name, count(*) as n from hits group by hit_type
order by n desc, name
