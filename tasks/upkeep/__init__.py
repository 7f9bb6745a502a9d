"""The upkeep of a storage root: what goes, what stays and why, sizes, checks and forecasts.

tidy.py deletes what no champion, roll-back, warm start or running run needs any more; each kind of
it has a module, which finds and removes: models.py, samples.py, corpora.py, caches.py,
unfinished.py, uploads.py.
"""
