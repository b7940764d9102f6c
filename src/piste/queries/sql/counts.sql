-- How many events are good and how many bad; a payload from which nothing could be taken is one bad event.
select
    (select count(*) from events where valid) as good,
    (select count(*) from events where not valid)
    + (select count(*) from payloads where rejected) as bad
