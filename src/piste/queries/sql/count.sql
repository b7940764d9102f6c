-- How many events satisfy the conditions.
select count(*) as n from events where {where}
