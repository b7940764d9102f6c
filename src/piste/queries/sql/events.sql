-- The events at some places, whole.
select {columns} from events where seq in (select arrayJoin(:seqs))
