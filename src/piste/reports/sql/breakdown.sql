-- Visits of a period by some of their dimensions; no value is an empty text, and comes last.
{visits}
select {columns}, count(*) as visits
from found
where is_in_period and ({kept})
group by {columns}
order by visits desc, {order}
limit :limit offset :offset
