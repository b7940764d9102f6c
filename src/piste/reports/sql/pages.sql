-- Page views of each page in a period, and in how many visits it was seen.
{visits}
select path, content_group, sum(views) as pageviews, count(*) as visits
from (
    select path, content_group, visitor, visit, count(*) as views
    from numbered
    where is_page_view and is_wanted and ms >= :start and ms < :end and {of_found}
    group by path, content_group, visitor, visit
) as seen
group by path, content_group
order by pageviews desc, path, content_group is null, content_group
limit :limit offset :offset
