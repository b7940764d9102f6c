-- Visits of a website: its counted hits from a while before the period to a while after it, cut into runs
-- without a pause of more than 30 minutes; a hit later than 24 hours after a visit's first begins another.
-- `numbered` are the hits with the number of their visit. `found` are the visits that the filters on visits
-- leave; those of the period have a page view that the filters on hits leave.
with recursive
hits as (
    select
        seq,
        -- A number takes half the time of a text, and a third of the memory.
        cityHash64(visitor_id) as visitor,
        toUnixTimestamp64Milli(derived_tstamp) as ms,
        hit_type,
        hit_name,
        hit_type = 'page_view' as is_page_view,
        case when hit_type = 'page_view' then coalesce(path, '/') else path end as path,
        content_group,
        coalesce(referrer_channel, '') as referrer_channel,
        coalesce(channel_detail, '') as channel_detail,
        coalesce(referrer_domain, '') as referrer_domain,
        coalesce(mkt_source, '') as utm_source,
        coalesce(mkt_medium, '') as utm_medium,
        coalesce(mkt_campaign, '') as utm_campaign,
        coalesce(device_type, '') as device_type,
        coalesce(browser, '') as browser_family,
        coalesce(operating_system, '') as os_family,
        coalesce(screen_bucket, '') as screen_bucket,
        coalesce(geo_country, '') as country,
        properties
    from events
    where
        website_id = :website_id
        and derived_tstamp >= fromUnixTimestamp64Milli(:hits_from)
        and derived_tstamp < fromUnixTimestamp64Milli(:hits_to)
        and valid
        and visitor_id is not null
        and hit_type is not null
        and not coalesce(is_excluded, false)
        and (:include_bots or not coalesce(is_bot, false))
        and ({only})
),
-- Only who was there for more than a day can have a visit that must be cut: with an identity of a day,
-- hardly anybody.
long_visitors as (
    select visitor from hits group by visitor having max(ms) - min(ms) > 86400000
),
long_hits as (
    select
        visitor,
        ms,
        sum(case when ms - before <= 1800000 then 0 else 1 end)
            over (partition by visitor order by ms, seq) as run
    from (
        select visitor, ms, seq, lag(ms) over (partition by visitor order by ms, seq) as before
        from hits
        where visitor in (select visitor from long_visitors)
    ) as spaced
),
cuts as (
    select visitor, run, min(ms) as ms from long_hits group by visitor, run
    union all
    select long_hits.visitor, long_hits.run, min(long_hits.ms) as ms
    from cuts
    join long_hits on long_hits.visitor = cuts.visitor and long_hits.run = cuts.run
    where long_hits.ms > cuts.ms + 86400000
    group by long_hits.visitor, long_hits.run
),
placed as (
    select
        *,
        lag(ms) over (partition by visitor order by ms, seq) as before,
        row_number() over (partition by visitor order by ms, seq) as place
    from hits
),
numbered as (
    select
        *,
        coalesce({wanted}, false) as is_wanted,
        sum(
            case
                when before is null or ms - before > 1800000 then 1
                when ms > before and (visitor, ms) in (select visitor, ms from cuts) then 1
                else 0
            end
        ) over (partition by visitor order by place) as visit,
        -- Before all others: page views, of which the first decides about source and device.
        case when is_page_view then place else place + 1000000000 end as precedence
    from placed
),
visits as (
    select
        visitor,
        visit,
        min(ms) as started,
        max(ms) - min(ms) as duration_ms,
        min(ms) filter (where is_page_view) as landed,
        count(*) filter (where is_page_view) as page_views,
        count(*) filter (where is_wanted and is_page_view) as wanted_page_views,
        count(*) filter (where hit_name is not null or hit_type = 'outbound_link') as engagements,
        argMin(path, place) filter (where is_page_view) as landing_page,
        argMax(path, place) filter (where is_page_view) as exit_page,
        argMin(referrer_channel, precedence) as referrer_channel,
        argMin(channel_detail, precedence) as channel_detail,
        argMin(referrer_domain, precedence) as referrer_domain,
        argMin(utm_source, precedence) as utm_source,
        argMin(utm_medium, precedence) as utm_medium,
        argMin(utm_campaign, precedence) as utm_campaign,
        argMin(device_type, precedence) as device_type,
        argMin(browser_family, precedence) as browser_family,
        argMin(os_family, precedence) as os_family,
        argMin(screen_bucket, precedence) as screen_bucket,
        argMin(country, precedence) as country
    from numbered
    group by visitor, visit
),
found as (
    select
        *,
        wanted_page_views > 0 and landed >= :start and landed < :end as is_in_period,
        page_views = 1 and engagements = 0 as is_bounce
    from visits
    where {found}
)
