"""The stages: thin Prefect tasks in these modules, computation in the folders beside them."""
