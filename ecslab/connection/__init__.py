"""Where a lab is and how it calls: place, clients, hooks, names, tags, waiting, the record and the ledger."""
