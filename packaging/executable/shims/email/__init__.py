"""Stands in for the standard library's package of the name: what `http.client` needs of it for headers."""
