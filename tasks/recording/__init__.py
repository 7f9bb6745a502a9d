"""What Prefect runs record: the line of facts of every flow run, and the nights of retraining."""
