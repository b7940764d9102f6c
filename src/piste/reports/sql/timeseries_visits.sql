-- Visits that began on each day of a period; each bound is the first instant of a day.
{visits},
bounds as (select arrayJoin(:bounds) as bound)
select
    bounds.bound as bound,
    count(*) as visits,
    count(*) filter (where is_bounce) as bounces,
    sum(duration_ms) as duration_ms
from found
asof join bounds on found.landed >= bounds.bound
where is_in_period and ({kept})
group by bounds.bound
