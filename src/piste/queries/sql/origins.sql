-- The origins of the payloads at some places.
select seq, origin
from origins
where seq >= :first and seq <= :last and seq in (select arrayJoin(:seqs))
