-- The visit that a hit belongs to.
{visits}
select
    visits.started as started,
    visits.duration_ms as duration_ms,
    visits.landed as landed,
    visits.page_views as page_views,
    visits.page_views = 1 and visits.engagements = 0 as is_bounce,
    visits.landing_page as landing_page,
    visits.exit_page as exit_page
from numbered
join visits on visits.visitor = numbered.visitor and visits.visit = numbered.visit
where numbered.seq = :seq
