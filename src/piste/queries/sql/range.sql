-- The events between two places, newest first.
select {columns} from events where {where} and seq >= :first and seq <= :last order by seq desc
