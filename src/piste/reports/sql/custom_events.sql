-- How often each custom event happened in a period.
{visits}
select hit_name as name, count(*) as n
from numbered
where
    hit_name is not null
    and (:event_name is null or hit_name = :event_name)
    and is_wanted
    and ms >= :start and ms < :end
    and {of_found}
group by hit_name
order by n desc, name
limit :limit offset :offset
