-- The properties with which one custom event happened in a period, the most frequent ones first.
{visits}
select properties, count(*) as n
from numbered
where
    hit_name = :event_name
    and properties is not null
    and is_wanted
    and ms >= :start and ms < :end
    and {of_found}
group by properties
order by n desc, properties
limit :limit
