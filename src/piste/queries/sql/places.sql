-- The next places before a place, newest first. Places alone, because sorting whole rows is dear.
select seq from events where {where} and seq < :before order by seq desc limit :limit
