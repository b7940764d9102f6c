-- The payloads at some places.
select seq, origin
from payloads
where seq >= :first and seq <= :last and seq in (select arrayJoin(:seqs))
