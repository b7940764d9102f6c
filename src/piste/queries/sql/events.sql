-- The events at some places. The range lets the engine skip most of the table.
select {columns}
from events
where seq >= :first and seq <= :last and seq in (select arrayJoin(:seqs))
