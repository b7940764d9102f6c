-- How many bad events come from a vendor and version (see bad.sql).
select count(*) as n
from (
    select p.vendor as vendor, p.version as version
    from events as e
    left join payloads as p on p.seq = e.seq - e.seq % :payload_places
    where not e.valid
    union all
    select vendor, version from payloads where rejected
) as bad
where
    (:vendor is null or vendor is null or vendor = :vendor)
    and (:version is null or version is null or version = :version)
