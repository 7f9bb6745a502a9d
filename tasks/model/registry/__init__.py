"""The models of a storage root: folders, ids, cards, champions.

A model is a folder models/<model_id>/ that card.json completes; everything in it is JSON or
safetensors (the list stands in model_folder.py). Its id follows from data, config and code alone
(identity.py), so the same training always has the same id.

- save_model.py writes a folder; `ModelFolder` (model_folder.py) reads one, each part once;
- open_models.py: `open_model` and `load_model` share handles within `models_opened_once`, so that
  no model is loaded twice within a flow;
- models.py: which models there are, their cards and metrics;
- finished_models.py: the model that a config would give, if it is there already;
- lookup.py: what `champion`, `latest` or an id stands for.

The champion of each corpus and scheme is a small JSON file with the history of its changes
(champion.py; succession.py says which promotions still stand). root_champion.py reads the one
champion that earlier versions kept for a whole root.
"""
