"""One writer at a time: locks on files and leases on object stores."""
