-- Page views on each day of a period, and in how many visits each page was seen that day.
{visits},
bounds as (select arrayJoin(:bounds) as bound),
views as (
    select ms, visitor, visit, path
    from numbered
    where
        is_page_view and is_wanted and ms >= :start and ms < :end
        and (:path is null or path = :path)
        and {of_found}
)
select bound, sum(n) as pageviews, count(*) as unique_pageviews
from (
    select bounds.bound as bound, count(*) as n
    from views
    asof join bounds on views.ms >= bounds.bound
    group by bounds.bound, views.visitor, views.visit, views.path
) as seen
group by bound
