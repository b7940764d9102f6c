"""Reports as CSV.

Room:   the columns of each report, and RFC 4180.
Source: requirement "CSV columns"; docs of the reports, section 7.
"""

from .reports import GROUPED, Answer

COLUMNS: dict[str, tuple[str, ...]] = {
    "summary": ("metric", "value", "previous", "change_pct"),
    "pages": ("path", "contentGroup", "pageviews", "uniquePageviews"),
    "devices": ("deviceType", "visits"),
    "flow": ("path", "entries"),
    "funnel": ("step", "sessions", "conversion_rate"),
    "realtime": ("path", "visitors"),
    "custom-events": ("name", "count"),
    "timeseries": ("date", "value"),
}
"""Those of `sources` depend on its grouping."""
EXPORTED = {
    "devices": "device_types",
    "flow": "landing_pages",
    "funnel": "funnel",
    "realtime": "top_pages",
    "timeseries": "series",
}
"""Where a report has its rows, when not in `rows`."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(report: str, answer: Answer, group_by: str = "channel") -> str:
    """An answer's rows: CRLF, header first, empty cells for null."""
    if report == "sources":
        columns: tuple[str, ...] = (*GROUPED[group_by][0], "visits")
    else:
        columns = COLUMNS[report]
    if report == "summary":
        rows = [{"metric": name, **metric} for name, metric in answer["metrics"].items()]
    else:
        rows = answer[EXPORTED.get(report, "rows")]
    lines = [columns, *(tuple(_cell(row.get(column)) for column in columns) for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines)


def file_name(report: str, answer: Answer) -> str:
    """What a browser saves it as; realtime has no period."""
    if "period" not in answer:
        return f"{report}.csv"
    return f"{report}_{answer['period']['start']}_{answer['period']['end']}.csv"


def _cell(value: str | float | None) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe; numbers may be negative."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.startswith(DANGEROUS) else value
    return str(value)


def _quoted(cell: str) -> str:
    if any(sign in cell for sign in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
