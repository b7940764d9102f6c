-- The next bad events before a place, newest first: failed events, and payloads from which nothing could
-- be taken. An event's payload has the event's place rounded down; what has no vendor satisfies any filter.
select seq, rejected
from (
    select e.seq as seq, false as rejected, p.vendor as vendor, p.version as version
    from events as e
    left join payloads as p on p.seq = e.seq - e.seq % :payload_places
    where not e.valid
    union all
    select seq, true as rejected, vendor, version from payloads where rejected
) as bad
where
    seq < :before
    and (:vendor is null or vendor is null or vendor = :vendor)
    and (:version is null or version is null or version = :version)
order by seq desc limit :limit
