-- The payloads at some places.
select seq, origin from payloads where seq in (select arrayJoin(:seqs))
