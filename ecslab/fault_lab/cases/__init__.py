"""The faults: each is one module, and one text file of the same name in `en`. These two files add a fault."""
