-- The figures of a period: of visits that began in it, and of page views in it.
{visits}
select visits, bounces, duration_ms, pageviews, visitors
from (
    select
        count(*) as visits,
        count(*) filter (where is_bounce) as bounces,
        coalesce(sum(duration_ms), 0) as duration_ms
    from found
    where is_in_period
) as of_visits
cross join (
    select count(*) as pageviews, count(distinct visitor) as visitors
    from numbered
    where is_page_view and is_wanted and ms >= :start and ms < :end and {of_found}
) as of_page_views
