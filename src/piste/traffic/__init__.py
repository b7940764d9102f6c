"""What kind of traffic a page view is: browser, bot, where it came from, which group of pages it is on.

Room:   rules only. Everything about a request is handed in; the lists lie in `data`.
Source: TinyTrail's API, "Server-side processing pipeline" and the reports "Sources" and "Devices".
"""
