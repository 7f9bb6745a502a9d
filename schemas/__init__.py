"""What data looks like: configs, table schemas, manifests. No Prefect, no TensorFlow."""
