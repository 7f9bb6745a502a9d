"""How good a model is, and whether it may become champion.

`evaluate.evaluate_model` is the way in. It measures one model and writes its metrics.json:

1. bits per note on the test split: the loss that training minimises, on songs it never saw;
2. the same for n-gram models of the same ids (baselines/), which a model must beat;
3. the figures of samples that continue held-out songs (drawn_samples.py), by every metric of
   tasks/music/metrics, beside the same figures of the held-out songs.

gate.py then decides from these figures and from a comparison on today's test songs (compare.py)
whether a candidate passes. It reads and writes nothing: `tasks/model/promotion.py` measures the
champion and the candidate, asks the gate and moves the champion pointer.
"""
