"""`/api/v1/collect`: where the cookie-less tracker sends what happens on websites."""
