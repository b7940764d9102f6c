-- The next events before a place, newest first.
select {columns} from events where {where} and seq < :before order by seq desc limit :limit
