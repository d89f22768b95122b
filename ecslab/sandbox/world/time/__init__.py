"""Virtual time: a clock that is moved, and how its seconds lie on the wall clock."""
