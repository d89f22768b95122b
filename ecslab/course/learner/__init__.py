"""How far a learner has come: the progress store, and the table that shows it."""
