-- The next events after a place, oldest first: the order in which they are stored, so the fastest.
select {columns} from events where {where} and seq > :after order by seq limit :limit
