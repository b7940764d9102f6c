-- The places of one page of events.
select seq from events where {where} order by {order} limit :limit offset :offset
