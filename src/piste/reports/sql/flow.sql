-- Pages on which visits of a period began, and on which they ended; a page of each list.
{visits}
select kind, path, visits
from (
    select 'landing' as kind, landing_page as path, count(*) as visits
    from found
    where is_in_period
    group by landing_page
    order by visits desc, path
    limit :limit offset :offset
) as landing
union all
select kind, path, visits
from (
    select 'exit' as kind, exit_page as path, count(*) as visits
    from found
    where is_in_period
    group by exit_page
    order by visits desc, path
    limit :limit offset :offset
) as leaving
order by visits desc, path
